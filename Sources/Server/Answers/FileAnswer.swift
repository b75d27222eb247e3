internal import HTTPTypes
internal import Hummingbird
internal import WebAPI

extension Response {
    /// Sends a file that never changes, or the piece of it that is asked for.
    /// - Parameters:
    ///   - path: of a file that is there.
    ///   - tag: stands for the content; in quotation marks.
    ///   - disposition: the header `Content-Disposition`.
    /// - Throws: `Refusal` with status 416 when the piece begins behind the end.
    static func file(
        at path: String, type: String, tag: String, disposition: String? = nil, _ request: Request, _ context: ClientContext
    ) async throws -> Response {
        var headers = HTTPFields.unchanging(tag)
        if request.knows(tag) { return Response(status: .notModified, headers: headers) }
        headers[.contentType] = type
        headers[.contentDisposition] = disposition
        headers[.acceptRanges] = "bytes"
        let whole = try await FileIO().loadFile(path: path, context: context)
        let size = whole.contentLength ?? 0
        guard request.headers[.ifRange].map({ $0 == tag }) ?? true,
            let range = request.headers[.range].flatMap({ ByteRange($0, ofBytes: size) }) else {
            headers[.contentLength] = "\(size)"
            return Response(status: .ok, headers: headers, body: whole)
        }
        guard case .piece(let piece) = range else {
            throw Refusal(
                APIError(.invalidValue, field: "Range", "The file has \(size) bytes, and the piece begins behind them."),
                status: .rangeNotSatisfiable, headers: [.contentRange: "bytes */\(size)"])
        }
        headers[.contentLength] = "\(piece.count)"
        headers[.contentRange] = "bytes \(piece.lowerBound)-\(piece.upperBound)/\(size)"
        return Response(
            status: .partialContent, headers: headers, body: try await FileIO().loadFile(path: path, range: piece, context: context))
    }
}

/// The piece of a file that a client asks for.
///
/// Source: RFC 9110, section 14.1.2.
enum ByteRange: Equatable {
    case piece(ClosedRange<Int>)
    /// Nothing of the file is in it.
    case none

    /// - Parameter text: the header `Range`: `bytes=100-199`, `bytes=100-`, or `bytes=-100` for the last 100.
    /// - Returns: nil for several pieces and for anything else, which are answered with the whole file.
    init?(_ text: String, ofBytes size: Int) {
        guard let match = text.wholeMatch(of: /bytes=\s*(\d{0,18})-(\d{0,18})\s*/) else { return nil }
        switch (Int(match.1), Int(match.2)) {
        case (let first?, let last?) where first > last: return nil
        case (let first?, let last): self = first < size ? .piece(first...min(last ?? .max, size - 1)) : .none
        case (nil, let count?): self = count > 0 && size > 0 ? .piece(max(0, size - count)...size - 1) : .none
        case (nil, nil): return nil
        }
    }
}
