public import Foundation

/// A folder for one test, removed when the last reference to it goes.
public final class TemporaryFolder: Sendable {
    public let url: URL
    public var path: String { url.path }

    public init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "easel-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    /// Writes a file, making the folders that it lies in.
    /// - Returns: Its path.
    @discardableResult
    public func write(_ bytes: [UInt8], to name: String) throws -> String {
        let file = url.appending(path: name)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        // Overwriting in place makes ext4 flush the file to disk, which thousands of mutated files would wait for.
        try? FileManager.default.removeItem(at: file)
        try Data(bytes).write(to: file)
        return file.path
    }

    /// Writes a file whose end is a hole: zeros that take no space on disk.
    public func write(_ bytes: [UInt8], followedByHoleOf byteCount: Int, to name: String) throws -> String {
        let path = try write(bytes, to: name)
        let file = try FileHandle(forWritingTo: URL(filePath: path))
        try file.truncate(atOffset: UInt64(bytes.count + byteCount))
        try file.close()
        return path
    }

    @discardableResult
    public func write(_ text: String, to name: String) throws -> String { try write(Array(text.utf8), to: name) }
}
