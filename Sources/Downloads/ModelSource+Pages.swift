import Files
import FoundationEssentials

extension ModelSource {
    /// Hosts whose addresses are read, also without `https://`.
    static let pageHosts = [
        "huggingface.co", "www.huggingface.co", "hf.co", "hf-mirror.com", "modelscope.cn", "www.modelscope.cn", "modelscope.ai",
        "www.modelscope.ai", "civitai.com", "www.civitai.com", "civitai.green", "civitai.red",
    ]

    /// Reads an address from a browser: a page of a hub, a link to a file on one, or a file elsewhere.
    static func page(_ text: String) throws(DownloadError) -> ModelSource {
        guard let url = URL(string: text), let host = url.host()?.lowercased(), !host.isEmpty else {
            throw .unreadable(text, hint: "It is no address. One looks like https://example.org/model.safetensors.")
        }
        guard url.user == nil, url.password == nil else {
            throw .unreadable(
                text, hint: "Leave out the user and the password before the @: they would be written to the note beside the model.")
        }
        guard pageHosts.contains(host), url.port == nil else { return .address(text) }
        let parts = url.path(percentEncoded: false).split(separator: "/").map(String.init)
        if host.contains("civitai") { return try civitAIPage(parts, url) }
        if host.contains("modelscope") { return try modelScopePage(parts, text) }
        return try huggingFacePage(parts, text)
    }

    /// `/org/name`, `/org/name/tree/REVISION`, `/org/name/blob/REVISION/FILE`; `resolve` and `raw` are the same.
    private static func huggingFacePage(_ parts: [String], _ text: String) throws(DownloadError) -> ModelSource {
        guard parts.count >= 2, !["datasets", "spaces", "collections", "docs", "papers", "blog"].contains(parts[0]) else {
            throw .unreadable(text, hint: "This is no page of a model. One looks like https://huggingface.co/org/name.")
        }
        var file = "", revision: String?
        if parts.count > 3, ["tree", "blob", "resolve", "raw"].contains(parts[2]) {
            // refs/pr/1 is one revision.
            let length = parts[3] == "refs" && parts.count > 5 ? 3 : 1
            revision = parts[3..<3 + length].joined(separator: "/")
            // A folder is no file: `tree` shows one.
            if parts[2] != "tree" { file = parts.dropFirst(3 + length).joined(separator: "/") }
        }
        return .repository(try Repository(.huggingFace, parts[0], parts[1], file: file, revision: revision, in: text))
    }

    /// `/models/org/name`, `/models/org/name/resolve/REVISION/FILE`, `/models/org/name/file/view/REVISION/FILE`.
    private static func modelScopePage(_ parts: [String], _ text: String) throws(DownloadError) -> ModelSource {
        guard parts.count >= 3, parts[0] == "models" else {
            throw .unreadable(text, hint: "This is no page of a model. One looks like https://modelscope.cn/models/org/name.")
        }
        var rest = parts.dropFirst(3)
        var file = "", revision: String?
        if rest.starts(with: ["file", "view"]) { rest = rest.dropFirst() }
        if rest.count > 2, ["resolve", "view"].contains(rest[rest.startIndex]) {
            revision = rest[rest.startIndex + 1]
            file = rest.dropFirst(2).joined(separator: "/")
        }
        return .repository(try Repository(.modelScope, parts[1], parts[2], file: file, revision: revision, in: text))
    }

    /// `/models/123`, with or without the model's name and `modelVersionId=456`; `/api/download/models/456`.
    private static func civitAIPage(_ parts: [String], _ url: URL) throws(DownloadError) -> ModelSource {
        let query = URLComponents(url: url, resolvingAgainstBaseURL: false)?.queryItems ?? []
        let version = query.first { $0.name == "modelVersionId" }?.value.flatMap { Int($0) }
        if parts.starts(with: ["api", "download", "models"]), parts.count == 4, let version = Int(parts[3]) {
            return .civitAIVersion(version, model: nil)
        }
        if parts.count >= 2, ["models", "model-versions"].contains(parts[0]), let number = Int(parts[1]), number > 0 {
            if parts[0] == "model-versions" { return .civitAIVersion(number, model: nil) }
            return version.map { .civitAIVersion($0, model: number) } ?? .civitAIModel(number)
        }
        throw .unreadable(
            url.absoluteString, hint: "This is no page of a model. One looks like https://civitai.com/models/123?modelVersionId=456.")
    }
}
