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

    /// The workers that draw side by side: those of now at once, and again all of them whenever they change. A worker that is missing then
    /// draws to the end what it has begun, and gets nothing more.
    func workers() async -> AsyncStream<[Worker]>

    /// Draws the requests of an order together, by the worker that it names.
    ///
    /// Cancelling the task stops within one step.
    /// - Parameter order: Its requests each `canBeDrawnTogether` with the others. After the steps that its `previews` name, `onEvent` is
    ///   told what the pictures look like.
    /// - Returns: for each request its pictures, in order of their seeds, with their infotexts.
    func draw(_ order: DrawOrder, onEvent: @escaping @Sendable (GenerationEvent) -> Void) async throws -> [GenerationResult]

    /// Called now and then while a worker has nothing to draw, and between jobs when there is always something: time to look after its
    /// devices. Returns when all is well for now. Is cancelled when a job comes.
    func rest(_ worker: Worker.ID) async
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
