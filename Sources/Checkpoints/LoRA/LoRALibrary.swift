import Files
import Synchronization

/// The files of changes in some folders, found by name.
///
/// Folders are listed when they are asked for, so that new files are found at once. A file is opened when it is asked for by its name;
/// headers of all are read, once for each state of a file, when a name is that of no file.
public final class LoRALibrary: Sendable {
    /// A file in one of the folders.
    public struct Entry: Sendable, Hashable {
        /// The file's name without its ending.
        public let name: String
        /// The library's folder, and the way from there.
        public let path: String
        /// The folder that it lies in, seen from the library's: "styles/old"; empty at the top.
        public let subfolder: String

        /// The name with the subfolder before it.
        public var longName: String { subfolder.isEmpty ? name : "\(subfolder)/\(name)" }
    }

    /// The folders that are looked through, with those in them. One that is not there has nothing in it.
    public var folders: [String] { places.withLock { $0 } }
    private let places: Mutex<[String]>
    private let hashes: HashMemory?
    private let headers = Mutex<[String: Header]>([:])
    private let opened = Mutex<OpenedFiles>(OpenedFiles())

    /// The knowledge of a file in one state.
    private struct Header: Sendable {
        let identity: FileIdentity
        let metadata: LoRAMetadata
        let hash: KnownHash

        func isNamed(by digits: String) -> Bool {
            [metadata.modelHash, metadata.legacyHash, hash.digits].contains { $0?.hasPrefix(digits) == true }
        }
    }

    /// Reads nothing yet.
    /// - Parameter hashes: remembers hashes of whole files, by which files are found too where they are known.
    public init(folders: [String] = [], hashes: HashMemory? = nil) {
        places = Mutex(folders)
        self.hashes = hashes
    }

    /// Looks through other folders from now on.
    public func use(folders: [String]) { places.withLock { $0 = folders } }

    private static let endings = ["safetensors", "pt", "pth", "ckpt", "bin"]

    /// All files, sorted by their names without regard to case. None is opened.
    public var entries: [Entry] {
        folders.flatMap { folder in
            NamedFiles.list(folder, endings: Self.endings).map { Entry(name: $0.name, path: $0.path, subfolder: $0.subfolder) }
        }
        .map { (key: $0.name.lowercased(), entry: $0) }
        .sorted { ($0.key, $0.entry.subfolder, $0.entry.path) < ($1.key, $1.entry.subfolder, $1.entry.path) }
        .map(\.entry)
    }

    /// The file that a name stands for: a file's name, also with its subfolder before it or its ending behind it, first in the very letters
    /// and then in any case; the name that its training gave a file, when no other file has the same; a hash.
    ///
    /// Hashes are the first digits, at least 8, of the metadata's or of CivitAI's AutoV3, where that was computed before, and of the whole
    /// file's SHA-256 where it is remembered.
    /// - Returns: nil when there is none.
    /// - Throws: `CheckpointError` when the file cannot be opened.
    public func file(named text: String) throws(CheckpointError) -> LoRAFile? {
        guard let entry = entry(named: text) else { return nil }
        return try file(at: entry)
    }

    /// The entry that a name stands for, by the same rules.
    public func entry(named text: String) -> Entry? {
        let entries = entries
        let name = Self.endings.contains(text.pathExtension) ? text.deletingPathExtension : text
        let long = name.replacing("\\", with: "/")
        let folded = long.lowercased()
        // A name may end as files do: "style.pt" may be style.pt.safetensors.
        return entries.first { $0.name == name || $0.name == text }
            ?? entries.first { $0.name.lowercased() == folded }
            ?? entries.first { $0.longName == long }
            ?? entries.first { $0.longName.lowercased() == folded }
            ?? entry(withAliasOrHash: text, among: entries)
    }

    /// The metadata of a file, read once for each state of it. Empty for files without any and for those that cannot be read.
    public func metadata(of entry: Entry) -> LoRAMetadata { header(of: entry.path)?.metadata ?? LoRAMetadata([:]) }

    /// Opens a file. It stays open as long as it is one of the last that were asked for, and is opened again when it has changed.
    /// - Throws: `CheckpointError` when the file cannot be opened.
    public func file(at entry: Entry) throws(CheckpointError) -> LoRAFile {
        if let known = opened.withLock({ $0.file(entry.path) }), known.isCurrent { return known }
        let file = try LoRAFile(path: entry.path, hash: header(of: entry.path)?.hash ?? KnownHash())
        opened.withLock { $0.add(file) }
        return file
    }

    // Names inside the files

    /// A1111 never takes these for names.
    private static let forbiddenAliases: Set<String> = ["none", "addams"]

    private func entry(withAliasOrHash text: String, among entries: [Entry]) -> Entry? {
        let headers = entries.map { (entry: $0, header: header(of: $0.path)) }
        if !Self.forbiddenAliases.contains(text.lowercased()) {
            for isSame in [{ $0 == text }, { $0.lowercased() == text.lowercased() }] as [(String) -> Bool] {
                let named = headers.filter { $0.header?.metadata.outputName.map(isSame) == true }
                if named.count == 1 { return named[0].entry }
            }
        }
        let digits = text.lowercased()
        guard digits.utf8.count >= 8, digits.isHash(digits: digits.utf8.count) else { return nil }
        return headers.first { $0.header?.isNamed(by: digits) == true }?.entry
            ?? headers.first { hashes?.hash(ofFile: $0.entry.path)?.hasPrefix(digits) == true }?.entry
    }

    /// - Returns: nil for a file that cannot be reached. One that cannot be read has no metadata.
    private func header(of path: String) -> Header? {
        guard let identity = FileIdentity(path) else { return nil }
        if let known = headers.withLock({ $0[path] }), known.identity == identity { return known }
        let metadata = (try? OpenFile(path: path)).flatMap { try? SafetensorsHeader.metadata(of: $0) }
        let header = Header(identity: identity, metadata: LoRAMetadata(metadata ?? [:]), hash: KnownHash())
        headers.withLock { $0[path] = header }
        return header
    }
}

/// The files that were asked for last. Each holds a descriptor and a range of addresses.
private struct OpenedFiles {
    private static let most = 32
    private var files: [LoRAFile] = []

    mutating func file(_ path: String) -> LoRAFile? {
        guard let index = files.firstIndex(where: { $0.path == path }) else { return nil }
        files.append(files.remove(at: index))
        return files.last
    }

    mutating func add(_ file: LoRAFile) {
        files.removeAll { $0.path == file.path }
        files.append(file)
        if files.count > Self.most { files.removeFirst() }
    }
}
