import Files
import Glibc
import Synchronization

/// The look of a path before it is opened: cheap enough for lists of thousands of files. Nothing waits for a named pipe.
public enum ModelLook: Sendable, Hashable {
    /// A regular file that begins as safetensors files do, or as those of `torch.save`.
    case file
    /// A folder with `model_index.json`, as diffusers saves pipelines.
    case diffusersFolder
    /// Another folder; checkpoints may lie in it.
    case otherFolder
    /// None of these: the reason for the user, which ends with a full stop.
    case noModel(reason: String)

    /// - Parameter known: what files looked like before; nil to read the start of each.
    public init(_ path: String, known: KnownLooks? = nil) {
        var status = stat()
        guard stat(path, &status) == 0 else {
            let reason = String.lastSystemError
            self = .noModel(
                reason: Self.isLink(path) ? "it is a link to something that is not there (\(reason))." : "it cannot be read: \(reason).")
            return
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG:
            let objection = known?.objection(toFile: path, FileIdentity(status)) ?? Self.objection(toFile: path)
            self = objection.isEmpty ? .file : .noModel(reason: objection)
        case S_IFDIR:
            guard Self.isRegularFile(path + "/model_index.json") else { self = .otherFolder; return }
            self = Self.objection(toWeightsIn: path + "/unet").map { .noModel(reason: $0) } ?? .diffusersFolder
        case S_IFIFO: self = .noModel(reason: "it is a named pipe.")
        case S_IFSOCK: self = .noModel(reason: "it is a socket.")
        default: self = .noModel(reason: "it is a device.")
        }
    }

    /// - Parameter isHeadless: the file has numbers alone, so that anything may stand at its start but another kind of text.
    /// - Returns: empty when there is none.
    fileprivate static func objection(toFile path: String, isHeadless: Bool = false) -> String {
        do throws(FileError) {
            let lookalike = Lookalike(try OpenFile(path: path).read(64))
            if isHeadless, ![.empty, .gitPointer, .webPage].contains(lookalike) { return "" }
            return lookalike == .torchFile ? "" : lookalike?.description ?? ""
        } catch {
            if case .unreadable(_, let reason) = error { return "it cannot be read: \(reason)." }
            return "it cannot be read."
        }
    }

    /// A clone without Git LFS has all its folders and configurations, and pointers for weights.
    private static func objection(toWeightsIn folder: String) -> String? {
        var first: String?
        for name in FolderEntries.names(in: folder) ?? [] where ["safetensors", "bin"].contains(name.pathExtension) {
            let path = folder + "/" + name
            let objection =
                if !isRegularFile(path) {
                    "it is not a file, or a link to nothing."
                } else {
                    objection(toFile: path, isHeadless: name == "openvino_model.bin")
                }
            if objection.isEmpty { return nil }
            if first == nil { first = "its unet/\(name) cannot be used: \(objection)" }
        }
        return first
    }

    private static func isRegularFile(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    private static func isLink(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
    }
}

/// Remembers what files looked like, so that only those that are new or have changed are read again.
public final class KnownLooks: Sendable {
    private let known = Mutex(Known())

    private struct Known {
        var objections: [String: (identity: FileIdentity, objection: String)] = [:]
        var readCount = 0
    }

    /// Knows nothing yet.
    public init() {}

    /// Files that have been read so far, counted each time.
    public var readCount: Int { known.withLock { $0.readCount } }

    /// Forgets all, so that each file is read again.
    public func forget() { known.withLock { $0.objections = [:] } }

    fileprivate func objection(toFile path: String, _ identity: FileIdentity) -> String {
        if let known = known.withLock({ $0.objections[path] }), known.identity == identity { return known.objection }
        let objection = ModelLook.objection(toFile: path)
        known.withLock {
            $0.objections[path] = (identity, objection)
            $0.readCount += 1
        }
        return objection
    }
}
