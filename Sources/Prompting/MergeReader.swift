import Files


/// Reads the lines of `merges.txt`: a `#version` line, then two tokens a line with a space between, the first to merge first.
struct MergeReader {
    /// The file's text as UTF-8: places are in it, not in the file.
    let text: [UInt8]
    private var lines: TextLines
    /// How many merges have been read.
    private(set) var count = 0

    init(_ file: [UInt8]) {
        text = TextFile.utf8(file)
        lines = TextLines(text)
    }

    /// One merge, as ranges of `text`; `right` is nil when the line is not two tokens with a space between.
    struct Merge {
        var line: Range<Int>
        var left: Range<Int>
        var right: Range<Int>?
    }

    /// The next merge; nil at the end. Empty lines are passed over.
    mutating func next() -> Merge? {
        while let line = lines.next()?.indices {
            let isHeader = count == 0 && text[line].starts(with: "#version".utf8)
            guard !line.isEmpty, !isHeader else { continue }
            count += 1
            guard let space = text[line].firstIndex(of: UInt8(ascii: " ")), space > line.lowerBound, space + 1 < line.upperBound,
                !text[space + 1..<line.upperBound].contains(UInt8(ascii: " "))
            else { return Merge(line: line, left: line, right: nil) }
            return Merge(line: line, left: line.lowerBound..<space, right: space + 1..<line.upperBound)
        }
        return nil
    }
}
