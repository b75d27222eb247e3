extension Collection<String> {
    /// The name that was most likely meant: with the fewest letters to add, leave out or change, capitals not counted.
    /// - Parameter limit: letters that may differ; a third of them, and at least one, when left out.
    /// - Returns: nil when even the nearest differs in more.
    public func nearest(to wanted: String, within limit: Int? = nil) -> String? {
        let letters = Array(wanted.prefix(100).lowercased())
        let distances = self.lazy.map { (name: $0, distance: Self.editDistance(letters, Array($0.prefix(100).lowercased()))) }
        guard let nearest = distances.min(by: { ($0.distance, $0.name) < ($1.distance, $1.name) }) else { return nil }
        // A name of which no letter is right was not meant.
        guard nearest.distance < letters.count else { return nil }
        return nearest.distance <= limit ?? Swift.max(1, letters.count / 3) ? nearest.name : nil
    }

    /// Levenshtein's distance, row by row.
    private static func editDistance(_ a: [Character], _ b: [Character]) -> Int {
        var row = Array(0...b.count)
        for (i, character) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, other) in b.enumerated() {
                let changed = diagonal + (character == other ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = Swift.min(changed, row[j] + 1, diagonal + 1)
            }
        }
        return row[b.count]
    }
}
