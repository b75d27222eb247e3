import Checkpoints
import Files
import Logging
import WebAPI

/// Finds models by the hashes of their files. What was computed once, by any process, is known until the file changes.
actor ModelHashes {
    private let memory: HashMemory
    private let headers: CheckpointHeaders
    private let logger: Logger
    private var inProgress: [String: HashInProgress] = [:]
    /// Files that could not be read, in which state.
    private var unreadable: [String: FileIdentity] = [:]

    private let patience: Duration

    /// - Parameter patience: the longest time that a request waits for hashes. Those that were computed until then are not lost.
    init(memory: HashMemory, headers: CheckpointHeaders, logger: Logger, patience: Duration = .seconds(300)) {
        self.memory = memory
        self.headers = headers
        self.logger = logger
        self.patience = patience
    }

    /// The model whose file has a hash. Those that are not known yet are computed, one file after another, until one fits.
    /// - Parameters:
    ///   - hash: the first 8 or more digits of a SHA-256, or A1111's old hash of 8 digits; lower case.
    ///   - preferred: the name of the model that it probably is.
    /// - Returns: its name; nil when there is none.
    /// - Throws: `CancellationError`; `ModelUnavailable` when it takes too long.
    func find(_ hash: String, among models: [ListedModel], preferring preferred: String?) async throws -> String? {
        var files: [(name: String, path: String)] = []
        for model in models {
            guard let path = await hashedPath(of: model) else { continue }
            files.append((model.name, path))
        }
        if let index = memory.index(of: hash, inFiles: files.map(\.path)) { return files[index].name }

        let unknown = files.filter { memory.hash(ofFile: $0.path) == nil && unreadable[$0.path] != FileIdentity($0.path) }
        let began = ContinuousClock.now
        for (index, file) in (unknown.filter { $0.name == preferred } + unknown.filter { $0.name != preferred }).enumerated() {
            try Task.checkCancellation()
            guard ContinuousClock.now - began < patience else {
                throw ModelUnavailable(
                    reason: "The hashes of \(unknown.count - index) models are not known yet; they are being computed. "
                        + "Ask again in some minutes, or name the model.")
            }
            logger.info("computing a model's hash", metadata: [
                "model": "\(file.name)", "number": "\(index + 1) of \(unknown.count)", "wanted": "\(hash)",
            ])
            if await computed(file.path)?.hasPrefix(hash) == true { return file.name }
        }
        return nil
    }

    private func hashedPath(of model: ListedModel) async -> String? {
        model.isFolder ? try? await headers.header(of: model.path).hashedPath : model.path
    }

    /// All who need the same file wait for one reading.
    private func computed(_ path: String) async -> String? {
        let hashing = inProgress[path] ?? HashInProgress { [memory] in await memory.compute(ofFile: path) }
        inProgress[path] = hashing
        let hash = await hashing.value
        inProgress[path] = nil
        if hash == nil { unreadable[path] = FileIdentity(path) }
        return hash
    }
}
