import Foundation
import TestSupport
import Testing

@testable import Hosting

@Suite("Cards of checkpoints")
struct CheckpointCardTests {
    private let folder: TemporaryFolder
    private let cache: URL

    init() throws {
        folder = try TemporaryFolder()
        cache = folder.url.appending(path: "cache")
    }

    @Test("a card tells family and size, is remembered by the next process, and is made again when the file has changed")
    func remembered() throws {
        let path = try TinyCheckpoint.minimal().writeSingleFile(in: folder, name: "a.safetensors")
        var cards = CheckpointCards(folder: cache)
        let card = cards.card(ofCheckpoint: path)
        #expect(card.family == "SD 1.5" && card.hashedPath == path && card.byteCount > 1000 && card.refusal == nil)
        cards.save(keeping: [path])

        // A wrong card in the store shows that no file is read.
        let store = cache.appending(path: "cards.json")
        let text = try String(contentsOf: store, encoding: .utf8)
        try text.replacing("SD 1.5", with: "SD 9").write(to: store, atomically: true, encoding: .utf8)
        var later = CheckpointCards(folder: cache)
        #expect(later.card(ofCheckpoint: path).family == "SD 9")
        try folder.write("no model", to: "a.safetensors")
        let changed = later.card(ofCheckpoint: path)
        #expect(changed.family == nil && changed.byteCount == 0 && changed.refusal?.contains("a.safetensors") == true)
    }

    @Test("cards of models that are gone are forgotten; a store of another version, or a damaged one, counts as empty")
    func forgotten() throws {
        let path = try TinyCheckpoint.minimal().writeSingleFile(in: folder, name: "a.safetensors")
        var cards = CheckpointCards(folder: cache)
        _ = cards.card(ofCheckpoint: path)
        cards.save(keeping: [path])
        let store = cache.appending(path: "cards.json")
        let text = try String(contentsOf: store, encoding: .utf8)
        for other in ["{", text.replacing("\"version\":\"", with: "\"version\":\"9"), "[]"] {
            try other.write(to: store, atomically: true, encoding: .utf8)
            var again = CheckpointCards(folder: cache)
            #expect(again.card(ofCheckpoint: path).family == "SD 1.5")
        }
        try text.write(to: store, atomically: true, encoding: .utf8)
        CheckpointCards(folder: cache).save(keeping: [])
        #expect(try !String(contentsOf: store, encoding: .utf8).contains("a.safetensors"))
    }
}
