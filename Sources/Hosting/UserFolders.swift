public import FoundationEssentials
import Glibc
import Store

/// The folders where a user's files go, by the XDG base directory rules.
public struct UserFolders: Sendable {
    let environment: [String: String]

    /// - Parameter environment: variables by name: `HOME`, `XDG_DATA_HOME`, `XDG_CACHE_HOME`, `XDG_CONFIG_HOME`.
    public init(environment: [String: String] = ProcessInfo.processInfo.environment) { self.environment = environment }

    /// Holds what can be made again: `~/.cache/easel`. When that belongs to somebody else, or there is no home, this is a place where
    /// nothing can be kept: see `prepareCache`.
    public var cache: URL {
        let folder = folder("XDG_CACHE_HOME", fallback: ".cache")
        return PrivateFolder.isTrusted(folder) ? folder : Self.nowhere.appending(path: "easel")
    }

    /// Makes the cache, for this user alone.
    /// - Returns: why nothing can be kept there, as a sentence; nil when it can.
    public func prepareCache() -> String? {
        guard isKnown("XDG_CACHE_HOME") else {
            return "Nothing is kept for the next start: HOME is not set, and the system knows no home folder of this user. "
                + "Set HOME or XDG_CACHE_HOME."
        }
        do throws(StoreError) {
            try PrivateFolder.prepare(folder("XDG_CACHE_HOME", fallback: ".cache"))
            return nil
        } catch {
            guard case .foreignFolder = error else { return nil } // A later write tells the reason.
            return "Nothing is kept for the next start. \(error)"
        }
    }

    /// Whether there is a place for data; see `data`.
    public var knowsData: Bool { isKnown("XDG_DATA_HOME") }

    /// Holds what the user collects: `~/.local/share/easel`.
    public var data: URL { folder("XDG_DATA_HOME", fallback: ".local/share") }

    /// Holds checkpoints: `~/.local/share/easel/models`.
    public var models: URL { data.appending(path: "models") }

    /// Holds settings: `~/.config/easel`.
    public var config: URL { folder("XDG_CONFIG_HOME", fallback: ".config") }

    private func folder(_ variable: String, fallback: String) -> URL {
        let base = named(variable) ?? (home.map { URL(filePath: $0) } ?? Self.nowhere).appending(path: fallback)
        return base.appending(path: "easel")
    }

    private func named(_ variable: String) -> URL? {
        guard let path = environment[variable].map(path), path.hasPrefix("/") else { return nil }
        return URL(filePath: path)
    }

    private func isKnown(_ variable: String) -> Bool { named(variable) != nil || home != nil }

    /// `HOME`, or what the system's list of users says; nil when neither is a folder's path. Never a folder that all users share.
    private var home: String? {
        if let home = environment["HOME"], home.hasPrefix("/") { return home }
        guard let entry = getpwuid(geteuid()), let folder = entry.pointee.pw_dir.map({ String(cString: $0) }), folder.hasPrefix("/"),
            folder != "/",
            FileManager.default.fileExists(atPath: folder)
        else { return nil }
        return folder
    }

    /// No folder can be made in it, by nobody.
    private static let nowhere = URL(filePath: "/dev/null")

    /// A path as somebody wrote it in a setting, a variable or an option, with the home folder for a leading `~`.
    ///
    /// A shell does that for what is typed, but not behind `=`, in quotes, or in a file.
    public func path(_ text: String) -> String {
        guard text.hasPrefix("~") else { return text }
        let user = text.dropFirst().prefix { $0 != "/" }
        guard let home = user.isEmpty ? home : Self.home(of: String(user)) else { return text }
        return home + text.dropFirst(1 + user.count)
    }

    /// The same with values in the place of `$NAME` and `${NAME}`, as programs in Python and shells have it. A variable that is not set
    /// stays as it is written.
    /// - Parameter more: variables beside those of the environment, which come first.
    func expanded(_ text: String, _ more: [String: String] = [:]) -> String {
        path(text.replacing(/\$(?:([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)\})/) { match in
            let name = String(match.1 ?? match.2 ?? "")
            return more[name] ?? environment[name] ?? String(match.0)
        })
    }

    private static func home(of user: String) -> String? {
        guard let entry = getpwnam(user), let folder = entry.pointee.pw_dir else { return nil }
        return String(cString: folder)
    }
}
