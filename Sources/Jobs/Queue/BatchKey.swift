import Generation

/// What jobs have in common that can be drawn together: the model, and all that samplers and networks must know but once.
struct BatchKey: Sendable, Hashable {
    private let model: String
    private let generation: GenerationRequest

    /// - Returns: nil for a job that is drawn by itself, because it is drawn several times over.
    init?(_ request: JobRequest) {
        guard request.runs == 1 else { return nil }
        model = request.model
        var common = request.generation.batchKey
        common.previewInterval = 0
        generation = common
    }
}
