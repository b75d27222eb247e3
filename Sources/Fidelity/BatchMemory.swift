public import FoundationEssentials
import Glibc

/// Remembers measured batches from one process to the next, in one file. What cannot be read or written is done without.
public struct BatchMemory: Sendable {
    /// The circumstances that a table holds for.
    public struct Key: Sendable, Hashable {
        /// The fingerprint of the checkpoint; see `Checkpoint.fingerprint`.
        public var fingerprint: String
        /// The device's own name, such as its model.
        public var deviceName: String
        /// The arithmetic that the UNet is asked for: `f32`, `performance`.
        public var precision: String
        /// The pictures' size as a power of two of pixels: 18 for 512×512 and sizes near it.
        public var sizeClass: Int
        /// OpenVINO's version: another one may be faster or slower.
        public var runtimeVersion: String

        /// - Parameters:
        ///   - width: of the pictures, in pixels; `height` too.
        public init(fingerprint: String, deviceName: String, precision: String, width: Int, height: Int, runtimeVersion: String) {
            self.fingerprint = fingerprint
            self.deviceName = deviceName
            self.precision = precision
            sizeClass = Int(log2(Double(max(1, width)) * Double(max(1, height))).rounded())
            self.runtimeVersion = runtimeVersion
        }

        fileprivate var text: String { [fingerprint, deviceName, precision, "\(sizeClass)", runtimeVersion].joined(separator: "|") }
    }

    private let tables: MeasurementFile<BatchTable>

    /// - Parameter folder: the user's cache folder; made when missing.
    public init(folder: URL) { tables = MeasurementFile("batches.json", in: folder) }

    /// The table that was remembered under this key; nil when there is none.
    public subscript(key: Key) -> BatchTable? { tables[key.text] }

    /// Keeps a table, in place of the one that was kept under the same key.
    public func remember(_ table: BatchTable, for key: Key) { tables.remember(table, for: key.text) }
}
