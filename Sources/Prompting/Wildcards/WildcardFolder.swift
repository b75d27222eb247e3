import Files
import FoundationEssentials
import Glibc

/// A folder of wildcard files: `colors.txt` is what `__colors__` draws from, `animals/cats.txt` what `__animals/cats__` does.
///
/// The names are listed once. A name in a prompt is looked up in that list and never becomes a path, so that no prompt reaches out of
/// the folder; links that lead out of it are not listed.
public struct WildcardFolder: Sendable {
    /// Further files are not listed, and deeper folders not looked into.
    static let (mostFiles, deepestFolder) = (50_000, 10)
    static let largestFile = 16 << 20

    /// The path of the folder as it was given, then those of others that were added.
    public private(set) var folders: [String]
    /// Names without `.txt`, sorted; folders are separated by slashes.
    public private(set) var names: [String]
    private var paths: [String: String]

    /// - Throws: `WildcardError` when there is no such folder.
    public init(path: String) throws(WildcardError) {
        guard let root = Self.realPath(path), let entries = try? FileManager.default.contentsOfDirectory(atPath: root) else {
            throw .noFolder(path: path)
        }
        var found: [String: String] = [:]
        Self.list(entries, in: root, as: "", root: root, depth: 0, into: &found)
        folders = [path]
        paths = found
        names = found.keys.sorted()
    }

    /// Adds the files of another folder, as far as there is none of their names.
    public mutating func add(_ other: WildcardFolder) {
        folders += other.folders
        paths.merge(other.paths) { own, _ in own }
        names = paths.keys.sorted()
    }

    private static func list(
        _ entries: [String], in folder: String, as prefix: String, root: String, depth: Int, into found: inout [String: String]
    ) {
        for entry in entries.sorted() where !entry.hasPrefix(".") && found.count < mostFiles {
            // A link is followed only when it stays inside.
            guard let path = realPath(folder + "/" + entry), path.hasPrefix(root == "/" ? root : root + "/") else { continue }
            var isFolder = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { continue }
            if isFolder {
                guard depth < deepestFolder, let inner = try? FileManager.default.contentsOfDirectory(atPath: path) else { continue }
                list(inner, in: path, as: prefix + entry + "/", root: root, depth: depth + 1, into: &found)
            } else if entry.lowercased().hasSuffix(".txt") {
                found[prefix + entry.dropLast(4)] = path
            }
        }
    }

    /// The path without links; nil when nothing is there.
    private static func realPath(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// The files that a name in a prompt stands for, sorted: the one of that path; else, where the name has no folder, the first of that
    /// name in any folder. `*` stands for any letters but a slash, `**` for any at all.
    func files(for name: String) -> [String] {
        let name = name.replacing("\\", with: "/").trimmingSpace
        if paths[name] != nil { return [name] }
        if name.contains("*") {
            let pattern = WildcardPattern(name)
            return names.filter(pattern.matches)
        }
        guard !name.contains("/") else { return [] }
        return names.first { $0.hasSuffix("/" + name) }.map { [$0] } ?? []
    }

    /// The entries of a file.
    func lines(of file: String) throws(WildcardError) -> [WildcardLine] {
        guard let path = paths[file] else { return [] }
        do {
            return WildcardLine.lines(in: try OpenFile.contents(of: path, atMost: Self.largestFile))
        } catch {
            throw .unreadable(file: file, reason: error.reason)
        }
    }
}
