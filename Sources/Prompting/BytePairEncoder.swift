/// Applies a table of merges to one word after another, keeping its buffers in between.
///
/// The word is a linked list; the merges that could be made wait in a heap, lowest rank first and leftmost among equals.
/// A word of n bytes takes O(n log n), so a line of 100,000 letters without a space costs no more than as much prose.
struct BytePairEncoder {
    private let table: MergeTable
    private var symbols: [Symbol] = []
    private var candidates = CandidateHeap()

    private struct Symbol {
        var token: Int32
        var previous: Int
        var next: Int
    }
    /// A neighbour's index past either end; as a token: merged into the symbol before it.
    private static let none = -1

    init(_ table: MergeTable) { self.table = table }

    /// Merges `word` as far as the table goes and appends what is left to `tokens`.
    mutating func append(_ word: [Int32], to tokens: inout [Int32]) {
        symbols.removeAll(keepingCapacity: true)
        for (index, token) in word.enumerated() {
            symbols.append(Symbol(token: token, previous: index - 1, next: index + 1 < word.count ? index + 1 : Self.none))
        }
        for index in symbols.indices { propose(at: index) }

        while let candidate = candidates.popMin() {
            let left = candidate.position
            let right = symbols[left].next
            // Out of date when one of the two has been merged since it was proposed.
            guard symbols[left].token == candidate.left, right != Self.none, symbols[right].token == candidate.right else { continue }
            symbols[left].token = candidate.merged
            symbols[left].next = symbols[right].next
            symbols[right].token = Self.noToken
            if symbols[left].next != Self.none { symbols[symbols[left].next].previous = left }
            propose(at: left)
            if symbols[left].previous != Self.none { propose(at: symbols[left].previous) }
        }
        for symbol in symbols where symbol.token != Self.noToken { tokens.append(symbol.token) }
    }

    private static let noToken: Int32 = -1

    /// Queues the merge of the symbol at `position` with its right neighbour, if there is one.
    private mutating func propose(at position: Int) {
        let right = symbols[position].next
        guard right != Self.none, let merge = table[symbols[position].token, symbols[right].token] else { return }
        candidates.push(Candidate(
            rank: merge.rank, position: position, left: symbols[position].token, right: symbols[right].token, merged: merge.token))
    }
}

/// A merge that was possible when it was queued.
private struct Candidate {
    var rank: Int32
    var position: Int
    var left: Int32
    var right: Int32
    var merged: Int32

    static func < (a: Candidate, b: Candidate) -> Bool { (a.rank, a.position) < (b.rank, b.position) }
}

/// A binary heap.
private struct CandidateHeap {
    private var items: [Candidate] = []

    mutating func push(_ item: Candidate) {
        items.append(item)
        var child = items.count - 1
        while child > 0, items[child] < items[(child - 1) / 2] {
            items.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func popMin() -> Candidate? {
        guard let last = items.popLast() else { return nil }
        guard let first = items.first else { return last }
        items[0] = last
        var parent = 0
        while true {
            var child = 2 * parent + 1
            guard child < items.count else { return first }
            if child + 1 < items.count, items[child + 1] < items[child] { child += 1 }
            guard items[child] < items[parent] else { return first }
            items.swapAt(child, parent)
            parent = child
        }
    }
}
