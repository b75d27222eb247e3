public import Generation
public import Jobs

/// The work of the APIs beside drawing: models, devices, compiled networks, their errors. The models of a machine, or a
/// fake in tests.
public protocol Engine: Painting {
    /// Which model is ready, or why none is.
    var readiness: Readiness { get async }

    /// All models that can be asked for by name, in order of their names.
    func models() async -> [ModelSummary]
    /// Finds a model by the hash of its file. Hashes that are not known yet are computed, which reads gigabytes.
    /// - Parameters:
    ///   - hash: its first 8 digits or more, in lower case.
    ///   - name: of the model that it probably is.
    /// - Returns: the model's name; nil when there is none.
    /// - Throws: `CancellationError`; `ModelUnavailable` when it takes too long.
    func model(withHash hash: String, preferring name: String?) async throws -> String?
    /// Makes a model the one that is used when none is named, and loads it. When it cannot be, the one before it stays ready.
    /// - Throws: `InvalidRequest` when there is none of that name, or its file is not fit for use; `ModelUnavailable` when something else
    ///   is in the way, such as a device that is gone.
    func load(_ model: String) async throws
    /// Begins to open the current model anew when settings have changed that it depends on; returns at once.
    func takeUpSettings() async
    /// Lets go of everything that is loaded; the next job loads again.
    func unload() async
    /// Drops all that is compiled of the current model, and compiles it anew.
    func reload(keepingDiskCache: Bool) async throws

    func devices() async throws -> DeviceSummaries
    func compilations() async -> CompilationSummaries
    /// - Parameter id: of a compilation; nil for all.
    /// - Returns: how many were dropped; one that is in use stays.
    func dropCompilations(_ id: String?) async -> Int

    func fidelity() async -> FidelitySummary
    /// Compares the current model's networks with CPU f32 now.
    /// - Throws: `ModelUnavailable` when it cannot be loaded.
    func checkFidelity() async throws -> FidelitySummary

    /// Draws a picture with the current model on the reference, CPU f32, and as the settings have it; jobs wait meanwhile.
    ///
    /// Cancelling the task stops within one step.
    /// - Throws: `CancellationError`; `ModelUnavailable` when the model cannot be loaded; `InvalidRequest`; `APIError.failed`.
    func compare(_ request: GenerationRequest) async throws -> ComparisonSummary

    /// How a prompt is read: tokens, chunks, weights.
    func explain(_ request: PromptRequest) async throws -> PromptSummary
    /// Looks for models, and for what prompts refer to, as if for the first time. Both are looked for anyway whenever they are asked for;
    /// this also sees what no time of a file or folder tells.
    func refresh() async
    /// Names that prompts can refer to, as they are now.
    func promptResources() async -> PromptResourceSummary
}

/// A model that could be used, but not here and now.
public struct ModelUnavailable: Error, Sendable, Equatable {
    /// As a sentence for the client.
    public let reason: String

    /// Makes the error from a sentence for the client.
    public init(reason: String) { self.reason = reason }
}
