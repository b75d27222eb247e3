import Files
import Generation

extension APIError.Kind {
    /// The reason that says no more than the kind does.
    var reason: ErrorReason.Name {
        switch self {
        case .malformedBody: .malformedBody
        case .unauthorized: .signIn
        case .forbidden: .forbidden
        case .notFound: .notFound
        case .cancelled: .cancelled
        case .keyReused: .keyReused
        case .notWaiting: .notWaiting
        case .nameTaken: .nameTaken
        case .tooLarge: .tooLarge
        case .invalidValue: .invalidValue
        case .rateLimited: .rateLimited
        case .queueFull: .queueFull
        case .tooManyStreams: .tooManyStreams
        case .failed: .failed
        case .unexpected: .internal
        case .notImplemented: .notImplemented
        case .unavailable: .notReady
        }
    }
}

extension JSONValue {
    /// A value of a reason, with its own type.
    init(_ value: ErrorReason.Value) {
        switch value {
        case .whole(let number): self = .integer(number)
        case .number(let number): self = .number(number)
        case .text(let text): self = .string(text)
        case .list(let values): self = .array(values.map(JSONValue.init))
        }
    }
}
