import FoundationEssentials

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
        if let path = environment[variable], path.hasPrefix("/") {
            base = URL(filePath: path)
        } else {
            base = URL(filePath: environment["HOME"] ?? "/tmp").appending(path: fallback)
        }
        return base.appending(path: "easel")
    }
}
