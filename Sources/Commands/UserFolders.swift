import FoundationEssentials

/// Where the user's files go, by the XDG base directory rules.
enum UserFolders {
    /// For what can be made again: `~/.cache/easel`.
    static var cache: URL { folder("XDG_CACHE_HOME", fallback: ".cache") }

    /// For checkpoints: `~/.local/share/easel/models`.
    static var models: URL { folder("XDG_DATA_HOME", fallback: ".local/share").appending(path: "models") }

    private static func folder(_ variable: String, fallback: String) -> URL {
        let environment = ProcessInfo.processInfo.environment
        let base: URL
        if let path = environment[variable], path.hasPrefix("/") {
            base = URL(filePath: path)
        } else {
            base = URL(filePath: environment["HOME"] ?? "/tmp").appending(path: fallback)
        }
        return base.appending(path: "easel")
    }
}
