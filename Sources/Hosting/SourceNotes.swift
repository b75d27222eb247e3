import Downloads
import Files
import Synchronization

/// The notes beside models about where they come from. Each is read once, and again when its file has changed.
final class SourceNotes: Sendable {
    private struct Known {
        let states: [FileIdentity?]
        let note: SourceNote?
    }

    private let known = Mutex<[String: Known]>([:])

    /// The note beside a model; nil when there is none.
    /// - Parameter path: of the model's file or folder.
    func note(beside path: String) -> SourceNote? {
        let states = SourceNote.paths(beside: path).map { FileIdentity($0) }
        guard states.contains(where: { $0 != nil }) else { return nil }
        if let entry = known.withLock({ $0[path] }), entry.states == states { return entry.note }
        let note = SourceNote(beside: path)
        known.withLock { $0[path] = Known(states: states, note: note) }
        return note
    }
}
