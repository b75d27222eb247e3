internal import Files
internal import Settings
internal import Synchronization
internal import WebAPI

/// Options without an effect, for all clients.
final class KeptOptions: Sendable {
    private let options = Mutex(IdleOptions())

    var current: IdleOptions { options.withLock { $0 } }

    /// See `IdleOptions.change`.
    func change(_ values: [String: JSONValue]) throws -> [String] { try options.withLock { try $0.change(values) } }
}
