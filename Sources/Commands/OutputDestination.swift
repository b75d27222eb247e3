import Foundation
import Generation
import Glibc
import Hosting
import ImageCodecs

/// The place where pictures go: a file (numbered when there are several), a folder of new files, or standard output.
///
/// All that can be known about the place is checked before anything is drawn. Nothing half-written is ever left in a folder. A drawn
/// picture is not lost: when it cannot be written where it should be, it is written elsewhere.
struct OutputDestination {
    enum Place: Equatable {
        /// A file that is replaced when it is there. `ending` is spelled as the user spelled it: `JPEG`.
        case file(stem: String, ending: String)
        /// Files named by seed; none is ever replaced.
        case folder
        case standardOutput
    }

    /// A picture that was written.
    struct Saved: Equatable {
        /// `-` for standard output.
        let path: String
        /// Why the picture is elsewhere than it should be, and where it is.
        var detour: String?
    }

    let place: Place
    /// The folder of the file or files.
    let folder: URL
    let format: ImageFormat

    /// - Parameters:
    ///   - argument: a file name ending in `.png`, `.jpg`, `.jpeg` or `.webp`, in any case; a folder, made when missing; or `-`.
    ///   - format: what to write when the ending does not say it; PNG when left out.
    ///   - count: how many pictures there will be.
    ///   - onNote: told when a folder was made, in a sentence.
    /// - Throws: `.usage` when `argument` says no place for such pictures, `.cannotWrite` when nothing can be written there.
    init(
        _ argument: String, format: ImageFormat? = nil, count: Int = 1, onNote: (String) -> Void = { _ in }
    ) throws(CommandFailure) {
        guard !argument.isEmpty else {
            throw CommandFailure(.usage, "The output name is empty. Give a file, a folder, or \"-\" for standard output.")
        }
        let argument = UserFolders().path(argument)
        // By bytes, as the file system sees it: an accent may follow a dot or slash, and be one character with it.
        let slash = argument.utf8.lastIndex(of: UInt8(ascii: "/"))
        let name = String(decoding: slash.map { argument.utf8[$0...].dropFirst() } ?? argument.utf8[...], as: UTF8.self)
        let dot = name.utf8.lastIndex(of: UInt8(ascii: "."))
        let ending = dot.map { String(decoding: name.utf8[$0...].dropFirst(), as: UTF8.self) }
        let named = ending.flatMap(ImageFormat.init(fileExtension:))
        if argument == "-" {
            (place, folder, self.format) = (.standardOutput, URL(filePath: ".", directoryHint: .isDirectory), format ?? .png)
            try checkStandardOutput(count: count)
        } else if name.isEmpty || dot == nil || Self.isFolder(argument) || (dot == name.startIndex && named == nil) {
            (place, folder, self.format) = (.folder, URL(filePath: argument, directoryHint: .isDirectory), format ?? .png)
            try prepare(count: count, onNote)
        } else if let ending, let named {
            guard named == format ?? named else {
                throw CommandFailure(
                    .usage, "\"\(argument)\" asks for \(named.name), --format for \(format?.name ?? ""). Leave --format out, or change the "
                        + "ending.")
            }
            let parent = argument.utf8.dropLast(name.utf8.count)
            place = .file(stem: String(decoding: name.utf8.dropLast(ending.utf8.count + 1), as: UTF8.self), ending: ending)
            folder = URL(filePath: parent.isEmpty ? "." : String(decoding: parent, as: UTF8.self), directoryHint: .isDirectory)
            self.format = named
            try prepare(count: count, onNote)
        } else {
            throw CommandFailure(
                .cannotWrite, "Cannot write \"\(argument)\": pictures are saved as .png, .jpg or .webp. For a folder, end the name with "
                    + "\"/\".")
        }
    }

    // MARK: Before anything is drawn

    /// Makes the folder, and proves that files of these names can be made in it.
    private func prepare(count: Int, _ onNote: (String) -> Void) throws(CommandFailure) {
        do {
            let isNew = !FileManager.default.fileExists(atPath: folder.path)
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let probe = folder.appending(path: ".easel-\(UUID().uuidString)")
            try Data().write(to: probe)
            try FileManager.default.removeItem(at: probe)
            // A mistyped name would go unseen otherwise.
            if isNew { onNote("Made the folder \"\(folder.path)\".") }
        } catch {
            throw unwritable(folder, Self.cause(of: error))
        }
        for index in 0..<count {
            guard let file = chosenFile(index, of: count) else { return }
            switch Result(catching: { try FileManager.default.attributesOfItem(atPath: file.path)[.type] as? FileAttributeType }) {
            case .success(.typeDirectory): throw unwritable(file, "a folder of that name is in the way")
            case .success, .failure(CocoaError.fileReadNoSuchFile), .failure(CocoaError.fileNoSuchFile): break
            case .failure(let error): throw unwritable(file, Self.cause(of: error))
            }
        }
    }

    private func checkStandardOutput(count: Int) throws(CommandFailure) {
        if count > 1 {
            throw CommandFailure(.usage, "Standard output takes one picture, not \(count). Give a folder, such as --output pictures/.")
        }
        if Terminal.Stream.standardOutput.isInteractive {
            throw CommandFailure(.usage, "A picture is not written to a terminal. Redirect standard output, or name a file with --output.")
        }
        guard Terminal.Stream.standardOutput.isWritable else {
            throw CommandFailure(.cannotWrite, "Cannot write to standard output: it is closed. Name a file with --output.")
        }
    }

    // MARK: After that

    /// Writes one picture of `count`. A file is whole or not there.
    /// - Returns: where it is. Elsewhere than chosen, or in another format, when that could not be.
    /// - Throws: `.cannotWrite` when it could be written nowhere.
    func save(_ picture: Picture<RGBImage>, index: Int, of count: Int, named name: String? = nil) throws(CommandFailure) -> Saved {
        let bytes: [UInt8]
        do {
            bytes = try picture.encoded(as: format, quality: ImageFormat.usualQuality)
        } catch {
            // A PNG holds any picture and any text.
            guard format != .png, let png = try? picture.encoded(as: .png) else {
                throw CommandFailure(error)
            }
            return try saveElsewhere(png, .png, seed: picture.seed, because: CommandFailure(error))
        }
        return try save(bytes, seed: picture.seed, index: index, of: count, named: name)
    }

    /// Writes one encoded picture of `count`.
    /// - Parameter name: the name of files in a folder, without ending; nil names them by seed.
    func save(_ bytes: [UInt8], seed: UInt64, index: Int, of count: Int, named name: String? = nil) throws(CommandFailure) -> Saved {
        if place == .standardOutput {
            guard let code = Terminal.write(bytes, to: .standardOutput) else { return Saved(path: "-") }
            return try saveElsewhere(bytes, format, seed: seed, because: Terminal.standardOutputFailure(code))
        }
        let file = chosenFile(index, of: count)
        do {
            guard let file else { return Saved(path: try Self.write(bytes, in: folder, name ?? "easel-\(seed)", format).path) }
            try Data(bytes).write(to: file, options: .atomic)
            return Saved(path: file.path)
        } catch {
            return try saveElsewhere(bytes, format, seed: seed, because: unwritable(file ?? folder, Self.cause(of: error)))
        }
    }

    /// Writes a picture beside the place it should have, else into the current folder, else into the one for temporary files.
    private func saveElsewhere(
        _ bytes: [UInt8], _ format: ImageFormat, seed: UInt64, because failure: CommandFailure
    ) throws(CommandFailure) -> Saved {
        for folder in [folder, URL(filePath: ".", directoryHint: .isDirectory), FileManager.default.temporaryDirectory] {
            guard let file = try? Self.write(bytes, in: folder, "easel-\(seed)", format) else { continue }
            return Saved(path: file.path, detour: "\(failure.description) The picture is in \"\(file.path)\".")
        }
        throw failure
    }

    /// The file that the user named; nil when files are named by seed.
    func chosenFile(_ index: Int, of count: Int) -> URL? {
        guard case .file(let stem, let ending) = place else { return nil }
        return folder.appending(path: "\(stem)\(count == 1 ? "" : "-\(index + 1)").\(ending)")
    }

    /// Writes a file under the first name that is free: `easel-7`, `easel-7-2`. No other program takes it at the same moment.
    private static func write(_ bytes: [UInt8], in folder: URL, _ name: String, _ format: ImageFormat) throws -> URL {
        let whole = folder.appending(path: ".easel-\(UUID().uuidString)")
        defer { unlink(whole.path) }
        try Data(bytes).write(to: whole)
        var number = 1
        while true {
            let file = folder.appending(path: "\(name)\(number == 1 ? "" : "-\(number)").\(format.fileExtension)")
            if link(whole.path, file.path) == 0 { return file }
            // Where the file system has no links, another program could take the name in between.
            if errno != EEXIST, !FileManager.default.fileExists(atPath: file.path) {
                try FileManager.default.moveItem(at: whole, to: file)
                return file
            }
            number += 1
        }
    }

    // MARK: Why not

    private func unwritable(_ url: URL, _ cause: String) -> CommandFailure {
        CommandFailure(.cannotWrite, "Cannot write to \"\(url.path)\": \(cause). Choose another place with --output.")
    }

    private static func cause(of error: any Error) -> String {
        guard let code = ((error as? CocoaError)?.underlying as? POSIXError)?.code else { return "\(error)" }
        // Making a folder where a file lies fails because something exists: the wrong half of the truth.
        return String(cString: strerror((code == .EEXIST ? .ENOTDIR : code).rawValue))
    }

    private static func isFolder(_ path: String) -> Bool {
        var isFolder = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder
    }
}
