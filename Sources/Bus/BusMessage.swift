/// A message on a bus: a subject, headers and bytes.
public struct BusMessage: Sendable, Equatable {
    /// Words with dots between, such as `ez1.event.f01`.
    public var subject: String
    /// The subject that answers go to; nil when none is expected.
    public var replySubject: String?
    /// One value for each name. Names keep their case.
    public var headers: [String: String]
    public var body: [UInt8]

    public init(_ subject: String, headers: [String: String] = [:], body: [UInt8] = [], replySubject: String? = nil) {
        self.subject = subject
        self.replySubject = replySubject
        self.headers = headers
        self.body = body
    }

    public init(_ subject: String, headers: [String: String] = [:], text: String, replySubject: String? = nil) {
        self.init(subject, headers: headers, body: Array(text.utf8), replySubject: replySubject)
    }

    /// The number in an answer of the server itself, as in HTTP: 404 for nothing found. nil in a message of a program.
    public var status: Int? { headers["Status"].flatMap { Int($0) } }

    /// The words beside `status`; empty for none.
    public var statusText: String { headers["Description"] ?? "" }
}

extension BusMessage {
    /// Refuses a message that would say something else on the wire than it says here: the protocol is text, and ends a line where
    /// a subject or a header has a line break.
    func checkWords() throws(BusError) {
        for subject in [subject, replySubject].compactMap(\.self) where !subject.isSubject { throw .invalidSubject(subject) }
        for (name, value) in headers where !name.isHeaderName || !value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) {
            throw .invalidHeader(name)
        }
    }
}

extension String {
    /// Whether it is words with dots between, without spaces and control characters.
    var isSubject: Bool {
        !isEmpty && utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F } && !split(separator: ".", omittingEmptySubsequences: false).contains("")
    }

    fileprivate var isHeaderName: Bool { !isEmpty && utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ":") } }
}
