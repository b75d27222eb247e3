import Files
import Settings

/// A route of the server, as far as its clients are concerned.
public struct Route: Sendable {
    /// HTTP's methods that routes have. Raw values are in lower case, as in an OpenAPI document.
    public enum Method: String, Sendable, CaseIterable {
        case get, post, put, patch, delete
    }

    /// The method that requests have to use.
    public let method: Method
    /// `/api/v1/jobs/{id}`: parameters in braces.
    public let path: String
    /// The action, as a sentence without a full stop.
    public let summary: String
    /// Whether it answers without credentials, where others ask for them.
    public let isOpen: Bool
    let parameters: [Parameter]
    let body: RequestBody?
    let answer: Answer
    /// Errors beside those of all routes.
    let errors: [APIError.Kind]
    /// Whether people use it with a browser: it may lead elsewhere, and its own errors are pages.
    let isForPeople: Bool

    /// Whose clients it is made for.
    public var face: Face { Face(path: path) }

    struct Parameter: Sendable {
        enum Place: String { case path, query, header }
        let place: Place
        let name: String
        let schema: Schema
        let meaning: String
    }

    struct RequestBody: Sendable {
        let name: String
        let schema: Schema
        var mediaType = "application/json"
        /// The same fields as a form.
        var isFormToo = false
        var isRequired = true
    }

    struct Answer: Sendable {
        let status: Int
        /// Empty for an answer without a body.
        let mediaType: String
        /// The component's name; nil for what has no schema.
        let name: String?
        let schema: Schema
        /// The name and schema of the events that are sent instead, when a request asks for a stream.
        var events: (name: String, schema: Schema)?

        func orEvents<Event: Decodable>(of type: Event.Type) -> Answer {
            var answer = self
            answer.events = ("\(type)", Schema(of: type))
            return answer
        }

        static func json<Value: Decodable>(_ type: Value.Type, status: Int = 200) -> Answer {
            Answer(status: status, mediaType: "application/json", name: "\(type)", schema: Schema(of: type))
        }

        static func list<Item: Decodable>(of type: Item.Type) -> Answer {
            Answer(status: 200, mediaType: "application/json", name: "\(type)s", schema: Schema(of: [Item].self))
        }

        static func page<Item: Codable & Sendable>(of type: Item.Type) -> Answer {
            Answer(status: 200, mediaType: "application/json", name: "\(type)Page", schema: Schema(of: ListAnswer<Item>.self))
        }

        /// An object whose keys nobody can know beforehand.
        static let anyObject = Answer(status: 200, mediaType: "application/json", name: nil, schema: .map(of: .any))

        /// Server-sent events: the schema is that of each.
        static let events = Answer(
            status: 200, mediaType: "text/event-stream", name: nil,
            schema: .object(
                [
                    "id": .text, "event": .words(of: EventDetails.Name.self),
                    "data": .text.with("contentMediaType", .string("application/json")).with(
                        "contentSchema", Schema.component("EventDetails").json)
                ], required: ["data", "event", "id"]))

        static func file(_ mediaType: String) -> Answer { .text(mediaType, .text.with("format", .string("binary"))) }

        /// Leads elsewhere, with nothing to read.
        static let redirect = Answer(status: 303, mediaType: "", name: nil, schema: .any)

        static func text(_ mediaType: String, _ schema: Schema = .text) -> Answer {
            Answer(status: 200, mediaType: mediaType, name: nil, schema: schema)
        }
    }

    init(
        _ method: Method, _ path: String, _ summary: String, isOpen: Bool = false, parameters: [Parameter] = [], body: RequestBody? = nil,
        answer: Answer = .json(EmptyAnswer.self), errors: [APIError.Kind] = [], isForPeople: Bool = false
    ) {
        self.method = method
        self.path = path
        self.summary = summary
        self.isOpen = isOpen
        self.parameters = parameters
        self.body = body
        self.answer = answer
        self.errors = errors
        self.isForPeople = isForPeople
    }

    /// Every route that the server has.
    public static let all = ofA1111 + ofOpenAI + ofEasel

    /// All that can go wrong, by HTTP's status.
    var errorKinds: [Int: [APIError.Kind]] {
        var kinds = errors + [.forbidden, .rateLimited, .unexpected]
        if !isOpen { kinds.append(.unauthorized) }
        if body != nil { kinds += [.malformedBody, .tooLarge, .invalidValue] }
        if parameters.contains(where: { $0.place != .path }) { kinds.append(.invalidValue) }
        if parameters.contains(where: { $0.place == .path }) { kinds.append(.notFound) }
        return Dictionary(grouping: APIError.Kind.allCases.filter(kinds.contains)) { APIError($0, "").status(for: face) }
    }
}

extension Face {
    /// Whose clients call a path.
    public init(path: String) {
        switch path.utf8.split(separator: UInt8(ascii: "/"), maxSplits: 1).first.map({ String(Substring($0)) }) {
        case "sdapi": self = .a1111
        case "v1": self = .openAI
        default: self = .easel
        }
    }
}

extension Route.Parameter {
    static func path(_ name: String, _ meaning: String, _ schema: Schema = .text) -> Self {
        .init(place: .path, name: name, schema: schema, meaning: meaning)
    }

    static func query(_ name: String, _ meaning: String, _ schema: Schema = .text) -> Self {
        .init(place: .query, name: name, schema: schema, meaning: meaning)
    }

    static func header(_ name: String, _ meaning: String, _ schema: Schema = .text) -> Self {
        .init(place: .header, name: name, schema: schema, meaning: meaning)
    }
}
