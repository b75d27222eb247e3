internal import Hummingbird
internal import WebAPI

/// Refuses requests to a name that is not this machine's own, while the server is for this machine only.
///
/// A web page can give its own name the address 127.0.0.1, and then read what is here as if it were its own (DNS rebinding). Its
/// name still stands in the request.
struct HostCheck: RouterMiddleware {
    typealias Context = ClientContext

    func handle(_ request: Request, context: Context, next: (Request, Context) async throws -> Response) async throws -> Response {
        // HTTP/1.0 sends no name, and browsers always do.
        if let name = request.head.authority, !Self.isLoopback(name) {
            throw Refusal(
                APIError(.forbidden, field: "Host",
                    "This server answers to localhost and 127.0.0.1, not to the name that was asked for. Behind a proxy, start it with --auth user:password or --api-key-file."))
        }
        return try await next(request, context)
    }

    /// - Parameter host: a name or an address, perhaps with a port.
    static func isLoopback(_ host: some StringProtocol) -> Bool {
        let host = host.lowercased()
        if host.hasPrefix("[") { return host.prefix { $0 != "]" } == "[::1" }
        let name = host == "::1" ? "localhost" : host.prefix { $0 != ":" }
        if ["localhost", "127.0.0.1"].contains(name) { return true }
        // All of 127.0.0.0/8 is this machine.
        let numbers = name.split(separator: ".", omittingEmptySubsequences: false)
        return numbers.count == 4 && numbers.first == "127" && numbers.allSatisfy { UInt8($0) != nil }
    }
}
