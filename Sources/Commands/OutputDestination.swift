import FoundationEssentials
import Glibc
import ImageCodecs

/// Where pictures go: a file (numbered when there are several) or a folder of new files. Nothing half-written is ever left there.
struct OutputDestination {
    let folder: URL
    let format: ImageFormat
    /// The name without its extension that the user chose; `nil` names files by seed, never replacing one.
    let stem: String?

    /// - Parameter argument: a file name ending in `.png`, `.jpg` or `.webp`, or a folder, made when missing.
    init(_ argument: String) throws(CommandFailure) {
        let argument = UserFolders().path(argument)
        let url = URL(filePath: argument)
        if argument.hasSuffix("/") || Self.isFolder(url) || url.pathExtension.isEmpty {
            (folder, format, stem) = (URL(filePath: argument, directoryHint: .isDirectory), .png, nil)
        } else if let format = ImageFormat(fileExtension: url.pathExtension) {
            (folder, self.format, stem) = (url.deletingLastPathComponent(), format, url.deletingPathExtension().lastPathComponent)
        } else {
            throw CommandFailure(.cannotWrite, "Cannot write \"\(argument)\": pictures are saved as .png, .jpg or .webp. For a folder, end the name with \"/\".")
        }
        try prepare()
    }

    /// Makes the folder and proves that a file can be made in it, before minutes of work are spent.
    private func prepare() throws(CommandFailure) {
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let probe = folder.appending(path: ".easel-\(UUID().uuidString)")
            try Data().write(to: probe)
            try FileManager.default.removeItem(at: probe)
        } catch {
            throw unwritable(error)
        }
    }

    /// Writes one picture of `count`, atomically, and returns its path.
    func write(_ bytes: [UInt8], seed: UInt64, index: Int, of count: Int) throws(CommandFailure) -> String {
        let target = stem.map { file(count == 1 ? $0 : "\($0)-\(index + 1)") } ?? unusedFile(seed: seed)
        do {
            try Data(bytes).write(to: target, options: .atomic)
        } catch {
            throw unwritable(error)
        }
        return target.path
    }

    private func unusedFile(seed: UInt64) -> URL {
        var candidate = file("easel-\(seed)")
        var number = 2
        while FileManager.default.fileExists(atPath: candidate.path) {
            candidate = file("easel-\(seed)-\(number)")
            number += 1
        }
        return candidate
    }

    private func file(_ stem: String) -> URL { folder.appending(path: "\(stem).\(format.fileExtension)") }

    private func unwritable(_ error: any Error) -> CommandFailure {
        var cause = "\(error)"
        if let code = ((error as? CocoaError)?.underlying as? POSIXError)?.code {
            // Making a folder where a file lies fails because something exists: the wrong half of the truth.
            cause = String(cString: strerror((code == .EEXIST ? .ENOTDIR : code).rawValue))
        }
        return CommandFailure(.cannotWrite, "Cannot write to \"\(folder.path)\": \(cause). Choose another place with --output.")
    }

    private static func isFolder(_ url: URL) -> Bool {
        var isFolder = false
        return FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) && isFolder
    }
}
