internal import Crypto
internal import CWebPage
internal import Files
internal import FoundationEssentials

/// A file of the web page, as it is inside the program.
struct PageFile: Sendable {
    /// As it is asked for: `main.js`.
    let name: String
    let content: Data
    let mediaType: String
    /// For `ETag`: another content has another.
    let tag: String

    private init(_ name: String, _ content: Data) {
        self.name = name
        self.content = content
        mediaType = Self.mediaTypes[name.split(separator: ".").last ?? ""].map { "\($0); charset=utf-8" } ?? "application/octet-stream"
        tag = "\"" + SHA256.hash(data: content).prefix(16).hexadecimal + "\""
    }

    /// By the endings of names.
    private static let mediaTypes: [Substring: String] = [
        "html": "text/html", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml", "webmanifest": "application/manifest+json",
    ]

    /// Every file by its name.
    static let all: [String: PageFile] = {
        let files = (0..<web_page_file_count()).map { index in
            let file = web_page_file_at(index)
            return PageFile(String(cString: file.name), Data(String(cString: file.text).utf8))
        }
        return Dictionary(uniqueKeysWithValues: files.map { ($0.name, $0) })
    }()

    static let index = all["index.html"]
    static let icon = all["icon.svg"]
}
