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

    /// A name for all files as they are: those of another program may differ.
    static let version = SHA256.hash(data: Data(all.values.map(\.tag).sorted().joined().utf8)).prefix(8).hexadecimal

    /// The page itself. It names its files below `page/kept/VERSION`, where a browser keeps them without asking again.
    static let index = all["index.html"].map { file in
        let text = String(decoding: file.content, as: UTF8.self)
        return PageFile(file.name, Data(text.replacing("\"/page/", with: "\"/page/kept/\(version)/").utf8))
    }
    static let icon = all["icon.svg"]
}
