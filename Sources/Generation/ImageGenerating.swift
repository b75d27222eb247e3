/// Something that draws pictures: the diffusion pipeline, or a fake in tests of what lies above it.
public protocol ImageGenerating: Sendable {
    /// Draws the pictures of `request`.
    ///
    /// Cancelling the task stops within one step.
    /// - Parameter onEvent: told of progress, in order, from within the call; should return at once.
    func generate(_ request: GenerationRequest, onEvent: @escaping @Sendable (GenerationEvent) -> Void) async throws -> GenerationResult
}
