/// The origins whose pages may use a server in browsers, besides its own.
public enum SharedOrigins: Sendable, Equatable {
    case some(Set<WebOrigin>)
    /// Every page of the web, without passwords that browsers remember.
    case any

    /// No origin but the server's own.
    public static let none = SharedOrigins.some([])

    /// - Parameter texts: origins, with commas between them if they are in one; `*` for any. Without a scheme, http and https are meant.
    /// - Throws: `AddressError`.
    public init(_ texts: [String]) throws(AddressError) {
        var origins: Set<WebOrigin> = []
        for text in texts.betweenCommas {
            if text == "*" {
                self = .any
                return
            }
            guard !text.isEmpty else { throw AddressError("has an empty origin. Use one such as http://localhost:3000, or * for all.") }
            // Pages of files and of sandboxed frames have this origin, and so anybody can have it.
            guard text.lowercased() != "null", !text.lowercased().hasPrefix("file:") else {
                throw AddressError(
                    "stands for pages of files, and every web page can pass for one. Serve the page from http://localhost, or use * for "
                        + "all.")
            }
            for address in text.contains("://") ? [text] : ["http://" + text, "https://" + text] {
                let address = try WebAddress(address)
                guard address.path.isEmpty else { throw AddressError("has a path, and origins have none. Use \(address.origin).") }
                origins.insert(address.origin)
            }
        }
        self = .some(origins)
    }

    /// - Parameter origin: as a browser sends it.
    func contains(_ origin: String) -> Bool {
        switch self {
        case .any: true
        case .some(let origins): WebOrigin(header: origin).map(origins.contains) ?? false
        }
    }

    var isEmpty: Bool { self == .none }
}

extension Sequence<String> {
    /// The parts between commas, empty ones too, without white space around them.
    var betweenCommas: [String] { flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }.map(\.trimmingWhitespace) }
}

extension StringProtocol {
    /// Without white space at both ends.
    var trimmingWhitespace: String {
        let start = drop(while: \.isWhitespace)
        return String(start.prefix(upTo: start.lastIndex { !$0.isWhitespace }.map(start.index(after:)) ?? start.startIndex))
    }
}
