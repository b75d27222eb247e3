import Files
import Foundation
public import Generation
import Synchronization
import WebAPI

/// The defaults of models: from `NAME.json` beside a checkpoint, and as the user saved them, which come first.
public final class ModelDefaultsLibrary: Sendable {
    /// Larger files are not read.
    static let largestFile = 1 << 20

    private let saved: URL
    /// What files said, by path, with the state that they were in.
    private let known = Mutex<[String: (state: FileIdentity, reading: Reading)]>([:])
    private let writing = Mutex(())

    private struct Reading: Sendable {
        var values: [String: JSONValue] = [:]
        /// Why the file says nothing.
        var problem: String?
    }

    /// - Parameter folders: the user's data folder keeps what is saved, in `model-defaults.json`.
    public init(folders: UserFolders = UserFolders()) { saved = folders.data.appending(path: "model-defaults.json") }

    /// The defaults of a model, and where they come from.
    public struct Found: Sendable, Equatable {
        /// nil when nothing is said.
        public var defaults: ModelDefaults?
        /// `NAME.json`, `saved`; in this order.
        public var sources: [String] = []
        /// Faults of the files, in sentences with their paths.
        public var notes: [String] = []

        /// Makes an answer that says nothing.
        public init() {}
    }

    /// Finds a model's defaults. Files are read again when they have changed.
    /// - Parameters:
    ///   - name: that the model is listed by; nil for one that is not listed.
    ///   - path: of the checkpoint.
    public func defaults(of name: String?, path: String) -> Found {
        var found = Found()
        let file = Self.file(beside: path)
        let beside = reading(of: file)
        if let problem = beside.problem { found.notes.append("\(file) is left out: \(problem).") }
        var defaults = ModelDefaults()
        switch beside.values["easel"] {
        case nil, .null?: break
        case .object(let values)?:
            let (read, problems) = ModelDefaults.read(values)
            defaults = read
            if !read.isEmpty { found.sources.append(file.lastPathComponent) }
            found.notes += problems.map { "\(file): \($0)" }
        default: found.notes.append("\(file): \"easel\" is not an object. It looks like {\"easel\": {\"steps\": 12}}.")
        }
        let ofUser = reading(of: saved.path)
        if let problem = ofUser.problem { found.notes.append("\(saved.path) is left out: \(problem).") }
        if let name, case .object(let values)? = ofUser.values[name] {
            let (read, problems) = ModelDefaults.read(values)
            defaults = read.filled(from: defaults)
            if !read.isEmpty { found.sources.append("saved") }
            found.notes += problems.map { "\(saved.path), \(name): \($0)" }
        }
        if !defaults.isEmpty { found.defaults = defaults }
        return found
    }

    /// Saves the defaults of a model.
    /// - Parameter defaults: nil for none but those of the file beside it.
    /// - Throws: `ModelDefaultsError` when the file cannot be written, or holds something else.
    public func save(_ defaults: ModelDefaults?, of name: String) throws(ModelDefaultsError) {
        let outcome = writing.withLock { _ -> Result<Void, ModelDefaultsError> in
            let before = reading(of: saved.path)
            // Whatever is in it would be lost.
            if let problem = before.problem { return .failure(ModelDefaultsError(path: saved.path, reason: problem)) }
            do {
                return .success(try write(defaults, of: name, into: before.values))
            } catch {
                return .failure(ModelDefaultsError(path: saved.path, reason: SystemReason.text(of: error)))
            }
        }
        try outcome.get()
    }

    private func write(_ defaults: ModelDefaults?, of name: String, into values: [String: JSONValue]) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        var values = values
        values[name] = try defaults.map { try JSONDecoder().decode(JSONValue.self, from: encoder.encode($0)) }
        try FileManager.default.createDirectory(at: saved.deletingLastPathComponent(), withIntermediateDirectories: true)
        try encoder.encode(values).write(to: saved, options: .atomic)
        known.withLock { $0[saved.path] = nil }
    }

    /// The file that may tell a checkpoint's defaults: `anime.json` beside `anime.safetensors`, `demo.json` beside the folder `demo`.
    static func file(beside path: String) -> String {
        var path = path[...]
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        return ModelFolder.withoutEnding(String(path)) + ".json"
    }

    private func reading(of path: String) -> Reading {
        guard let state = FileIdentity(path) else { return Reading() }
        return known.withLock { known in
            if let entry = known[path], entry.state == state { return entry.reading }
            let reading = Self.read(path)
            known[path] = (state, reading)
            return reading
        }
    }

    private static func read(_ path: String) -> Reading {
        do throws(FileError) {
            let bytes = TextFile.utf8(try OpenFile.contents(of: path, atMost: largestFile))
            do throws(JSONError) {
                guard case .object(let values) = try JSONValue(parsing: bytes) else { return Reading(problem: "it is not a JSON object") }
                return Reading(values: values)
            } catch {
                return Reading(problem: "it is not JSON: \(error.expected) was expected at byte \(error.position)")
            }
        } catch {
            return Reading(problem: error.reason)
        }
    }
}

/// Why defaults cannot be saved.
public struct ModelDefaultsError: ReasonedError, Sendable, Equatable, CustomStringConvertible {
    let path: String
    /// Ends without a full stop.
    let reason: String

    /// The file and the cause, as data.
    public var errorReason: ErrorReason { ErrorReason(.notSaved, ["file": .text(path), "detail": .text(reason)]) }

    public var description: String { "The defaults cannot be written to \"\(path)\": \(reason)." }
}
