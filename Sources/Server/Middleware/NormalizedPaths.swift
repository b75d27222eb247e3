internal import Hummingbird

/// Brings the path of every request into one form before anything looks at it: single slashes, none at the end.
///
/// A base address that ends in a slash makes clients ask for `//sdapi/v1/txt2img`, and others put one at the end. Routing, authentication,
/// the shape of errors and the end of connections all go by the path, so they have to see the same one.
///
/// Only slashes are dropped. Escapes stay: an encoded slash belongs to a name (see `DecodedParameters`).
struct NormalizedPaths<Next: HTTPResponder>: HTTPResponder where Next.Context == ClientContext {
    let next: Next

    func respond(to request: Request, context: ClientContext) async throws -> Response {
        let target = Self.normalizedTarget(of: request)
        if target == request.head.path { return try await next.respond(to: request, context: context) }
        var head = request.head
        head.path = target
        return try await next.respond(to: Request(head: head, body: request.body), context: context)
    }

    /// The path and the query. A whole address, as clients send it to proxies, loses what stands before its path.
    static func normalizedTarget(of request: Request) -> String {
        // By bytes: a slash and a combining accent behind it are one Character.
        let path = request.uri.path.utf8.split(separator: UInt8(ascii: "/")).map { String(Substring($0)) }.joined(separator: "/")
        return "/" + path + (request.uri.query.map { "?" + $0 } ?? "")
    }
}
