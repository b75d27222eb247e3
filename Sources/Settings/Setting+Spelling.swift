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
        if wanted.count > 3, let longer = all.map(\.key).filter({ $0.starts(with: wanted) }).min(by: { $0.count < $1.count }) { return longer }
        let nearest = all.map { ($0.key, editDistance(Array($0.key), wanted)) }.min { $0.1 < $1.1 }
        guard let (name, distance) = nearest, distance <= max(3, key.count / 2) else { return nil }
        return name
    }
}

/// How many characters must be inserted, removed or replaced to get from one to the other (Levenshtein).
private func editDistance(_ a: [Character], _ b: [Character]) -> Int {
    var row = Array(0...b.count)
    for (i, character) in a.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for (j, other) in b.enumerated() {
            let replaced = diagonal + (character == other ? 0 : 1)
            diagonal = row[j + 1]
            row[j + 1] = min(replaced, row[j] + 1, row[j + 1] + 1)
        }
    }
    return row[b.count]
}
