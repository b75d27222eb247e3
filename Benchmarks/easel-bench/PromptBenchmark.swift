import ArgumentParser
import Prompting

/// Times what happens to a prompt before its tokens are encoded.
struct PromptBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prompt", abstract: "Times reading a prompt of 500 tokens with 20 schedules, and cutting it into chunks.")

    func run() {
        let text = (0..<20).map { step in
            "a (detailed:1.2) castle on a hill, [red:blue:\(step)] sky, masterpiece, best quality, sharp focus, trending on "
                + "artstation, wide"
        }.joined(separator: ", ")
        let chunker = PromptChunker(tokenizer: .bundled)
        print(
            "\(chunker.chunks(of: text).tokenCount) tokens, \(PromptTree(parsing: text).schedule(steps: 20).texts.count) distinct "
                + "texts; best of 20, in ms:"
        )
        let whole = Self.best { _ = chunker.chunks(of: Prompt(text).pieces) }
        let schedule = Self.best { _ = Prompt(text).parts.map { $0.tree.schedule(steps: 20) } }
        let everything = Self.best {
            for part in Prompt(text).parts { _ = part.tree.schedule(steps: 20).texts.map(chunker.chunks(of:)) }
        }
        print(
            "  \(whole)  the prompt as one text: weights and chunks\n  \(schedule)  its schedule\n  \(everything)  its schedule, "
                + "and the weights and chunks of each text"
        )
    }

    private static func best(_ work: () -> Void) -> Double {
        let shortest = (0..<20).map { _ in ContinuousClock().measure(work) }.min() ?? .zero
        return Double(shortest.components.attoseconds / 1_000_000_000_000) / 1000
    }
}
