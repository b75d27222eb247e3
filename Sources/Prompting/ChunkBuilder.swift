/// Fills chunk after chunk with positions, and decides where each ends.
struct ChunkBuilder {
    /// A token, or a vector in its place, and how much it counts.
    struct Position {
        var token: Int32
        var weight: Double
        var vector: InsertedVector?
    }

    /// The content of a chunk between its begin and end tokens.
    struct Content {
        var positions: [Position]
        var end: ChunkEnd
    }

    let backtrack: Int
    private var contents: [Content] = []
    private var current: [Position] = []
    /// How many of `current` go up to and with its last comma.
    private var phraseEnd: Int?

    init(backtrack: Int) { self.backtrack = backtrack }

    /// Ends a chunk that is full: behind a comma that is near enough, unless what comes is a comma itself.
    mutating func makeRoom(forComma isComma: Bool) {
        guard current.count == PromptChunk.capacity else { return }
        guard !isComma, let phraseEnd, current.count - phraseEnd < backtrack else { return finish(.full) }
        let phrase = current[phraseEnd...]
        current.removeSubrange(phraseEnd...)
        finish(phrase.isEmpty ? .full : .comma(moved: phrase.count))
        current = Array(phrase)
    }

    /// - Precondition: there is room.
    mutating func append(_ token: Int32, weight: Double, isComma: Bool) {
        // As in A1111, no phrase ends with a comma that begins a chunk because there was no room for it.
        let isLeftOver = current.isEmpty && contents.last?.end == .full
        current.append(Position(token: token, weight: weight))
        if isComma, !isLeftOver { phraseEnd = current.count }
    }

    mutating func append(_ word: InversionWord, weight: Double) {
        if current.count + word.vectorCount > PromptChunk.capacity { finish(.inversion) }
        for row in 0..<word.vectorCount {
            current.append(Position(token: 0, weight: weight, vector: InsertedVector(name: word.name, row: row)))
        }
    }

    mutating func finish(_ end: ChunkEnd) {
        contents.append(Content(positions: current, end: end))
        current = []
        phraseEnd = nil
    }

    /// All chunks, at least one.
    mutating func finished() -> [Content] {
        if !current.isEmpty || contents.isEmpty { finish(.prompt) }
        return contents
    }
}
