import Configuration

extension EaselSettings {
    /// A flag of the command line, and what it sets.
    public struct Flag: Sendable, Hashable {
        /// As it is typed: `--device`.
        public let name: String
        /// Texts by key.
        public let values: [String: String]

        /// Makes a flag that sets some keys; the values are checked with all others when settings are made from it.
        public init(_ name: String, _ values: [String: String]) {
            self.name = name
            self.values = values
        }
    }

    /// The settings in force: flags before the environment before the file before the defaults.
    /// - Parameters:
    ///   - environment: variables by name; `EASEL_` and a key in capitals sets that key.
    ///   - flags: an earlier one comes before a later one.
    /// - Throws: `SettingsError.invalidValue` for the first value, in the order of `Setting.all`, that is not allowed.
    public init(file: SettingsFile? = nil, environment: [String: String] = [:], flags: [Flag] = []) throws(SettingsError) {
        let layers = flags.map(Layer.init(_:)) + [Layer(environment: environment)] + (file.map { [Layer($0)] } ?? [])
        self.init()
        for setting in Setting.all {
            guard let (text, source) = layers.lazy.compactMap({ $0[setting] }).first else { continue }
            guard setting.set(text, in: &self) else {
                throw .invalidValue(key: setting.key, value: text, source: source, allowed: setting.allowed(insteadOf: text))
            }
            sources[setting.key] = source
        }
    }
}

/// One place where values come from.
private struct Layer {
    let provider: any ConfigProvider
    let source: (Setting) -> SettingSource

    init(_ flag: EaselSettings.Flag) {
        provider = InMemoryProvider(name: flag.name, flag.values)
        source = { _ in .flag(flag.name) }
    }

    init(environment: [String: String]) {
        provider = EnvironmentVariablesProvider(environmentVariables: environment).prefixKeys(with: "easel")
        source = { .environment($0.environmentName) }
    }

    init(_ file: SettingsFile) {
        provider = InMemoryProvider(name: file.path, file.values)
        source = { _ in file.isSDNext ? .sdNext(path: file.path) : .file(path: file.path) }
    }

    subscript(setting: Setting) -> (text: String, source: SettingSource)? {
        // These providers refuse values of another type only, and all are text.
        guard let value = try? provider.value(forKey: [setting.key], type: .string).value, case .string(let text) = value.content else {
            return nil
        }
        return (text.trimmed, source(setting))
    }
}

extension InMemoryProvider {
    fileprivate init(name: String, _ values: [String: String]) {
        let pairs = values.map { (AbsoluteConfigKey([$0.key]), ConfigValue(.string($0.value), isSecret: false)) }
        self.init(name: name, values: Dictionary(uniqueKeysWithValues: pairs))
    }
}
