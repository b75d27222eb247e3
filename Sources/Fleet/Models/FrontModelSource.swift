public import Downloads

/// Fetches models from fronts, over HTTP: `GET <front>/api/v1/blobs/<sha256>`.
public struct FrontModelSource: ModelFetching {
    private let downloader: Downloader
    private let addresses: @Sendable () async -> [String]
    private let token: String?

    /// - Parameters:
    ///   - addresses: of the fronts that live: `http://front.example:7860`. They are asked one after another.
    ///   - token: tells the front that a worker asks; nil for none.
    public init(_ downloader: Downloader, addresses: @escaping @Sendable () async -> [String], token: String? = nil) {
        (self.downloader, self.addresses, self.token) = (downloader, addresses, token)
    }

    public func fetch(_ model: FleetModel, to path: String) async throws {
        var failure: any Error = NoFront()
        for address in await addresses() {
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
            }
        }
        throw failure
    }

    private struct NoFront: Error, CustomStringConvertible {
        let description = "No front tells an address to fetch models from. Start it with --address, or share a folder of models (--models)."
    }
}
