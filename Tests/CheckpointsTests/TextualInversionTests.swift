import Foundation
import Tensors
import TestSupport
import Testing

@testable import Checkpoints

@Suite("Textual inversions")
struct TextualInversionTests {
    /// As Tests/Fixtures/checkpoints/make_embeddings.py has it.
    private static func vectors(_ rows: Int, _ width: Int, salt: Int = 0) -> NDArray {
        NDArray(shape: [rows, width], values: (0..<rows * width).map { Float(($0 * 7 + salt) % 64) / 8 - 4 })
    }

    private static func path(_ name: String) -> String { Fixture.url("checkpoints/embeddings/\(name)").path }

    @Test("every form of a word's vectors is read", arguments: [
            ("a1111.pt", 3), ("a1111-f16.pt", 3), ("a1111-bf16.pt", 3), ("parameter.pt", 3), ("parameter-dict.pt", 3), ("legacy.pt", 3),
            ("protocol4.pt", 3),
            ("diffusers.bin", 1), ("ordered.bin", 2), ("emb_params.safetensors", 3), ("bf16.safetensors", 3), ("diffusers.safetensors", 1),
            ("a1111.safetensors", 3)
    ] as [(String, Int)])
    func forms(file: String, rows: Int) throws {
        let inversion = try TextualInversion(path: Self.path(file))
        #expect(inversion.vectors == .single(Self.vectors(rows, 8)))
        #expect(inversion.vectorCount == rows)
        #expect(try inversion.vectors(width: 8) == Self.vectors(rows, 8))
        #expect(file.hasPrefix(inversion.name + "."))
    }

    @Test("a view of other numbers is read where it lies")
    func views() throws {
        let all = Self.vectors(9, 8)
        let strided = NDArray.concatenated([1, 4, 7].map { all.slice($0..<$0 + 1) })
        #expect(try TextualInversion(path: Self.path("strided.pt")).vectors == .single(strided))
        let columns = Self.vectors(8, 3).values
        let transposed = NDArray(shape: [3, 8], values: (0..<24).map { columns[$0 % 8 * 3 + $0 / 8] })
        #expect(try TextualInversion(path: Self.path("transposed.pt")).vectors == .single(transposed))
    }

    @Test("Stable Diffusion XL's words have vectors for both encoders, and are refused for others", arguments: ["xl.pt", "xl.safetensors"])
    func pairs(file: String) throws {
        let inversion = try TextualInversion(path: Self.path(file))
        #expect(inversion.vectors == .pair(clipL: Self.vectors(2, 8), clipG: Self.vectors(2, 12, salt: 1)))
        #expect(inversion.vectorCount == 2)
        #expect(throws: CheckpointError.textualInversion(file: file, .otherFamily(clipL: 8, clipG: 12, textEncoder: 8))) {
            try inversion.vectors(width: 8)
        }
        #expect(try inversion.vectors(widths: [8, 12]) == [Self.vectors(2, 8), Self.vectors(2, 12, salt: 1)])
        #expect(throws: CheckpointError.textualInversion(file: file, .widths([8, 12], textEncoders: [768, 1280]))) {
            try inversion.vectors(widths: [768, 1280])
        }
    }

    @Test("a word for one text encoder does not fit a model with two")
    func singleForPair() throws {
        let inversion = try TextualInversion(path: Self.path("a1111.safetensors"))
        #expect(try inversion.vectors(widths: [8]) == [Self.vectors(3, 8)])
        #expect { try inversion.vectors(widths: [768, 1280]) } throws: {
            "\($0)"
                == "\"a1111.safetensors\" has vectors of 8 numbers, and this model's text encoders take 768 and 1280. It was made "
                    + "for another model."
        }
    }

    @Test("vectors for another text encoder are refused with what they were made for")
    func width() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(
            SafetensorsWriter.file([
                RawTensor(key: "emb_params", elementType: .f16, shape: [1, 1024], bytes: .init(repeating: 0, count: 2048))
            ]), to: "other.safetensors")
        #expect { try TextualInversion(path: path).vectors(width: 768) } throws: {
            "\($0)"
                == "\"other.safetensors\" has vectors of 1024 numbers, and this model's text encoder takes 768. It was made for "
                    + "Stable Diffusion 2."
        }
    }

    @Test("code in a pickle is refused by name and not run")
    func code() {
        #expect { try TextualInversion(path: Self.path("evil.pt")) } throws: {
            "\($0)" == "\"evil.pt\" names posix.system, which is code. Easel reads weights only; the file may be malicious."
        }
        #expect(!FileManager.default.fileExists(atPath: "/tmp/easel-was-here"))
    }

    @Test("tensors that are no word's vectors are refused", arguments: [
        ([("a", [1, 8]), ("b", [1, 8])], TextualInversionProblem.severalTensors(["a", "b"])),
        ([("emb_params", [76, 8])], .shape([76, 8])),
        ([("emb_params", [1, 2, 8])], .shape([1, 2, 8])),
        ([("emb_params", [0, 8])], .shape([0, 8])),
        ([], .noVectors),
    ] as [([(String, [Int])], TextualInversionProblem)])
    func shapes(tensors: [(String, [Int])], problem: TextualInversionProblem) throws {
        let folder = try TemporaryFolder()
        let raw = tensors.map {
            RawTensor(key: $0.0, elementType: .f32, shape: $0.1, bytes: .init(repeating: 0, count: 4 * $0.1.reduce(1, *)))
        }
        let path = try folder.write(SafetensorsWriter.file(raw), to: "x.safetensors")
        #expect(throws: CheckpointError.textualInversion(file: "x.safetensors", problem)) { try TextualInversion(path: path) }
    }

    @Test("a file without tensors is refused")
    func noTensor() {
        #expect(throws: CheckpointError.textualInversion(file: "no-tensor.pt", .noVectors)) {
            try TextualInversion(path: Self.path("no-tensor.pt"))
        }
    }

    @Test("a folder's words are its file names, and are read when they are asked for")
    func library() throws {
        let library = try EmbeddingLibrary(folders: [Self.path("")])
        #expect(library.names.contains("a1111") && library.names.contains("evil"))
        #expect(Set(library.names(thatMayStandIn: "photo, A1111-F16, x l")) == ["a1111", "a1111-f16", "xl"])
        #expect(library.names(thatMayStandIn: "") == [])
        // The name has two files.
        #expect(try library.inversion(named: "a1111").file == "a1111.safetensors")
        #expect(throws: CheckpointError.self) { try library.inversion(named: "evil") }
        #expect(throws: CheckpointError.self) { try library.inversion(named: "../a1111") }
        #expect(throws: CheckpointError.notFound(path: "/nowhere")) { try EmbeddingLibrary(folders: ["/nowhere"]) }
    }

    @Test("of several folders the first that has a name keeps it, whatever the endings")
    func severalFolders() throws {
        let (first, second) = (try TemporaryFolder(), try TemporaryFolder())
        try first.write("first", to: "both.pt")
        try second.write("second", to: "both.safetensors")
        try second.write("second", to: "sub/other.bin")
        let library = try EmbeddingLibrary(folders: [first.path, second.path])
        #expect(library.names == ["both", "other"])
        let error = #expect(throws: CheckpointError.self) { try library.inversion(named: "both") }
        #expect(error?.description.contains("both.pt") == true)
    }
}
