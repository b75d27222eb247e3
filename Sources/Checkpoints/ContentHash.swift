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
        guard let file = files.first(where: { $0.path.contains("/unet/") }) ?? files.first else { return nil }
        return await file.sha256(rememberedIn: folder)
    }

    /// The SHA-256 of all files' contents, in their order: for keys of what outlives the process. Remembered as above.
    public func contentsHash(rememberedIn folder: URL) async -> String? {
        var hashes = SHA256()
        for file in files {
            guard let hash = await file.sha256(rememberedIn: folder) else { return nil }
            hashes.update(data: Data(hash.utf8))
        }
        return hashes.finalize().hexadecimal
    }
}

extension Checkpoint {
    /// Changes whenever one of the files does, and costs nothing. For keys that live as long as the process.
    public var identity: String { files.map { $0.identity ?? $0.path }.joined(separator: "+") }

    /// Whether the files that were opened are still those under their names: false once somebody has put others there.
    public var isCurrent: Bool { files.allSatisfy { $0.identity != nil && $0.identity == $0.identityOfName } }
}

extension CheckpointFile {
    /// Changes whenever the file's content does, and is the same under all names of the file.
    fileprivate var identity: String? {
        var status = stat()
        return fstat(file.descriptor, &status) == 0 ? status.identity : nil
    }

    /// As `identity`, of the file that has the name now.
    fileprivate var identityOfName: String? {
        var status = stat()
        return stat(path, &status) == 0 ? status.identity : nil
    }

    fileprivate func sha256(rememberedIn folder: URL) async -> String? {
        guard let key = identity else { return nil }
        let store = folder.appending(path: "hashes.json")
        func remembered() -> [String: String] { (try? JSONDecoder().decode([String: String].self, from: Data(contentsOf: store))) ?? [:] }
        if let known = remembered()[key] { return known }

        guard let hash = await sha256() else { return nil }
        // Read again: another file's hash may have been added meanwhile.
        let hashes = remembered().merging([key: hash]) { $1 }
        try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try? JSONEncoder().encode(hashes).write(to: store, options: .atomic)
        return hash
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
        return hash.finalize().hexadecimal
    }
}

extension stat {
    fileprivate var identity: String { "\(st_dev):\(st_ino):\(st_size):\(st_mtim.tv_sec).\(st_mtim.tv_nsec)" }
}

extension Sequence<UInt8> {
    /// `0a1f…`
    fileprivate var hexadecimal: String { map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }
}
