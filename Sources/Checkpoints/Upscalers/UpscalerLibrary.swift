import Files
public import Generation
import Synchronization

/// A way to make pictures larger, ready to be used.
public enum Upscaler: Sendable {
    /// Pictures stay as they are.
    case none
    /// Without a network.
    case builtIn(PictureUpscaler)
    /// A network's file, of which the header was read.
    case network(NetworkFile<UpscalerConfiguration>)
}

/// The upscalers that can be used by name: those that need no file, and the files in some folders.
///
/// A file's name is the name without its ending. Names are read in any case, with or without the ending, and as A1111 calls the files that
/// it downloads: `R-ESRGAN 4x+`. Folders are listed when they are asked for, so that new files are found at once.
public final class UpscalerLibrary: Sendable {
    /// An upscaler that can be used by name.
    public struct Entry: Sendable, Hashable {
        /// The name of a built-in one, or that of a file without its ending.
        public let name: String
        /// The file; nil for a built-in one.
        public let path: String?
    }

    /// The folders that are looked through, with those in them. The first that has a name keeps it.
    public var folders: [String] { places.withLock { $0 } }
    private let places: Mutex<[String]>
    private let opened = Mutex<[String: NetworkFile<UpscalerConfiguration>]>([:])

    /// Reads nothing yet.
    /// - Parameter folders: one that is not there has nothing in it. Without any there are the built-in upscalers.
    public init(folders: [String] = []) { places = Mutex(folders) }

    /// Looks through other folders from now on.
    public func use(folders: [String]) { places.withLock { $0 = folders } }

    /// The built-in ones, then the files in alphabetical order without regard to case.
    public var entries: [Entry] {
        var names = Set(UpscalerName.builtIn.map { $0.lowercased() })
        var files: [Entry] = []
        for folder in folders {
            for (name, path) in NamedFiles.paths(in: folder, endings: ["safetensors", "pth"]).sorted(by: { $0.key < $1.key })
            where names.insert(name.lowercased()).inserted {
                files.append(Entry(name: name, path: path))
            }
        }
        files.sort { ($0.name.lowercased(), $0.name) < ($1.name.lowercased(), $1.name) }
        return UpscalerName.builtIn.map { Entry(name: $0, path: nil) } + files
    }

    /// The names of `entries`.
    public var names: [String] { entries.map(\.name) }

    /// The upscaler that a name stands for.
    /// - Returns: nil when there is none.
    public func entry(named text: String) -> Entry? {
        let entries = entries
        if let name = UpscalerName.find(text, among: entries.map(\.name)) { return entries.first { $0.name == name } }
        return entries.first { $0.path?.lastPathComponent.lowercased() == text.lowercased() }
    }

    /// How many times as large an upscaler makes a picture in one pass; 1 for built-in ones.
    /// - Returns: nil for a file that cannot be read.
    public func scale(of entry: Entry) -> Int? {
        entry.path.map { (try? file($0))?.network.configuration.scale } ?? 1
    }

    /// Checks that there is an upscaler, without reading its file.
    /// - Parameter field: the request's field that names it.
    /// - Throws: `InvalidRequest` with all names.
    @discardableResult
    public func validate(_ name: String, field: GenerationField, otherNames: [String] = []) throws(InvalidRequest) -> Entry {
        if let entry = entry(named: name) { return entry }
        let names = otherNames + names
        let places = folders.map { "\"\($0)\"" }.joined(separator: ", ")
        let hint = folders.isEmpty ? "" : " Files (.safetensors, .pth) are looked for in \(places)."
        throw InvalidRequest(
            field: field.key, .unknownChoice(name, of: names),
            "There is no upscaler \"\(name)\". Use \(names.joined(separator: ", ")).\(hint)")
    }

    /// Opens an upscaler. A file's header is read once, and again when the file has changed.
    /// - Throws: `CheckpointError` for a file that cannot be used.
    public func upscaler(_ entry: Entry) throws(CheckpointError) -> Upscaler {
        if let path = entry.path { return .network(try file(path)) }
        return PictureUpscaler(rawValue: entry.name).map(Upscaler.builtIn) ?? .none
    }

    private func file(_ path: String) throws(CheckpointError) -> NetworkFile<UpscalerConfiguration> {
        if let known = opened.withLock({ $0[path] }), known.isCurrent { return known }
        let file = try NetworkFile<UpscalerConfiguration>(upscaler: path)
        opened.withLock { $0[path] = file }
        return file
    }
}
