import Files

extension Setting {
    /// Variables that look like a setting's and are none, with the one that was probably meant.
    /// - Parameter environment: variables by name.
    public static func misspelledVariables(in environment: [String: String]) -> [(name: String, meant: String)] {
        let known = Set(all.map(\.environmentName) + ["EASEL_SETTINGS", "EASEL_MODELS"])
        return environment.keys.filter { $0.hasPrefix("EASEL_") && !known.contains($0) }.sorted().compactMap { name in
            nearestKey(to: String(name.dropFirst("EASEL_".count))).map { (name, "EASEL_" + $0.uppercased()) }
        }
    }

    /// The key that was probably meant by one that does not exist; `nil` when none comes near.
    static func nearestKey(to key: String) -> String? {
        let wanted = key.lowercased().map { $0 == "-" ? "_" : $0 }
        if wanted.count > 3, let longer = all.map(\.key).filter({ $0.starts(with: wanted) }).min(by: { $0.count < $1.count }) {
            return longer
        }
        return all.map(\.key).nearest(to: String(wanted), within: max(3, key.count / 2))
    }
}
