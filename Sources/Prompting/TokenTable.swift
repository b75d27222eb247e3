/// Token texts and their ids, both ways. An open-addressing table over one byte buffer:
/// a dictionary of 49,408 strings takes several times as long to build, and every start of the program waits for it.
struct TokenTable: Sendable {
    private struct Entry {
        var text: Range<Int>
        var id: Int32
    }

    private var bytes: [UInt8] = []
    private var entries: [Entry] = []
    /// Index into `entries`, or -1; a power of two, at most half full.
    private var slots: [Int32]
    /// Index into `entries` by id, or -1.
    private var entryOfID: [Int32] = []

    init(capacity: Int) {
        var size = 16
        while size < capacity * 2 { size *= 2 }
        slots = Array(repeating: -1, count: size)
        entries.reserveCapacity(capacity)
        entryOfID.reserveCapacity(capacity)
        bytes.reserveCapacity(capacity * 8)
    }

    /// One more than the largest id.
    var idCount: Int { entryOfID.count }

    func id(of text: ArraySlice<UInt8>) -> Int32? {
        let index = slots[slot(of: text)]
        return index < 0 ? nil : entries[Int(index)].id
    }

    func id(of text: String) -> Int32? { id(of: Array(text.utf8)[...]) }

    /// The text of a token as the vocabulary spells it.
    func text(of id: Int32) -> ArraySlice<UInt8>? {
        guard id >= 0, id < entryOfID.count, entryOfID[Int(id)] >= 0 else { return nil }
        return bytes[entries[Int(entryOfID[Int(id)])].text]
    }

    /// Adds a token; a text that is there already keeps its first id.
    /// - Precondition: `id` is not negative and small enough for a table of that many rows.
    mutating func insert(_ text: ArraySlice<UInt8>, id: Int32) {
        let slot = slot(of: text)
        guard slots[slot] < 0 else { return }
        slots[slot] = Int32(entries.count)
        while entryOfID.count <= id { entryOfID.append(-1) }
        entryOfID[Int(id)] = Int32(entries.count)
        entries.append(Entry(text: bytes.count..<bytes.count + text.count, id: id))
        bytes.append(contentsOf: text)
        if entries.count * 2 > slots.count { grow() }
    }

    /// The slot that holds `text`, or the empty one where it belongs.
    private func slot(of text: ArraySlice<UInt8>) -> Int {
        var slot = Self.hash(text) & (slots.count - 1)
        while slots[slot] >= 0, !holds(entries[Int(slots[slot])], text) { slot = (slot + 1) & (slots.count - 1) }
        return slot
    }

    private func holds(_ entry: Entry, _ text: ArraySlice<UInt8>) -> Bool {
        guard entry.text.count == text.count else { return false }
        let (ours, theirs) = (bytes.span, text.span)
        for index in theirs.indices where ours[entry.text.lowerBound + index] != theirs[index] { return false }
        return true
    }

    private mutating func grow() {
        slots = Array(repeating: -1, count: slots.count * 2)
        for (index, entry) in entries.enumerated() {
            let slot = slot(of: bytes[entry.text])
            slots[slot] = Int32(index)
        }
    }

    /// FNV-1a.
    private static func hash(_ text: ArraySlice<UInt8>) -> Int {
        let bytes = text.span
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for index in bytes.indices { hash = (hash ^ UInt64(bytes[index])) &* 0x0000_0100_0000_01B3 }
        return Int(truncatingIfNeeded: hash ^ (hash >> 32))
    }
}
