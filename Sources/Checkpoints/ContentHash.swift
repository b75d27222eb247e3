import Crypto
public import FoundationEssentials

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
    /// The state that the files were opened in: another file, or the same one rewritten, has another. For keys that live as long as the
    /// process.
    public var identity: String { files.map(\.file.identity.description).joined(separator: "+") }

    /// Whether the files under their names are still those that were opened: false once another program has replaced or rewritten one.
    public var isCurrent: Bool { files.allSatisfy(\.file.isCurrent) }
}

extension CheckpointFile {
    fileprivate func sha256(rememberedIn folder: URL) async -> String? {
        let key = file.identity.description
        let store = folder.appending(path: "hashes.json")
        func remembered() -> [String: String] { (try? JSONDecoder().decode([String: String].self, from: Data(contentsOf: store))) ?? [:] }
        if let known = remembered()[key] { return known }

        // Of a file that changes meanwhile, it would be the hash of no state that the file ever had.
        guard let hash = await sha256(), file.isUnchanged else { return nil }
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

extension Sequence<UInt8> {
    /// `0a1f…`
    fileprivate var hexadecimal: String { map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }
}
