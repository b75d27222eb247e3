import FoundationEssentials
import Generation

/// A body of the type `multipart/form-data`, taken apart.
///
/// Source: RFC 7578, RFC 2046 section 5.1.1.
struct MultipartForm {
    struct Part {
        /// As `Content-Disposition` has it; never empty.
        let name: String
        /// nil for a field without a file.
        let fileName: String?
        let contents: ArraySlice<UInt8>
    }

    /// In order. Names may come several times.
    private(set) var parts: [Part] = []

    static let mostParts = 32
    /// In bytes, of each part.
    static let longestHeader = 8192
    /// In bytes.
    static let longestBoundary = 70

    /// Whether a header `Content-Type` announces such a body.
    static func isAnnounced(by contentType: String?) -> Bool {
        contentType.map { HeaderValue($0).value == "multipart/form-data" } ?? false
    }

    /// - Parameter contentType: the header, which says what parts begin with.
    /// - Throws: `.malformedBody`.
    init(_ body: [UInt8], contentType: String) throws(APIError) {
        guard let boundary = HeaderValue(contentType).parameters["boundary"], (1...Self.longestBoundary).contains(boundary.utf8.count) else {
            throw Self.malformed("Content-Type names no boundary of 1 to \(Self.longestBoundary) characters")
        }
        let line = Array("\r\n--\(boundary)".utf8)
        // The first one may begin the body.
        guard var delimiter = Delimiter(line, atStartOf: body[...]) ?? Delimiter(line, in: body[...]) else {
            throw Self.malformed("the boundary is not in it")
        }
        while !delimiter.isLast {
            guard parts.count < Self.mostParts else { throw Self.malformed("it has more than \(Self.mostParts) parts") }
            let rest = body[delimiter.range.upperBound...]
            guard let next = Delimiter(line, in: rest) else { throw Self.malformed("its end is missing") }
            parts.append(try Self.part(rest[..<next.range.lowerBound]))
            delimiter = next
        }
    }

    private static let lineEnd = Array("\r\n".utf8)

    /// A boundary between parts, or the one behind the last.
    private struct Delimiter {
        /// Up to the line end behind it.
        let range: Range<Int>
        let isLast: Bool

        /// The first one in some bytes. A line that only begins like it belongs to a part.
        init?(_ line: [UInt8], in bytes: ArraySlice<UInt8>) {
            var rest = bytes
            while let found = rest.firstRange(of: line) {
                rest = rest[found.upperBound...]
                if let delimiter = Delimiter(from: found.lowerBound, before: rest) {
                    self = delimiter
                    return
                }
            }
            return nil
        }

        /// One that the bytes begin with, without a line end before it.
        init?(_ line: [UInt8], atStartOf bytes: ArraySlice<UInt8>) {
            guard bytes.starts(with: line.dropFirst(2)) else { return nil }
            self.init(from: bytes.startIndex, before: bytes.dropFirst(line.count - 2))
        }

        private init?(from start: Int, before rest: ArraySlice<UInt8>) {
            let line = rest.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
            isLast = rest.starts(with: Array("--".utf8))
            guard isLast || line.starts(with: lineEnd) else { return nil }
            range = start..<line.startIndex
        }
    }

    /// - Parameter bytes: from the line end behind the boundary to the one before the next boundary.
    private static func part(_ bytes: ArraySlice<UInt8>) throws(APIError) -> Part {
        // The line end of the last header, and an empty line.
        guard let end = bytes.prefix(longestHeader).firstRange(of: lineEnd + lineEnd) else {
            throw malformed("a part has no headers, or more than \(longestHeader) bytes of them")
        }
        let headers = String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
        for header in headers.split(whereSeparator: \.isNewline) {
            let sides = header.split(separator: ":", maxSplits: 1)
            guard sides.count == 2, sides[0].lowercased() == "content-disposition" else { continue }
            let disposition = HeaderValue(String(sides[1]))
            guard disposition.value == "form-data", let name = disposition.parameters["name"], !name.isEmpty else { break }
            return Part(name: name, fileName: disposition.parameters["filename"], contents: bytes[end.upperBound...])
        }
        throw malformed("a part has no name")
    }

    private static func malformed(_ reason: String) -> APIError {
        APIError(.malformedBody, "The body is not multipart/form-data that can be read: \(reason).")
    }
}

/// A value with parameters behind it, as in headers: `form-data; name="image"`.
private struct HeaderValue {
    /// In lower case.
    let value: String
    /// By names in lower case.
    private(set) var parameters: [String: String] = [:]

    init(_ text: String) {
        var pieces: [String] = [""]
        var (isQuoted, isEscaped) = (false, false)
        for character in text {
            switch character {
            case _ where isEscaped:
                pieces[pieces.count - 1].append(character)
                isEscaped = false
            case "\\" where isQuoted: isEscaped = true
            case "\"": isQuoted.toggle()
            case ";" where !isQuoted: pieces.append("")
            default: pieces[pieces.count - 1].append(character)
            }
        }
        value = pieces[0].trimmed.lowercased()
        for piece in pieces.dropFirst() {
            let sides = piece.split(separator: "=", maxSplits: 1)
            if sides.count == 2 { parameters[String(sides[0]).trimmed.lowercased()] = String(sides[1]).trimmed }
        }
    }
}

extension String {
    fileprivate var trimmed: String {
        String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}

extension ArraySlice<UInt8> {
    /// Where some bytes begin and end first; quicker than the library's for files of megabytes.
    fileprivate func firstRange(of bytes: [UInt8]) -> Range<Int>? {
        guard let first = bytes.first else { return nil }
        return withUnsafeBufferPointer { buffer in
            var start = 0
            while start <= buffer.count - bytes.count {
                guard let found = buffer[start...(buffer.count - bytes.count)].firstIndex(of: first) else { return nil }
                if buffer[found..<found + bytes.count].elementsEqual(bytes) {
                    return startIndex + found..<startIndex + found + bytes.count
                }
                start = found + 1
            }
            return nil
        }
    }
}
