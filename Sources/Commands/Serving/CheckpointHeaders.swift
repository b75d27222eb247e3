import Checkpoints
import Foundation

/// What the headers of checkpoints tell, without loading them. They are read once, and again when a file has changed.
actor CheckpointHeaders {
    private var known: [String: (changed: Date?, nativeSize: Int?)] = [:]

    /// - Parameter path: of a checkpoint.
    /// - Returns: nil when it cannot be opened: whoever loads it is told why.
    func nativeSize(of path: String) -> Int? {
        // Of a folder, the moment when something in it was put in place of something else.
        let changed = (try? FileManager.default.attributesOfItem(atPath: path))?[.modificationDate] as? Date
        if let known = known[path], known.changed == changed { return known.nativeSize }
        let nativeSize = try? Checkpoint.open(path).nativeSize
        known[path] = (changed, nativeSize)
        return nativeSize
    }
}
