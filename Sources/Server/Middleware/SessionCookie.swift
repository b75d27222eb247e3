internal import HTTPTypes
internal import Hummingbird

/// The cookie that holds a session's token.
///
/// It is named after the server's port: browsers do not tell ports apart, and two servers on one machine must not log each other out.
struct SessionCookie: Sendable {
    let name: String

    init(port: Int) { name = "easel_\(port)" }

    /// The token of a request; empty after a log-out; nil when the browser has never logged in here.
    func token(in headers: HTTPFields) -> String? {
        for item in headers[values: .cookie].flatMap({ $0.split(separator: ";") }) {
            let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2, parts[0].drop(while: { $0 == " " }) == name { return String(parts[1]) }
        }
        return nil
    }

    /// The value of `Set-Cookie`. No script can read the cookie, and no other site's page makes a browser send it.
    /// - Parameters:
    ///   - token: empty for a log-out. The cookie stays then: it tells a browser, which has a form to log in, from a client.
    ///   - isSecure: whether the browser may send it over TLS only.
    func header(_ token: String, isSecure: Bool) -> String {
        // Longer than any session lasts, for the same reason.
        "\(name)=\(token); Path=/; Max-Age=5184000; HttpOnly; SameSite=Strict\(isSecure ? "; Secure" : "")"
    }
}
