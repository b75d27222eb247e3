@testable import Downloads
import Foundation
import Testing
import TestSupport

@Suite("Notes beside models")
struct SourceNoteTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("what a download has written is read again; a note that is damaged says nothing")
    func own() async throws {
        let file = HostedFile.random(1000)
        let server = FileServer { asked, _ in file.answer(to: asked) }
        try await server.run { address in
            _ = try await fetch([PlannedFile("anime.v1.safetensors", address + "/a", file)], into: folder)
        }
        let note = try #require(SourceNote(beside: folder.path + "/anime.v1.safetensors"))
        #expect(note.license == "mit" && note.page == "http://test" && note.baseModels == ["base"] && note.kind == "checkpoint")
        #expect(note.files == [.init(path: "anime.v1.safetensors", bytes: 1000, sha256: file.sha256, isChecked: true)])
        for text in ["{", "[]", "{\"source\": 1}", ""] {
            try folder.write(text, to: "anime.v1.source.json")
            #expect(SourceNote(beside: folder.path + "/anime.v1.safetensors") == nil)
        }
    }

    @Test("a note of A1111's helpers tells the page and the base model", arguments: [
        "photo.safetensors", "photo.ckpt", "photo.SafeTensors",
    ])
    func helper(file: String) throws {
        try folder.write(
            #"{"id": 456, "modelId": 123, "baseModel": "SDXL 1.0", "trainedWords": ["neon"], "model": {"type": "Checkpoint"}}"#,
            to: "photo.civitai.info")
        let note = try #require(SourceNote(beside: folder.path + "/" + file))
        #expect(note.page == "https://civitai.com/models/123?modelVersionId=456" && note.hub == "CivitAI")
        #expect(note.baseModels == ["SDXL 1.0"] && note.triggerWords == ["neon"] && note.kind == "checkpoint" && note.license == nil)
    }

    @Test("the note of a folder has its whole name, whatever that ends in")
    func ofFolder() throws {
        try FileManager.default.createDirectory(atPath: folder.path + "/tiny.bin", withIntermediateDirectories: true)
        #expect(SourceNote.path(beside: folder.path + "/tiny.bin") == folder.path + "/tiny.bin.source.json")
        #expect(SourceNote.path(beside: "/a/tiny.bin") == "/a/tiny.source.json")
    }
}
