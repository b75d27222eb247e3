import Checkpoints
import Diffusion
import Foundation

/// What the headers of checkpoints tell, without loading them. They are read once, and again when a file has changed.
actor CheckpointHeaders {
    struct Header: Sendable {
        /// See `ModelSummary`.
        let nativeSize: Int
        let rules: RequestRules
    }

    private var known: [String: (changed: Date?, header: Result<Header, any Error>)] = [:]

    /// - Parameter path: of a checkpoint.
    /// - Throws: what `Checkpoint.open` throws, and `DiffusionError` for a schedule that cannot be used.
    func header(of path: String) throws -> Header {
        // Of a folder, the moment when something in it was put in place of something else.
        let changed = (try? FileManager.default.attributesOfItem(atPath: path))?[.modificationDate] as? Date
        if let known = known[path], known.changed == changed { return try known.header.get() }
        let header = Result {
            let checkpoint = try Checkpoint.open(path)
            return Header(nativeSize: checkpoint.nativeSize, rules: try RequestRules(checkpoint))
        }
        known[path] = (changed, header)
        return try header.get()
    }
}
