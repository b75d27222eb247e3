import Crypto
import Files
public import FoundationEssentials
import Synchronization

/// A file of changes to a checkpoint's weights: a LoRA or one of its kin. Opening reads the header, or a pickle as data, and maps the file.
public struct LoRAFile: Sendable {
    /// The file's name without its ending.
    public let name: String
    /// The path that it was opened by.
    public let path: String
    /// The texts of its header; none for a pickle.
    public let metadata: LoRAMetadata
    /// The file's numbers, mapped; no other file is among them.
    public let weights: MappedWeights
    let tensors: [String: StoredTensor]
    private let files: [CheckpointFile]
    private let hash: KnownHash

    /// The state that the file was opened in; see `Checkpoint.identity`.
    public var identity: String { files.identity }

    /// Whether the file under its name is still the one that was opened.
    public var isCurrent: Bool { files.isCurrent }

    /// Opens `.safetensors`, or what `torch.save` wrote (`.pt`, `.pth`, `.ckpt`, `.bin`). No code in the file is run.
    /// - Throws: `CheckpointError` for a file that cannot be read. One of another kind opens, and changes nothing.
    public init(path: String) throws(CheckpointError) { try self.init(path: path, hash: KnownHash()) }

    /// - Parameter hash: what is known of the file's hash, in the same state.
    init(path: String, hash: KnownHash) throws(CheckpointError) {
        var sequence = FileSequence()
        let file = try reading { () throws(FileError) in try OpenFile(path: path) }
        let directory = try sequence.open(file)
        files = sequence.files
        weights = try MappedWeights(files, of: file.name)
        tensors = directory.tensors
        metadata = LoRAMetadata(directory.metadata)
        name = path.lastPathComponent.deletingPathExtension
        self.path = path
        self.hash = hash
    }

    /// The hash that pictures' texts name the file by: 12 hexadecimal digits.
    ///
    /// They begin `sshs_model_hash` where the metadata has it; otherwise the SHA-256 of all behind the header, CivitAI's AutoV3, or of a
    /// whole pickle. That reads the file once, and is remembered.
    /// - Throws: `CheckpointError` when the file cannot be read, or is another one by now.
    public func shortHash() throws(CheckpointError) -> String {
        if let known = metadata.modelHash { return String(known.prefix(12)) }
        if let known = hash.digits { return String(known.prefix(12)) }
        guard let file = files.first?.file else { throw .notFound(path: path) }
        // A pickle has no such header.
        var hashing = FileHashing(file, from: (try? SafetensorsHeader.text(of: file))?.dataOffset ?? 0)
        while hashing.next() {}
        guard let digits = hashing.finish() else { throw .changed(file: file.name) }
        hash.remember(digits)
        return String(digits.prefix(12))
    }
}

extension LoRAFile {
    /// The SHA-256 of the file's content, for keys of what outlives the process. Remembered as a checkpoint's is.
    /// - Returns: nil when the file can no longer be read.
    public func fingerprint(rememberedIn folder: URL) async -> String? { await files.fingerprint(rememberedIn: folder) }
}

/// The SHA-256 behind a file's header, once it is computed.
final class KnownHash: Sendable {
    private let value = Mutex<String?>(nil)

    var digits: String? { value.withLock { $0 } }

    func remember(_ digits: String) { value.withLock { $0 = digits } }
}
