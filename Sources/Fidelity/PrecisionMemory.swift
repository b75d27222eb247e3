public import FoundationEssentials
public import Generation

/// Remembers measured precisions from one process to the next, in one file. What cannot be read or written is done without.
public struct PrecisionMemory: Sendable {
    /// The circumstances that a table holds for.
    public struct Key: Sendable, Hashable {
        /// The fingerprint of the checkpoint; see `Checkpoint.fingerprint`.
        public var fingerprint: String
        /// The stage that was measured.
        public var stage: Stage
        /// The device's own name, such as its model: what is listed as `GPU` may be another one after a change of hardware.
        public var deviceName: String
        /// OpenVINO's version: another one may compute otherwise.
        public var runtimeVersion: String

        /// Makes the key of one stage on one device.
        public init(fingerprint: String, stage: Stage, deviceName: String, runtimeVersion: String) {
            self.fingerprint = fingerprint
            self.stage = stage
            self.deviceName = deviceName
            self.runtimeVersion = runtimeVersion
        }

        fileprivate var text: String { [fingerprint, stage.rawValue, deviceName, runtimeVersion].joined(separator: "|") }
    }

    private let tables: MeasurementFile<PrecisionTable>

    /// - Parameter folder: the user's cache folder; made when missing.
    public init(folder: URL) { tables = MeasurementFile("precisions.json", in: folder) }

    /// The table that was remembered under this key; nil when there is none.
    public subscript(key: Key) -> PrecisionTable? { tables[key.text] }

    /// Keeps a table, in place of the one that was kept under the same key.
    public func remember(_ table: PrecisionTable, for key: Key) { tables.remember(table, for: key.text) }
}
