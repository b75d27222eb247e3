import FoundationEssentials

/// Remembers what was measured from one process to the next, in one file. What cannot be read or written is done without.
struct MeasurementFile<Measurement: Codable & Sendable>: Sendable {
    private let file: URL

    /// - Parameter folder: the user's cache folder; made when missing.
    init(_ name: String, in folder: URL) { file = folder.appending(path: name) }

    subscript(key: String) -> Measurement? { all[key] }

    func remember(_ measurement: Measurement, for key: String) {
        var all = all
        all[key] = measurement
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try? FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try? encoder.encode(all).write(to: file, options: .atomic)
    }

    private var all: [String: Measurement] {
        (try? JSONDecoder().decode([String: Measurement].self, from: Data(contentsOf: file))) ?? [:]
    }
}
