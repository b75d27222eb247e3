import Checkpoints
import Generation
import Prompting
import Tensors

/// The textual inversions that some texts name.
struct PromptInversions {
    private(set) var words: [InversionWord] = []
    /// By name: for each text encoder `[rows, width]`.
    private(set) var vectors: [String: [NDArray]] = [:]
    /// Names whose files cannot be used; in the prompt they are words like any other.
    private(set) var ignored: [String] = []
    private(set) var warnings: [Notice] = []

    /// - Parameters:
    ///   - bundled: the words of LoRAs. A word of the library goes before one of the same name.
    ///   - widths: of each text encoder's embeddings.
    ///   - emphasis: how the texts are read.
    init(
        in texts: [String], from library: EmbeddingLibrary?, bundled: [String: [NDArray]] = [:], tokenizer: CLIPTokenizer, widths: [Int],
        emphasis: Emphasis
    ) {
        if let library { read(library, for: texts, tokenizer: tokenizer, widths: widths, emphasis: emphasis) }
        for (name, arrays) in bundled.sorted(by: { $0.key < $1.key })
        where vectors[name] == nil && arrays.map({ $0.shape[1] }) == widths {
            add(name, arrays)
        }
    }

    private mutating func add(_ name: String, _ arrays: [NDArray]) {
        words.append(InversionWord(name: name, vectorCount: arrays[0].shape[0]))
        vectors[name] = arrays
    }

    private mutating func read(
        _ library: EmbeddingLibrary, for texts: [String], tokenizer: CLIPTokenizer, widths: [Int], emphasis: Emphasis
    ) {
        var problems: [String: CheckpointError] = [:]
        for name in library.names(thatMayStandIn: texts.joined(separator: ", ")) {
            do throws(CheckpointError) {
                add(name, try library.inversion(named: name).vectors(widths: widths))
            } catch {
                problems[name] = error
            }
        }
        guard !problems.isEmpty else { return }
        // Warn only about names that the prompt uses as whole words.
        let chunker = PromptChunker(tokenizer: tokenizer, inversions: problems.keys.map { InversionWord(name: $0, vectorCount: 1) })
        let named = Set(texts.flatMap { chunker.chunks(of: $0, emphasis).chunks.flatMap { $0.insertions.values.map(\.name) } })
        for name in named.sorted() {
            ignored.append(name)
            if let problem = problems[name] {
                warnings.append(Notice(
                    .embeddingLeftOut, ["name": .init(name), "detail": .text(problem.description)],
                    "\(problem) The prompt's \"\(name)\" is read as plain words."))
            }
        }
    }
}
