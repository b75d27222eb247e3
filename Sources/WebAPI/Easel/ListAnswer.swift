import Generation
public import Jobs

/// A page of a list, the newest first.
public struct ListAnswer<Item: Codable & Sendable>: Codable, Sendable {
    /// The items of this page, the newest first.
    public var items: [Item]
    /// The value of `before` for the page after this one; null when this is the last.
    @OrNull public var next: String?

    /// Makes a page; `next` is nil for the last one.
    public init(_ items: [Item], next: String?) {
        self.items = items
        self.next = next
    }
}

/// The query of a list: `?before=&limit=&state=&q=`, and what lists of pictures are narrowed down by.
public struct ListQuery: Sendable, Equatable {
    /// The allowed lengths of a page.
    public static let limits = 1...200

    /// One more than is shown may be asked of the store, to see whether there is a next page.
    public var limit: Int
    /// The id of the last item before the page, as the client sent it; nil for the first page.
    public var before: String?

    /// - Parameters: as they stand in the query; nil and empty text are the same.
    /// - Throws: `.invalidValue` for a limit that is none.
    public init(limit: String?, before: String?) throws(APIError) {
        self.limit = 50
        if let limit, !limit.isEmpty {
            guard let number = Int(limit), Self.limits.contains(number) else {
                throw APIError(
                    .invalidValue, field: "limit",
                    reason: .outOfRange(
                        Int(limit).map { .init($0) } ?? .init(limit), from: .init(Self.limits.lowerBound),
                        to: .init(Self.limits.upperBound)),
                    "limit cannot be \"\(limit.clipped)\". Use a whole number from 1 to 200.")
            }
            self.limit = number
        }
        self.before = before.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// - Throws: `.invalidValue` when `before` names no job.
    public var beforeJob: JobID? { get throws(APIError) { try name(JobID.init(_:), of: "job") } }

    /// - Throws: `.invalidValue` when `before` names no picture.
    public var beforePicture: PictureID? { get throws(APIError) { try name(PictureID.init(_:), of: "picture") } }

    private func name<ID>(_ read: (String) -> ID?, of kind: String) throws(APIError) -> ID? {
        guard let before else { return nil }
        guard let id = read(before) else {
            throw APIError(
                .invalidValue, field: "before", reason: .wrongForm(before, example: "next"),
                "before cannot be \"\(before.clipped)\". Use a \(kind)'s id, such as `next` of the page before.")
        }
        return id
    }

    /// `favourite` of a list of pictures.
    /// - Throws: `.invalidValue` for what is neither true nor false.
    public static func isFavourite(_ text: String?) throws(APIError) -> Bool {
        switch text?.lowercased() {
        case nil, "", "false", "0": false
        case "true", "1": true
        case .some: throw APIError(.invalidValue, field: "favourite", "favourite cannot be \"\((text ?? "").clipped)\". Use true or false.")
        }
    }

    /// `from` and `to` of a list of pictures.
    /// - Throws: `.invalidValue` for what is no day.
    public static func day(_ text: String?, field: String) throws(APIError) -> String? {
        guard let text, !text.isEmpty else { return nil }
        let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        let isDay =
            parts.map(\.count) == [4, 2, 2] && parts.allSatisfy { $0.allSatisfy { (48...57).contains($0) } }
            && (1...12).contains(Int(Substring(parts[1])) ?? 0) && (1...31).contains(Int(Substring(parts[2])) ?? 0)
        guard isDay else {
            throw APIError(.invalidValue, field: field, "\(field) cannot be \"\(text.clipped)\". Use a day, such as 2026-11-28.")
        }
        return text
    }

    /// `job` of a list of pictures.
    /// - Throws: `.invalidValue` for what no job is named.
    public static func job(_ text: String?) throws(APIError) -> JobID? {
        guard let text, !text.isEmpty else { return nil }
        guard let job = JobID(text) else {
            throw APIError(.invalidValue, field: "job", "job cannot be \"\(text.clipped)\". Use a job's id, 32 digits from 0 to f.")
        }
        return job
    }

    /// `state` of a list of jobs.
    /// - Throws: `.invalidValue` for what is no state.
    public static func state(_ text: String?) throws(APIError) -> JobState? {
        guard let text, !text.isEmpty else { return nil }
        guard let state = JobState(rawValue: text) else {
            let states = JobState.allCases.map(\.rawValue)
            throw APIError(
                .invalidValue, field: "state", reason: .unknownChoice(text, of: states),
                "state cannot be \"\(text.clipped)\". Use \(states.joined(separator: ", ")).")
        }
        return state
    }
}
