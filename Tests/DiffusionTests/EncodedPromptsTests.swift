import Compilation
import Generation
import OpenVINO
import Prompting
import Synchronization
import Tensors
import TestSupport
import Testing

@testable import Diffusion

@Suite("Prompts that were encoded before")
struct EncodedPromptsTests {
    private static func key(
        _ text: String, network: NetworkID = .text(0), output: String = "last_hidden_state", emphasis: Emphasis = .original,
        placement: Placement = .reference
    ) -> EncodedPrompts.Key {
        EncodedPrompts.Key(
            chunks: PromptChunker(tokenizer: .bundled).chunks(of: text).chunks, inversions: [:], network: network, placement: placement,
            output: output, emphasis: emphasis)
    }

    private static let entry = EncodedPrompts.Entry(
        EncodedText(context: NDArray(repeating: 1, shape: [1, 1, 10])),
        by: CompileKey(checkpoint: "", network: .text(0), placement: .reference), at: .reference)

    @Test("what was not used for longest makes room")
    func leastRecentlyUsed() {
        var prompts = EncodedPrompts(chunkLimit: 2)
        for text in ["a", "b"] { prompts.keep(Self.entry, for: Self.key(text)) }
        #expect(prompts.entry(for: Self.key("a")) != nil)
        prompts.keep(Self.entry, for: Self.key("c"))
        #expect(prompts.entry(for: Self.key("b")) == nil)
        #expect(prompts.entry(for: Self.key("a")) != nil && prompts.entry(for: Self.key("c")) != nil)
        // Kept again, it takes its place only once.
        prompts.keep(Self.entry, for: Self.key("c"))
        #expect(prompts.entry(for: Self.key("a")) != nil)
        prompts.removeAll()
        #expect(prompts.entry(for: Self.key("a")) == nil)
    }

    @Test("what is larger than all that may be kept is not, and nothing makes room for it")
    func tooLarge() {
        var prompts = EncodedPrompts(chunkLimit: 2)
        prompts.keep(Self.entry, for: Self.key("a"))
        let long = Self.key("b BREAK b BREAK b")
        prompts.keep(Self.entry, for: long)
        #expect(prompts.entry(for: Self.key("a")) != nil)
        #expect(prompts.entry(for: long) == nil)
    }

    @Test("weights, clip skip, emphasis, encoder and place are told apart")
    func keys() {
        let keys = [
            Self.key("a cat"), Self.key("(a cat)"), Self.key("a cat", output: "normalized_states.1"), Self.key("a cat", emphasis: .noNorm),
            Self.key("a cat", network: .text(1)), Self.key("a cat", placement: Placement(device: "CPU", precision: .bf16)),
        ]
        #expect(Set(keys).count == keys.count)
    }

    /// Counts what the text encoder is asked.
    private static func counting(retention: DiffusionPipeline.Retention = .always) throws -> (DiffusionPipeline, @Sendable () -> Int) {
        let count = Counter()
        let networks = CompiledNetworks(core: try Core(), fault: { key, output in
            if key.stage == .encode { count.add() }
            return output
        })
        return (try Demo.newPipeline(networks: networks, retention: retention), { count.value })
    }

    @Test("a prompt or negative prompt that is used again costs no call of the text encoder", arguments: [
        DiffusionPipeline.Retention.always, .untilUsed,
    ])
    func repeated(_ retention: DiffusionPipeline.Retention) async throws {
        let (pipeline, calls) = try Self.counting(retention: retention)
        let first = try await pipeline.generate(Demo.request("a cat") { $0.negativePrompt = "blurry" }) { _ in }
        #expect(calls() == 2)
        _ = try await pipeline.pictures(Demo.request("a dog") { $0.negativePrompt = "blurry" })
        #expect(calls() == 3)
        // All is known: the text encoder is not even compiled again.
        let again = try await pipeline.generate(Demo.request("a cat") { $0.negativePrompt = "blurry" }) { _ in }
        #expect(calls() == 3)
        #expect(again.images == first.images)
        #expect(again.places == first.places)
        #expect(!again.compiles.contains { $0.stage == .encode })
        pipeline.forgetEncodedPrompts()
        _ = try await pipeline.pictures(Demo.request("a cat") { $0.negativePrompt = "blurry" })
        #expect(calls() == 5)
    }

    @Test("each distinct text of a schedule is encoded once, and so are those of a batch")
    func distinct() async throws {
        let (pipeline, calls) = try Self.counting()
        _ = try await pipeline.pictures(Demo.request("a [red|blue] star") { ($0.steps, $0.batchSize) = (5, 3) })
        #expect(calls() == 3)
    }
}

final class Counter: Sendable {
    private let count = Mutex(0)
    var value: Int { count.withLock { $0 } }
    func add() { count.withLock { $0 += 1 } }
}
