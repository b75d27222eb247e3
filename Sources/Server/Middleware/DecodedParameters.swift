internal import Hummingbird
internal import WebAPI

/// Decodes the percent-encoding of all that is named in a path: `a%20b` is the model "a b", `anime%2FModel` the one in a folder.
///
/// It comes after routing, so that an encoded slash ends no part of the path. A plus is a plus there.
struct DecodedParameters: RouterMiddleware {
    typealias Context = ClientContext

    func handle(_ request: Request, context: Context, next: (Request, Context) async throws -> Response) async throws -> Response {
        var context = context
        for (name, value) in context.parameters {
            guard let decoded = Self.decoded(value) else {
                throw APIError(
                    .notFound, field: String(name),
                    "Nothing has the name \"\(value.prefix(100))\". Send it as UTF-8, percent-encoded: %20 for a space, %25 for a percent "
                        + "sign.")
            }
            context.coreContext.parameters[name] = decoded[...]
        }
        return try await next(request, context)
    }

    /// - Returns: nil for an incomplete escape, for what is not UTF-8, and for a NUL, which no name has.
    static func decoded(_ text: Substring) -> String? {
        guard let decoded = text.percentDecoded, !decoded.utf8.contains(0) else { return nil }
        return decoded
    }
}
