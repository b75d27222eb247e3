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

/// The query of a list: `?before=&limit=&state=&q=`.
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
                throw APIError(.invalidValue, field: "limit", "limit cannot be \"\(limit.clipped)\". Use a whole number from 1 to 200.")
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
                .invalidValue, field: "before",
                "before cannot be \"\(before.clipped)\". Use a \(kind)'s id, such as `next` of the page before.")
        }
        return id
    }

    /// `state` of a list of jobs.
    /// - Throws: `.invalidValue` for what is no state.
    public static func state(_ text: String?) throws(APIError) -> JobState? {
        guard let text, !text.isEmpty else { return nil }
        guard let state = JobState(rawValue: text) else {
            let states = JobState.allCases.map(\.rawValue).joined(separator: ", ")
            throw APIError(.invalidValue, field: "state", "state cannot be \"\(text.clipped)\". Use \(states).")
        }
        return state
    }
}
