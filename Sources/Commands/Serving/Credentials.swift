import Foundation

/// Who may use a server, as files and flags tell it.
enum Credentials {
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
                throw CommandFailure(.badInput, "The key in line \(number) of \"\(path)\" has \(parts[0].count) characters: too few to be safe. Use 16 or more, such as `openssl rand -hex 16` prints.")
            }
            keys[String(parts[0])] = parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : "key \(number)"
        }
        return keys
    }

    /// Those that say something, with their numbers.
    private static func lines(of path: String) throws(CommandFailure) -> [(Int, String)] {
        let text: String
        do {
            text = try String(contentsOfFile: UserFolders().path(path), encoding: .utf8)
        } catch {
            throw CommandFailure(.badInput, "Cannot read \"\(path)\". Check the path, and that you may read it.")
        }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().map { ($0 + 1, $1.trimmingCharacters(in: .whitespaces)) }
        let saying = lines.filter { !$0.1.isEmpty && !$0.1.hasPrefix("#") }
        guard !saying.isEmpty else { throw CommandFailure(.badInput, "\"\(path)\" is empty: nobody could use the server.") }
        return saying
    }
}
