import Crypto
public import FoundationEssentials
import Glibc

extension Checkpoint {
    /// The SHA-256 that model sites list a checkpoint under: of the single file, or of a folder's UNet. Lower-case hexadecimal.
    ///
    /// Reading gigabytes takes a second or more, so the answer is remembered until the file changes.
    /// - Parameter folder: where to remember; made when missing. One that cannot be read or written is done without.
    /// - Returns: nil when the file can no longer be read.
    public func contentHash(rememberedIn folder: URL) async -> String? {
        guard let file = files.first(where: { $0.path.contains("/unet/") }) ?? files.first, let key = file.identity else { return nil }
        let store = folder.appending(path: "hashes.json")
        var remembered = (try? JSONDecoder().decode([String: String].self, from: Data(contentsOf: store))) ?? [:]
        if let known = remembered[key] { return known }

        guard let hash = await file.sha256() else { return nil }
        remembered[key] = hash
        try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try? JSONEncoder().encode(remembered).write(to: store, options: .atomic)
        return hash
    }
}

extension Checkpoint {
    /// Changes whenever one of the files does, and costs nothing. For keys that live as long as the process.
    public var identity: String { files.map { $0.identity ?? $0.path }.joined(separator: "+") }
}

extension CheckpointFile {
    /// Changes whenever the file's content does, and is the same under all names of the file.
    fileprivate var identity: String? {
        var status = stat()
        guard fstat(file.descriptor, &status) == 0 else { return nil }
        return "\(status.st_dev):\(status.st_ino):\(status.st_size):\(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
    }

    /// Yields between blocks, so that it takes turns with other tasks.
    fileprivate func sha256() async -> String? {
        var hash = SHA256()
        var offset = 0
        while offset < byteCount {
            guard !Task.isCancelled, let block = try? file.read(1 << 20, at: offset), !block.isEmpty else { return nil }
            hash.update(data: block)
            offset += block.count
            await Task.yield()
        }
        return hash.finalize().map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }
}
