/// A tag that names an extra network: `<lora:name:0.8>`, `<hypernet:name:1>`. It is taken out of the text.
public struct NetworkTag: Sendable, Hashable, CustomStringConvertible {
    /// The kind, as typed before the first colon: `lora`, `lyco`, `hypernet`, or a word that nothing is known by.
    public let kind: String
    /// The arguments after it, separated by colons; at least one, and the first is the network's name.
    public let arguments: [String]

    /// The network's name, the first of the arguments.
    public var name: String { arguments[0] }

    public var description: String { "<\(kind):\(arguments.joined(separator: ":"))>" }
}

extension NetworkTag {
    /// Takes the tags out of a text: `<word:` up to the next `>`, whatever the word.
    /// - Returns: the text without them, the tags from left to right, and where each stood, in bytes of the text without them.
    static func strip(_ prompt: String) -> (text: String, tags: [NetworkTag], places: [Int]) {
        let cut = cut(out: PromptText(prompt))
        var place = 0
        let places = cut.kept.map { kept in
            place += kept.count
            return place
        }
        return (String(decoding: cut.bytes, as: UTF8.self), cut.tags, Array(places.prefix(cut.tags.count)))
    }

    /// Takes the tags out of a text.
    /// - Returns: the bytes without them, the ranges of the text that these are from, and the tags from left to right.
    static func cut(out text: PromptText) -> (bytes: [UInt8], kept: [Range<Int>], tags: [NetworkTag]) {
        var kept: [Range<Int>] = []
        var tags: [NetworkTag] = []
        var start = 0
        var index = 0
        /// How far the text is known to have no `>`.
        var noEndBefore = 0
        while index < text.bytes.count {
            guard text.bytes[index] == UInt8(ascii: "<"), let colon = text.endOfTagKind(from: index + 1) else {
                index += 1
                continue
            }
            var end = max(colon + 1, noEndBefore)
            while end < text.bytes.count, text.bytes[end] != UInt8(ascii: ">") { end += 1 }
            noEndBefore = end
            guard end < text.bytes.count, end > colon + 1 else {
                index += 1
                continue
            }
            kept.append(start..<index)
            let arguments = text.bytes[colon + 1..<end].split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
            tags.append(NetworkTag(kind: text.string(index + 1..<colon), arguments: arguments.map { String(decoding: $0, as: UTF8.self) }))
            start = end + 1
            index = start
        }
        kept.append(start..<text.bytes.count)
        return (kept.flatMap { text.bytes[$0] }, kept, tags)
    }
}

extension PromptText {
    /// The colon after the word that begins at `index`.
    fileprivate func endOfTagKind(from start: Int) -> Int? {
        var index = start
        while index < bytes.count {
            let (scalar, end) = scalar(at: index)
            if scalar == ":" { return index > start ? index : nil }
            guard scalar.isPythonWord else { return nil }
            index = end
        }
        return nil
    }
}
