public import Downloads
import Files
import FoundationEssentials
public import Logging
import Synchronization

/// Fetches models from fronts, over HTTP: `GET <front>/api/v1/blobs/<sha256>`.
public final class FrontModelSource: ModelFetching {
    private let downloader: Downloader
    private let addresses: @Sendable () async -> [String]
    private let token: String?
    private let logger: Logger
    /// Addresses that the log has a warning of.
    private let warned = Mutex<Set<String>>([])

    /// - Parameters:
    ///   - downloader: may ask addresses of one's own network: `HostPolicy.own`.
    ///   - addresses: of the fronts that live: `http://front.example:7860`. They are asked one after another.
    ///   - token: tells the front that a worker asks; nil for none.
    ///   - logger: warned once of each front that is asked over http on another machine.
    public init(
        _ downloader: Downloader, addresses: @escaping @Sendable () async -> [String], token: String? = nil, logger: Logger
    ) {
        (self.downloader, self.addresses, self.token, self.logger) = (downloader, addresses, token, logger)
    }

    public func fetch(_ model: FleetModel, to path: String) async throws {
        var failure: any Error = NoFront()
        for address in await addresses() {
            warn(of: address)
            let root = address.hasSuffix("/") ? String(address.dropLast()) : address
            func file(_ path: String, _ sha256: ContentHash, _ bytes: Int) -> KnownFile {
                KnownFile(path: path, address: "\(root)/api/v1/blobs/\(sha256)", byteCount: bytes, sha256: sha256.description)
            }
            let files = model.form == .safetensors
                ? [file("", model.sha256, model.bytes)] : model.files.map { file($0.path, $0.sha256, $0.bytes) }
            do {
                return try await downloader.fetch(
                    files, to: path, isFolder: model.form == .diffusers, secrets: token.map { [("Authorization", "Bearer \($0)")] } ?? [])
            } catch {
                if Task.isCancelled { throw error }
                failure = error
                if case .notAllowed(let host, _) = error {
                    failure = DownloadError.notAllowed(
                        host: host, hint: "Name a file with one of the front's keys (easel serve --api-key-file): --front-key-file.")
                }
            }
        }
        throw failure
    }

    private func warn(of address: String) {
        guard let url = URL(string: address), url.scheme == "http", url.host()?.isLoopbackHost != true,
            warned.withLock({ $0.insert(address).inserted }) else { return }
        logger.warning(
            "Models are fetched over http: others on the way can read them, and the key. An address with https:// is safer.",
            metadata: ["front": "\(address)"])
    }

    private struct NoFront: Error, CustomStringConvertible {
        let description = "No front tells an address to fetch models from. Start it with --address http://its.name:7860, or share a "
            + "folder of models (--models)."
    }
}
