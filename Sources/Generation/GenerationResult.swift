/// The pictures of a request, and how they came to be.
public struct GenerationResult: Sendable {
    /// One per picture of the batch, in order of their seeds.
    public var images: [RGBImage]
    public var seeds: [UInt64]
    /// Tokens of the prompt, without begin, end and padding.
    public var tokenCount: Int
    /// Chunks of 75 tokens that the prompt took.
    public var chunkCount: Int
    /// OpenVINO's name of the device that ran each component: `CPU`, `GPU.0`.
    public var devices: PerComponent<String>
    /// The precision that each component ran in, read back after compiling.
    public var precisions: PerComponent<String>
    /// OpenVINO's version: `2026.4.1`.
    public var runtimeVersion: String
    public var timings: GenerationTimings
    /// Networks that were compiled for this request; none when all were ready.
    public var compiles: [CompileRecord]
    /// Components that failed and went on elsewhere.
    public var moves: [Move]
    /// What is known of devices that drifted and were mended, as sentences; see the module Fidelity.
    public var fidelity: [String] = []

    public init(
        images: [RGBImage], seeds: [UInt64], tokenCount: Int, chunkCount: Int,
        devices: PerComponent<String>, precisions: PerComponent<String>, runtimeVersion: String,
        timings: GenerationTimings, compiles: [CompileRecord] = [], moves: [Move] = []
    ) {
        self.images = images
        self.seeds = seeds
        self.tokenCount = tokenCount
        self.chunkCount = chunkCount
        self.devices = devices
        self.precisions = precisions
        self.runtimeVersion = runtimeVersion
        self.timings = timings
        self.compiles = compiles
        self.moves = moves
    }
}

/// Where the time of a request went, in seconds.
public struct GenerationTimings: Sendable, Equatable, Encodable {
    /// Opening the checkpoint and its vocabulary.
    public var load = 0.0
    /// Compiling each component; 0 where it was ready. Overlaps with other work, so it may add up to more than `total`.
    public var compile = PerComponent(repeating: 0.0)
    public var encode = 0.0
    public var steps: [Double] = []
    public var decode = 0.0
    public var total = 0.0

    public init() {}
}
