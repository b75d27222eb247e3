import Files
import Glibc
import Synchronization

/// The textual inversions of some folders and the folders in them, by their file names. Each is read when it is asked for and its file has
/// changed; the names are those of the moment when the folders were listed.
public final class EmbeddingLibrary: Sendable {
    /// The folders that were listed. The first that has a name keeps it.
    public let folders: [String]
    /// Sorted. In one folder a file with the ending `.safetensors` goes before others of its name.
    public let names: [String]
    private let paths: [String: String]
    private let loaded = Mutex<[String: Loaded]>([:])

    private struct Loaded {
        /// nil when it may have changed since unseen.
        let stamp: FileStamp?
        let result: Result<TextualInversion, CheckpointError>
    }

    /// Lists the files; none is opened.
    /// - Throws: `CheckpointError.notFound` for a folder that is not there.
    public init(folders: [String]) throws(CheckpointError) {
        if let missing = folders.first(where: { PathKind($0) != .folder }) { throw .notFound(path: missing) }
        self.folders = folders
        paths = NamedFiles.paths(in: folders, endings: ["safetensors", "pt", "bin"])
        names = paths.keys.sorted()
    }

    /// The names that may stand in a prompt, so that not every file need be read for it. Those that do are found by their tokens, which
    /// know neither capitals nor spaces.
    public func names(thatMayStandIn prompt: String) -> [String] {
        let prompt = Self.folded(prompt)
        return names.filter { name in
            let name = Self.folded(name)
            // Another composition of the same letters would be missed.
            return !name.utf8.allSatisfy({ $0 < 0x80 }) || strstr(prompt, name) != nil
        }
    }

    private static func folded(_ text: String) -> String { text.lowercased().filter { !$0.isWhitespace && $0 != "\0" } }

    /// - Parameter name: one of `names`.
    /// - Throws: why its file cannot be read, every time it is asked for.
    public func inversion(named name: String) throws(CheckpointError) -> TextualInversion {
        guard let path = paths[name] else { throw .notFound(path: (folders.first ?? "") + "/" + name) }
        let (now, stamp) = (FileStamp.now, FileStamp(path))
        if let known = loaded.withLock({ $0[name] }), let seen = known.stamp, seen == stamp { return try known.result.get() }
        let result = Result { () throws(CheckpointError) in try TextualInversion(path: path) }
        loaded.withLock { $0[name] = Loaded(stamp: stamp?.isSettled(at: now) == true ? stamp : nil, result: result) }
        return try result.get()
    }
}
