import Checkpoints
import Files
public import FoundationEssentials

/// The facts about a checkpoint that a list shows, told by the headers of its files.
public struct CheckpointCard: Codable, Sendable, Equatable {
    /// The line of models that it belongs to: `SD 1.5`, `SDXL`; nil when it cannot be opened.
    public let family: String?
    /// Whether it was made for inpainting.
    public let isForInpainting: Bool
    /// Bytes of all files together; 0 when it cannot be opened.
    public let byteCount: Int
    /// The path of the file whose SHA-256 model sites list it under; nil when it cannot be opened.
    public let hashedPath: String?
    /// The reason why nothing can be drawn with it, as sentences; nil when it can be used.
    public let refusal: String?
}

/// Cards of checkpoints. They are remembered across processes, so that a list of thousands reads no file twice: `cards.json` in the user's
/// folder for what can be made again.
///
/// A card counts for the state that the files were in. What cannot be read or written is done without.
public struct CheckpointCards {
    private let store: URL
    private var entries: [String: Entry]
    private var hasChanged = false

    private struct Entry: Codable {
        /// State of each file that was read, by its path; of the folder, too, in which files come and go.
        let states: [String: String]
        let card: CheckpointCard

        var isCurrent: Bool { states.allSatisfy { FileIdentity($0.key)?.description == $0.value } }
    }

    private struct Store: Codable {
        /// Another version may read more kinds of files.
        let version: String
        let entries: [String: Entry]

        static let current = Version.current + ", 1"
    }

    /// Reads what is remembered.
    /// - Parameter folder: made when something is written.
    public init(folder: URL) {
        store = folder.appending(path: "cards.json")
        let stored = (try? Data(contentsOf: store)).flatMap { try? JSONDecoder().decode(Store.self, from: $0) }
        entries = stored?.version == Store.current ? stored?.entries ?? [:] : [:]
    }

    /// The card of a checkpoint. Its headers are read when it is new, or has changed.
    public mutating func card(ofCheckpoint path: String) -> CheckpointCard {
        if let entry = entries[path], entry.isCurrent { return entry.card }
        let entry = Self.read(path)
        // A file that is gone has no state that would show when it is back.
        if !entry.states.isEmpty { entries[path] = entry }
        hasChanged = true
        return entry.card
    }

    /// Writes down what is new, and forgets all others.
    /// - Parameter paths: checkpoints whose cards are kept.
    public func save(keeping paths: some Sequence<String>) {
        let kept = Set(paths)
        let rest = entries.filter { kept.contains($0.key) }
        guard hasChanged || rest.count < entries.count else { return }
        try? FileManager.default.createDirectory(at: store.deletingLastPathComponent(), withIntermediateDirectories: true)
        try? JSONEncoder().encode(Store(version: Store.current, entries: rest)).write(to: store, options: .atomic)
    }

    private static func read(_ path: String) -> Entry {
        // Before the files are read: a later change shows.
        let state = FileIdentity(path)?.description
        var states = state.map { [path: $0] } ?? [:]
        do throws(CheckpointError) {
            let checkpoint = try Checkpoint.open(path)
            for file in checkpoint.files { states[file.path] = FileIdentity(file.path)?.description }
            return Entry(states: states, card: CheckpointCard(
                family: checkpoint.family.shortName, isForInpainting: checkpoint.takesMaskedPicture,
                byteCount: checkpoint.files.reduce(0) { $0 + $1.byteCount }, hashedPath: checkpoint.hashedPath,
                refusal: checkpoint.refusal.map { "\($0)" }))
        } catch {
            return Entry(states: states, card: CheckpointCard(
                family: nil, isForInpainting: false, byteCount: 0, hashedPath: nil, refusal: "\(error)"))
        }
    }
}
