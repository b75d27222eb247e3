internal import Hummingbird
internal import NIOCore

/// What is known of a request beside the request: who sent it.
struct ClientContext: Hummingbird.RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Where the request comes from, without the port; "unknown" for what has no address, such as a test's channel.
    var address: String
    /// Whose request it is: the name of a user or a key, or else the address.
    var client: String
    /// Where the client has reached the server, as far as can be told; see `Forwarding`.
    var serverAddress: WebAddress?

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        address = source.channel.remoteAddress?.ipAddress ?? "unknown"
        client = address
    }
}
