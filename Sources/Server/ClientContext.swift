internal import Hummingbird
internal import NIOCore

/// The sender of a request.
struct ClientContext: Hummingbird.RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The sender's address, without the port; "unknown" where there is none, as in a test's channel.
    var address: String
    /// The name of a user or a key, or else the address.
    var client: String
    /// The token of the session that the request belongs to; nil for clients that send their credentials with it.
    var session: String?
    /// The address under which the client has reached the server, as far as it is known; see `Forwarding`.
    var serverAddress: WebAddress?

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        address = source.channel.remoteAddress?.ipAddress ?? "unknown"
        client = address
    }
}
