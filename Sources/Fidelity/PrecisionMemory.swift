public import FoundationEssentials
public import Generation

/// Remembers measured precisions from one process to the next, in one file. What cannot be read or written is done without.
public struct PrecisionMemory: Sendable {
    /// What a table holds for.
    public struct Key: Sendable, Hashable {
        /// SHA-256 of the weights.
        public var contentHash: String
        public var component: Component
        /// The device's own name, such as its model: what is listed as `GPU` may be another one after a change of hardware.
        public var deviceName: String
        public var runtimeVersion: String

        public init(contentHash: String, component: Component, deviceName: String, runtimeVersion: String) {
            self.contentHash = contentHash
            self.component = component
            self.deviceName = deviceName
            self.runtimeVersion = runtimeVersion
        }

        fileprivate var text: String { [contentHash, component.rawValue, deviceName, runtimeVersion].joined(separator: "|") }
    }

    private let file: URL

    /// - Parameter folder: the user's cache folder; made when missing.
    public init(folder: URL) { file = folder.appending(path: "precisions.json") }

    public subscript(key: Key) -> PrecisionTable? { tables[key.text] }

    public func remember(_ table: PrecisionTable, for key: Key) {
        var tables = tables
        tables[key.text] = table
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try? FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try? encoder.encode(tables).write(to: file, options: .atomic)
    }

    private var tables: [String: PrecisionTable] {
        (try? JSONDecoder().decode([String: PrecisionTable].self, from: Data(contentsOf: file))) ?? [:]
    }
}
