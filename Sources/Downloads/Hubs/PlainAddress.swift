import Files
import FoundationEssentials

/// A file on any server.
struct PlainAddress {
    let web: WebClient

    /// Asks for the file's first byte: that tells its size and its name, and works also where only GET is allowed.
    func model(_ address: String) async throws(DownloadError) -> HubModel {
        guard let url = URL(string: address) else { throw .unreadable(address, hint: ModelSource.hint) }
        let answer = try await web.get(address, headers: [("Range", "bytes=0-0")])
        switch answer.status {
        case 200, 206, 416: break
        case 401, 403:
            throw .notAllowed(host: answer.host, hint: "It wants a password, and none is sent to servers that Easel does not know.")
        case 404, 410: throw .notFound("file \"\(url.lastPathComponent)\"", host: answer.host)
        default: throw .status(answer.status, host: answer.host)
        }
        try answer.refuseWebPage(for: url.lastPathComponent)
        let proposed = answer["Content-Disposition"].flatMap(Self.fileName(inDisposition:)) ?? url.lastPathComponent.lastPathComponent
        let name = SafeFileName.name(proposed, fallback: "model.safetensors")
        let size = answer.status == 200 ? answer["Content-Length"].flatMap { Int($0) }
            : answer["Content-Range"].flatMap { ContentRange($0) }?.total
        return HubModel(
            hub: url.hostName, name: name.deletingPathExtension, page: String(address.prefix { $0 != "?" && $0 != "#" }), kind: .checkpoint,
            files: [HubFile(path: name, address: address, byteCount: size.flatMap { $0 < 0 ? nil : $0 })])
    }

    /// The name in `attachment; filename="model.safetensors"`.
    static func fileName(inDisposition text: String) -> String? {
        guard let match = text.firstMatch(of: /(?i)filename\s*=\s*(?:"([^"]*)"|([^;\s]+))/) else { return nil }
        let name = String(match.1 ?? match.2 ?? "").lastPathComponent
        return name.isEmpty ? nil : name
    }
}
