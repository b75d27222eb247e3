/// Requests whose pictures can go through the sampler as one batch.
extension GenerationRequest {
    /// Whether both differ in nothing but prompt, negative prompt, styles, how schedules count, seed and batch size. All else belongs to a
    /// whole run of the sampler.
    public func canBeDrawnTogether(with other: GenerationRequest) -> Bool { batchKey == other.batchKey }

    /// Equal for requests that can be drawn together: what they share, with nothing in place of the rest.
    public var batchKey: GenerationRequest {
        var key = self
        (key.prompt, key.negativePrompt, key.styles, key.scheduleCounting, key.seed, key.batchSize) = ("", "", [], .sdnext, 0, 1)
        return key
    }

    /// Of its pictures, in their order: they count up, past the largest to 0.
    public var seeds: [UInt64] { (0..<batchSize).map { seed &+ UInt64($0) } }
}
