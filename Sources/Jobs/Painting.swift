public import Generation

/// Draws the pictures of jobs: the models of a machine, or a fake in tests.
public protocol Painting: Sendable {
    /// Names what must be compiled for a request. Jobs of one group can follow one another without a compile.
    func group(of request: JobRequest) async -> CompileGroup

    /// Refuses what is asked for by mistake and shows before anything is drawn: a style that is not there, more layers skipped than the
    /// model has. Loads no model.
    /// - Throws: `InvalidRequest`.
    func validate(_ request: JobRequest) async throws

    /// Number of pictures of such requests that are drawn together in the least time for each; 1 when nothing is gained by more.
    func usefulBatchSize(of request: JobRequest) async -> Int

    /// Draws requests together.
    ///
    /// Cancelling the task stops within one step.
    /// - Parameters:
    ///   - requests: each `canBeDrawnTogether` with the others.
    ///   - previews: the steps after which `onEvent` is told what the pictures look like.
    /// - Returns: for each request its pictures, in order of their seeds, with their infotexts.
    func draw(
        _ requests: [GenerationRequest], model: String, previews: PreviewSchedule, onEvent: @escaping @Sendable (GenerationEvent) -> Void
    ) async throws -> [GenerationResult]

    /// Called now and then while there is nothing to draw, and between jobs when there is always something: time to look after
    /// devices. Returns when all is well for now. Is cancelled when a job comes.
    func rest() async
}

/// Names what jobs share that follow one another without a compile.
public struct CompileGroup: Sendable, Hashable, Codable {
    /// Name of the model.
    public var model: String
    /// Shape of what is compiled, in words: `512×512, batch 2, up to 4 chunks`; `any shape`.
    public var shape: String

    public init(model: String, shape: String) {
        self.model = model
        self.shape = shape
    }
}
