import Files
import Foundation
import Tensors
import TestSupport
import Testing

@testable import Checkpoints

@Suite("LoRA files by name")
struct LoRALibraryTests {
    private let folder: TemporaryFolder
    private let library: LoRALibrary

    init() throws {
        folder = try TemporaryFolder()
        library = LoRALibrary(folders: [folder.path, "/no/such/folder"])
    }

    private func write(_ name: String, _ metadata: [String: String] = [:]) throws {
        try folder.write(SafetensorsWriter.file([RawTensor(name, 2)], metadata: metadata), to: name)
    }

    @Test("files are listed by their names without regard to case, with the folders that they lie in")
    func entries() throws {
        let names = [
            "b.safetensors", "A.safetensors", "styles/old/c.pt", "styles/b.safetensors", ".hidden.safetensors", "b.png", "b.json",
        ]
        for name in names { try folder.write("", to: name) }
        #expect(library.entries.map(\.longName) == ["A", "b", "styles/b", "styles/old/c"])
        #expect(library.entries.map(\.subfolder) == ["", "", "styles", "styles/old"])
        #expect(LoRALibrary().entries == [])
    }

    @Test("a name is a file's in its own letters, then in any case, then with its folder, then an alias, then a hash", arguments: [
        ("Ink", "Ink.safetensors"), ("ink", "ink.safetensors"), ("INK", "Ink.safetensors"), ("ink.safetensors", "ink.safetensors"),
        ("WASH", "wash.safetensors"), ("styles/Wash", "styles/Wash.safetensors"), ("STYLES/wash.safetensors", "styles/Wash.safetensors"),
        ("styles\\Wash", "styles/Wash.safetensors"), ("v1.5", "v1.5.safetensors"), ("odd.pt", "odd.pt.safetensors"),
        ("training", "wash.safetensors"), ("TRAINING", "wash.safetensors"), ("twice", nil), ("None", nil), ("Addams", nil),
        (String(repeating: "ab", count: 6), "ink.safetensors"), (String(repeating: "AB", count: 5), "ink.safetensors"),
        ("12345678", "Ink.safetensors"), ("abababa", nil), ("nothing", nil), ("", nil), ("../ink", nil),
    ] as [(String, String?)])
    func lookup(text: String, file: String?) throws {
        try write("Ink.safetensors", ["sshs_legacy_hash": "12345678", "ss_output_name": "none"])
        try write("ink.safetensors", ["sshs_model_hash": String(repeating: "ab", count: 32), "ss_output_name": "twice"])
        try write("wash.safetensors", ["ss_output_name": "training"])
        try write("styles/Wash.safetensors", ["ss_output_name": "twice"])
        try write("v1.5.safetensors")
        try write("odd.pt.safetensors", ["ss_output_name": "Addams"])
        #expect(library.entry(named: text)?.path == file.map { "\(folder.path)/\($0)" })
        #expect(try library.file(named: text)?.path == file.map { "\(folder.path)/\($0)" })
    }

    /// The first 12 digits of a content's SHA-256.
    private static func hash(_ bytes: [UInt8]) throws -> String {
        let folder = try TemporaryFolder()
        let path = try folder.write(bytes, to: "content")
        return String(try #require(HashMemory(folder: folder.url).computeBlocking(ofFile: path)).prefix(12))
    }

    @Test("the short hash is the metadata's, or of all behind the header, and finds the file once it is known")
    func hashes() throws {
        try write("plain.safetensors")
        try write("marked.safetensors", ["sshs_model_hash": String(repeating: "AB", count: 32)])
        #expect(try library.file(named: "marked")?.shortHash() == "abababababab")
        let bytes = try Data(contentsOf: folder.url.appending(path: "plain.safetensors"))
        let length = bytes.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
        let digits = try Self.hash([UInt8](bytes.dropFirst(8 + length)))
        #expect(library.entry(named: digits) == nil)
        #expect(try library.file(named: "plain")?.shortHash() == digits)
        #expect(library.entry(named: digits)?.name == "plain")
        #expect(library.entry(named: String(digits.prefix(10)))?.name == "plain")
        let pickle = Fixture.url("checkpoints/embeddings/a1111.pt")
        let whole = try Self.hash([UInt8](Data(contentsOf: pickle)))
        #expect(try LoRAFile(path: pickle.path).shortHash() == whole)
    }

    @Test("whole files' hashes that were computed before find them too")
    func rememberedHashes() throws {
        let memory = HashMemory(folder: try TemporaryFolder().url)
        let library = LoRALibrary(folders: [folder.path], hashes: memory)
        try write("plain.safetensors")
        let hash = try #require(memory.computeBlocking(ofFile: folder.path + "/plain.safetensors"))
        #expect(library.entry(named: String(hash.prefix(10)))?.name == "plain")
    }

    @Test("files are opened once, and again when they have changed")
    func opening() throws {
        try write("a.safetensors", ["ss_output_name": "first"])
        let file = try #require(try library.file(named: "first"))
        #expect(try library.file(named: "a")?.weights === file.weights)
        #expect((file.name, file.isCurrent) == ("a", true))
        try write("a.safetensors", ["ss_output_name": "second one"])
        #expect(!file.isCurrent)
        #expect(library.entry(named: "first") == nil)
        #expect(try library.file(named: "second one")?.identity != file.identity)
        try folder.write("no network", to: "damaged.safetensors")
        #expect(throws: CheckpointError.self) { try library.file(named: "damaged") }
    }
}

@Suite("What LoRA files say of themselves")
struct LoRAMetadataTests {
    @Test("metadata of training is read, with the most frequent tags first")
    func training() {
        let metadata = LoRAMetadata([
            "ss_output_name": "ink", "ss_network_module": "networks.lora", "ss_network_dim": "32", "ss_network_alpha": "16.5",
            "ss_clip_skip": "2", "ss_resolution": "(512, 512)", "modelspec.title": " Ink ", "modelspec.usage_hint": "None",
            "ss_tag_frequency": #"{"10_a": {"cat ": 3, "ink": 2, "": 9}, "2_b": {"ink": 5, "a dog": 3}, "c": 1}"#,
            "modelspec.trigger_phrase": "unused",
        ])
        #expect(metadata.outputName == "ink" && metadata.networkModule == "networks.lora" && metadata.title == "Ink")
        #expect(metadata.dim == 32 && metadata.alpha == 16.5 && metadata.clipSkip == 2 && metadata.resolution == "(512, 512)")
        #expect(metadata.usageHint == nil)
        #expect(metadata.triggerWords.map(\.tag) == ["ink", "a dog", "cat"])
        #expect(metadata.triggerWords.map(\.count) == [7, 3, 3])
    }

    @Test("without counts the file's own phrase tells what to write")
    func phrase() {
        let metadata = LoRAMetadata(["modelspec.trigger_phrase": "ink wash, , brush", "ss_tag_frequency": "{"])
        #expect(metadata.triggerWords == [.init(tag: "ink wash", count: 0), .init(tag: "brush", count: 0)])
        #expect(LoRAMetadata([:]).triggerWords == [])
    }

    @Test("the model that it was trained on is told by its training", arguments: [
        (["ss_base_model_version": "sdxl_base_v1-0"], .sdxl), (["ss_base_model_version": "sd_v1"], .sd1), (["ss_v2": "True"], .sd2),
        (["ss_v2": "False", "ss_network_dim": "8"], .sd1), (["modelspec.architecture": "stable-diffusion-xl-v1-base/lora"], .sdxl),
        (["modelspec.architecture": "stable-diffusion-v2-768-v/lora"], .sd2), (["modelspec.architecture": "flux-1-dev/lora"], .unknown),
        (["ss_base_model_version": "flux1", "ss_v2": "False"], .unknown), (["format": "pt"], .unknown), ([:], .unknown),
    ] as [([String: String], LoRAMetadata.BaseModel)])
    func baseModel(values: [String: String], model: LoRAMetadata.BaseModel) {
        #expect(LoRAMetadata(values).baseModel == model)
    }

    @Test("hashes that are none are left out", arguments: ["", "xyz", String(repeating: "g", count: 64), String(repeating: "a", count: 63)])
    func badHashes(text: String) {
        #expect(LoRAMetadata(["sshs_model_hash": text, "sshs_legacy_hash": text]).modelHash == nil)
        #expect(LoRAMetadata(["sshs_legacy_hash": text]).legacyHash == nil)
    }

    @Test("notes beside a file say how it is used")
    func notes() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/ink.v2.safetensors"
        #expect(LoRANotes(beside: path) == LoRANotes(beside: "/nowhere/a.safetensors"))
        try folder.write(
            #"{"preferred weight": "0.8", "activation text": "ink wash", "negative text": " ", "notes": "dry", "sd version": "SDXL"}"#,
            to: "ink.v2.json")
        try folder.write(
            #"{"model": {"name": "Ink"}, "baseModel": "SDXL 1.0", "trainedWords": ["ink", 7, "wash"]}"#, to: "ink.v2.civitai.info")
        try folder.write("", to: "ink.v2.png")
        var notes = LoRANotes(beside: path)
        #expect(notes.preferredWeight == 0.8 && notes.activationText == "ink wash" && notes.negativeText == nil && notes.notes == "dry")
        #expect(notes.sdVersion == "SDXL" && notes.modelName == "Ink" && notes.baseModel == "SDXL 1.0")
        #expect(notes.trainedWords == ["ink", "wash"])
        #expect(notes.previewPath == folder.path + "/ink.v2.png")
        try folder.write("", to: "ink.v2.preview.webp")
        try folder.write(#"{"preferred weight": 0, "notes": 3}"#, to: "ink.v2.json")
        try folder.write("[", to: "ink.v2.civitai.info")
        notes = LoRANotes(beside: path)
        #expect(notes.previewPath == folder.path + "/ink.v2.preview.webp")
        #expect(notes.preferredWeight == nil && notes.notes == nil && notes.modelName == nil)
    }
}
