import FoundationEssentials
import Glibc

/// Where the user's files go, by the XDG base directory rules.
struct UserFolders {
    let environment: [String: String]

    init(environment: [String: String] = ProcessInfo.processInfo.environment) { self.environment = environment }

    /// For what can be made again: `~/.cache/easel`.
    var cache: URL { folder("XDG_CACHE_HOME", fallback: ".cache") }

    /// For what the user collects: `~/.local/share/easel`.
    var data: URL { folder("XDG_DATA_HOME", fallback: ".local/share") }

    /// For checkpoints.
    var models: URL { data.appending(path: "models") }

    /// For settings: `~/.config/easel`.
    var config: URL { folder("XDG_CONFIG_HOME", fallback: ".config") }

    private func folder(_ variable: String, fallback: String) -> URL {
        let base: URL
        if let path = environment[variable].map(path), path.hasPrefix("/") {
            base = URL(filePath: path)
        } else {
            base = URL(filePath: environment["HOME"] ?? "/tmp").appending(path: fallback)
        }
        return base.appending(path: "easel")
    }

    /// A path as somebody wrote it in a setting, a variable or an option, with the home folder for a leading `~`.
    ///
    /// A shell does that for what is typed, but not behind `=`, in quotes, or in a file.
    func path(_ text: String) -> String {
        guard text.hasPrefix("~") else { return text }
        let user = text.dropFirst().prefix { $0 != "/" }
        guard let home = user.isEmpty ? environment["HOME"] : Self.home(of: String(user)) else { return text }
        return home + text.dropFirst(1 + user.count)
    }

    private static func home(of user: String) -> String? {
        guard let entry = getpwnam(user), let folder = entry.pointee.pw_dir else { return nil }
        return String(cString: folder)
    }
}
