import Files
import FoundationEssentials

extension StyleLibrary {
    /// Larger files are no styles.
    public static let largestFile = 16 << 20

    /// Reads a `styles.csv`, a `.json` file, or all such files of a folder and the folders in it.
    ///
    /// A file of a folder that cannot be read is passed over with a warning. Styles in folders have their path in their name, `art/ink`.
    public init(path: String) throws(StyleError) {
        self.init()
        var isFolder = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw .unreadable(path: path, reason: "there is no such file or folder")
        }
        if isFolder { add(folder: path, name: "", depth: 0) } else { try add(file: path, folder: "") }
    }

    private mutating func add(file path: String, folder: String) throws(StyleError) {
        let bytes: [UInt8]
        do {
            bytes = try OpenFile.contents(of: path, atMost: Self.largestFile)
        } catch {
            throw .unreadable(path: path, reason: error.reason)
        }
        if path.lowercased().hasSuffix(".json") { try add(json: bytes, path: path, folder: folder) } else { add(csv: bytes) }
    }

    private mutating func add(folder path: String, name: String, depth: Int) {
        guard depth < 10, let entries = try? FileManager.default.contentsOfDirectory(atPath: path) else { return }
        for entry in entries.sorted() where !entry.hasPrefix(".") {
            let entryPath = path + "/" + entry
            var isFolder = false
            guard FileManager.default.fileExists(atPath: entryPath, isDirectory: &isFolder) else { continue }
            if isFolder {
                add(folder: entryPath, name: name.isEmpty ? entry : name + "/" + entry, depth: depth + 1)
            } else if [".json", ".csv"].contains(where: entry.lowercased().hasSuffix) {
                do throws(StyleError) { try add(file: entryPath, folder: name) } catch { warnings.append(error.notice) }
            }
        }
    }
}
