import Crypto
public import Files
public import FoundationEssentials
public import Generation
import Synchronization

extension Checkpoint {
    /// The SHA-256 that model sites list a checkpoint under: of the single file, or of a folder's UNet. Lower-case hexadecimal.
    ///
    /// Reading gigabytes takes a second or more, so the answer is remembered until the file changes.
    /// - Parameter folder: where to remember; made when missing. One that cannot be read or written is done without.
    /// - Returns: nil when the file can no longer be read.
    public func publishedHash(rememberedIn folder: URL) async -> String? {
        guard let file = hashedFile else { return nil }
        return await file.sha256(rememberedIn: HashMemory(folder: folder))
    }

    /// Where the file lies whose hash `publishedHash` is.
    public var hashedPath: String? { hashedFile?.path }

    private var hashedFile: CheckpointFile? { files.first { layout == .single || $0.name.hasPrefix("unet/") } }

    /// The SHA-256 of all files' contents, in their order: for keys of what outlives the process. Remembered as above.
    public func fingerprint(rememberedIn folder: URL) async -> String? {
        await files.fingerprint(rememberedIn: folder).map { $0 + partsKey }
    }

    /// The VAE and the text encoders from files of their own, for the texts of pictures. Hashes are remembered as above.
    public func parts(rememberedIn folder: URL) async -> [ModelPart] {
        var parts: [ModelPart] = []
        var known: Set<String> = []
        let chosen = [(ModelPart.Kind.vae, vaeSource.path)] + textEncoderPaths.map { (ModelPart.Kind.textEncoder, $0) }
        for case (let kind, let path?) in chosen where known.insert("\(kind) \(path)").inserted {
            let file = files.first { $0.path == path || $0.path.hasPrefix(path + "/") }
            let hash = await file?.sha256(rememberedIn: HashMemory(folder: folder))
            parts.append(ModelPart(kind: kind, name: path.lastPathComponent, sha256: hash))
        }
        return parts
    }

    /// Tells which networks come from which of the files; empty where the files alone tell it.
    private var partsKey: String {
        let chosen = textEncoderPaths.indices.filter { textEncoderPaths[$0] != nil }
        guard !chosen.isEmpty else { return "" }
        return "+text " + chosen.map(String.init).joined(separator: ",") + (vaeSource.path == nil ? "" : "+vae")
    }
}

extension Checkpoint {
    /// The state that the files were opened in: another file, or the same one rewritten, has another. For keys that live as long as the
    /// process.
    public var identity: String { (files + (tinyVAE?.file?.files ?? [])).identity + partsKey }

    /// Whether the files under their names are still those that were opened: false once another program has replaced or rewritten one, and
    /// once another tiny VAE is there.
    public var isCurrent: Bool { files.isCurrent && tinyVAE?.isCurrent != false }
}

extension [CheckpointFile] {
    /// The state that the files were opened in, as `Checkpoint.identity` has it.
    public var identity: String { map(\.file.identity.description).joined(separator: "+") }

    /// Whether all files are still those that were opened.
    var isCurrent: Bool { allSatisfy(\.file.isCurrent) }

    /// The SHA-256 of all files' contents, in their order, in hexadecimal. Computed once and remembered, until a file changes.
    /// - Parameter folder: where to remember; one that cannot be read or written is done without.
    /// - Returns: nil when a file can no longer be read.
    public func fingerprint(rememberedIn folder: URL) async -> String? {
        var hashes = SHA256()
        let memory = HashMemory(folder: folder)
        for file in self {
            guard let hash = await file.sha256(rememberedIn: memory) else { return nil }
            hashes.update(data: Data(hash.utf8))
        }
        return hashes.finalize().hexadecimal
    }
}

extension CheckpointFile {
    /// Yields between blocks, so that it takes turns with other tasks.
    fileprivate func sha256(rememberedIn memory: HashMemory) async -> String? {
        if let known = memory.hash(of: file.identity) { return known }
        var hashing = FileHashing(file)
        while !Task.isCancelled, hashing.next() { await Task.yield() }
        return hashing.finish().map { memory.remember($0, of: file.identity) }
    }
}

/// Remembers the SHA-256 of files, as far as one was computed: `hashes.json` in the user's folder for what can be made again.
///
/// A file that has changed since is another file. What cannot be read or written is done without.
public final class HashMemory: Sendable {
    private let folder: URL
    private var store: URL { folder.appending(path: "hashes.json") }
    private let read = Mutex<(state: FileIdentity?, hashes: [String: String])>((nil, [:]))

    /// - Parameter folder: made when missing.
    public init(folder: URL) { self.folder = folder }

    /// The SHA-256 of a file in its present state, in lower-case hexadecimal.
    /// - Returns: nil when it is not known.
    public func hash(ofFile path: String) -> String? { FileIdentity(path).flatMap(hash) }

    /// The SHA-256 of a file in the given state; nil when it is not known.
    public func hash(of file: FileIdentity) -> String? { hashes[file.description] }

    /// Computes the SHA-256 of a file, unless it is known. This reads gigabytes: cancelling the task ends it.
    /// - Returns: nil when the file cannot be read, changes meanwhile, or the task is cancelled.
    public func compute(ofFile path: String) async -> String? {
        guard let file = try? OpenFile(path: path) else { return nil }
        return await CheckpointFile(file, mappedOffset: 0).sha256(rememberedIn: self)
    }

    /// Computes the same without yielding to other tasks.
    public func computeBlocking(ofFile path: String) -> String? {
        guard let file = try? OpenFile(path: path) else { return nil }
        if let known = hash(of: file.identity) { return known }
        var hashing = FileHashing(file)
        while !Task.isCancelled, hashing.next() {}
        return hashing.finish().map { remember($0, of: file.identity) }
    }

    /// Remembers the SHA-256 of a file that somebody has just computed.
    /// - Parameter hash: in lower-case hexadecimal.
    public func remember(_ hash: String, ofFile path: String) {
        if let file = FileIdentity(path) { _ = remember(hash, of: file) }
    }

    /// Finds a file by its hash without computing one.
    /// - Parameter digits: the first of a SHA-256, or all 8 of A1111's old hash; in lower case.
    /// - Returns: the index of the first path whose SHA-256 is known and fits, else of the first that has this old hash; nil for none.
    public func index(of digits: String, inFiles paths: [String]) -> Int? {
        paths.firstIndex { hash(ofFile: $0)?.hasPrefix(digits) == true }
            ?? (digits.count == 8 ? paths.firstIndex { Self.oldHash(ofFile: $0) == digits } : nil)
    }

    /// The 8 digits that A1111 named models by before 2023: of 64 KiB behind the first MiB.
    /// - Returns: nil when there is nothing, or it cannot be read.
    public static func oldHash(ofFile path: String) -> String? {
        guard let bytes = try? OpenFile(path: path).read(0x10000, at: 0x100000), !bytes.isEmpty else { return nil }
        return String(SHA256.hash(data: bytes).hexadecimal.prefix(8))
    }

    /// Read again when another process, or another part of this one, has written it.
    private var hashes: [String: String] {
        read.withLock { read in
            let state = FileIdentity(store.path)
            if state != read.state {
                let all = (try? JSONDecoder().decode([String: String].self, from: Data(contentsOf: store))) ?? [:]
                read = (state, all.filter { $0.value.utf8.count == 64 && $0.value.allSatisfy(\.isHexDigit) })
            }
            return read.hashes
        }
    }

    /// - Returns: the hash.
    @discardableResult
    func remember(_ hash: String, of file: FileIdentity) -> String {
        let hashes = hashes.merging([file.description: hash]) { $1 }
        try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try? JSONEncoder().encode(hashes).write(to: store, options: .atomic)
        try? FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: store.path)
        return hash
    }
}

/// A file's SHA-256, block by block.
struct FileHashing {
    private let file: OpenFile
    private var hash = SHA256()
    private var offset: Int

    /// - Parameter offset: of the first byte that counts.
    init(_ file: OpenFile, from offset: Int = 0) { (self.file, self.offset) = (file, offset) }

    /// - Returns: whether there is more.
    mutating func next() -> Bool {
        guard offset < file.byteCount, let block = try? file.read(1 << 20, at: offset), !block.isEmpty else { return false }
        hash.update(data: block)
        offset += block.count
        return true
    }

    /// - Returns: nil when not all was hashed, or the file is another one by now.
    func finish() -> String? {
        // A file that changed meanwhile never had the content that was hashed.
        guard offset == file.byteCount, file.isUnchanged else { return nil }
        return hash.finalize().hexadecimal
    }
}
