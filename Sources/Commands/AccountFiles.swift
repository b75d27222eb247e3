import Files
import Foundation
import Hosting

/// Reads the accounts and keys of people who may use a server, from files and flags.
enum AccountFiles {
    /// `user:password`, where the password may hold colons.
    static func account(_ text: some StringProtocol, from source: String) throws(CommandFailure) -> (user: String, password: String) {
        guard let colon = text.firstIndex(of: ":"), colon != text.startIndex, text.index(after: colon) != text.endIndex else {
            throw CommandFailure(.usage, "\(source) has no user and password. Write user:password.")
        }
        return (String(text[..<colon]), String(text[text.index(after: colon)...]))
    }

    /// One `user:password` in each line.
    static func accounts(inFile path: String) throws(CommandFailure) -> [String: String] {
        var accounts: [String: String] = [:]
        for (number, line) in try lines(of: path) {
            let account = try account(line, from: "Line \(number) of \"\(path)\"")
            accounts[account.user] = account.password
        }
        return accounts
    }

    /// One key in each line, with a name for it behind a space; the name stands in the log and shares out the queue.
    /// - Returns: names by key.
    static func keys(inFile path: String) throws(CommandFailure) -> [String: String] {
        var keys: [String: String] = [:]
        for (number, line) in try lines(of: path) {
            let parts = line.split(separator: " ", maxSplits: 1)
            guard parts[0].count >= 16 else {
                throw CommandFailure(
                    .badInput, "The key in line \(number) of \"\(path)\" has \(parts[0].count) characters: too few to be safe. Use 16 or "
                        + "more, such as `openssl rand -hex 16` prints.")
            }
            keys[String(parts[0])] = parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : "key \(number)"
        }
        return keys
    }

    /// The only key of a file that is written as for `keys(inFile:)`.
    static func key(inFile path: String) throws(CommandFailure) -> String {
        let keys = try keys(inFile: path)
        guard keys.count == 1, let key = keys.keys.first else {
            throw CommandFailure(.badInput, "\"\(path)\" has \(keys.count) keys, and only one is shown to a server. Leave one in the file.")
        }
        return key
    }

    /// The lines that are neither empty nor comments, with their numbers.
    private static func lines(of path: String) throws(CommandFailure) -> [(Int, String)] {
        let bytes: [UInt8]
        do {
            bytes = try [UInt8](Data(contentsOf: URL(filePath: UserFolders().path(path))))
        } catch {
            throw CommandFailure(.badInput, "Cannot read \"\(path)\". Check the path, and that you may read it.")
        }
        var lines: [(Int, String)] = []
        for (index, bytes) in TextLines(TextFile.utf8(bytes)).enumerated() {
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw CommandFailure(.badInput, "Line \(index + 1) of \"\(path)\" is not UTF-8. Store the file in that encoding.")
            }
            let line = text.trimmingCharacters(in: .whitespaces)
            if !line.isEmpty, !line.hasPrefix("#") { lines.append((index + 1, line)) }
        }
        guard !lines.isEmpty else {
            throw CommandFailure(
                .badInput, "\"\(path)\" has no line that says anything: nobody could use the server. Lines that begin with # are comments.")
        }
        return lines
    }
}
