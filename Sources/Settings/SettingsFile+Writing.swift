public import Files
import FoundationEssentials

extension SettingsFile {
    /// Adds values to a settings file, which is made when there is none, or puts them in the place of those that are there.
    ///
    /// Whatever else stands in the file stays. The file is replaced as a whole, by one that is complete; a link to it stays a link.
    /// - Parameter values: by key; nil takes a key out.
    /// - Throws: `SettingsError.unwritableFile`, also for a file that cannot be read; then it stays as it is.
    public static func put(_ values: [String: JSONValue?], into path: String) throws(SettingsError) {
        do {
            let file = URL(filePath: path).resolvingSymlinksInPath()
            let isThere = FileManager.default.fileExists(atPath: file.path)
            let contents = isThere ? TextFile.utf8([UInt8](try Data(contentsOf: file))) : Array("{}".utf8)
            var object = try JSONDecoder().decode([String: JSONValue].self, from: Data(contents))
            for (key, value) in values { object[key] = value }
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try encoder.encode(object).write(to: file, options: .atomic)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
        } catch {
            throw .unwritableFile(path: path, reason: reason(error))
        }
    }
}
