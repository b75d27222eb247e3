/// The source of a setting.
public enum SettingSource: Sendable, Hashable {
    case standard
    /// A settings file of Easel's own.
    case file(path: String)
    /// SD.Next's `config.json`.
    case sdNext(path: String)
    /// An environment variable, by its name.
    case environment(String)
    /// A flag of the command line, as it is typed: `--device`.
    case flag(String)
    /// Somebody changed it while the program ran.
    case change
}

extension SettingSource: CustomStringConvertible {
    public var description: String {
        switch self {
        case .standard: "default"
        case .file(let path): path
        case .sdNext(let path): "\(path) (SD.Next)"
        case .change: "changed while running"
        case .environment(let name), .flag(let name): name
        }
    }
}
