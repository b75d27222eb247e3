/// The pictures of a request, and how they came to be.
public struct GenerationResult: Sendable {
    /// One per picture of the batch, in order of their seeds.
    public var pictures: [Picture<RGBImage>]
    /// Tokens of the prompt as A1111 counts them, every chunk but the last as full; of its longest text where it has several.
    public var tokenCount: Int
    /// Chunks of 75 tokens that the prompt took; of its longest text where it has several.
    public var chunkCount: Int
    /// Parts of the prompts that have no effect, as typed: `<lora:film:0.8>`.
    public var ignored: [String]
    /// Notices for the user.
    public var warnings: [Notice]
    /// Whether a picture would be another if its prompt's schedules counted otherwise.
    public var dependsOnScheduleCounting: Bool
    /// Where each stage ran, read back after compiling.
    public var places: PerStage<Place>
    /// OpenVINO's version: `2026.4.1`.
    public var runtimeVersion: String
    public var timings: GenerationTimings
    /// Networks that were compiled for this request; none when all were ready.
    public var compiles: [CompileRecord]
    /// Stages that failed and went on elsewhere.
    public var moves: [Move]
    /// Relative errors (L2) of each stage when it was last compared with CPU f32; nil where it was not.
    public var relativeErrors = PerStage<Double?>(repeating: nil)
    /// Notices of devices that drifted and were mended, as sentences; see the module Fidelity.
    public var incidents: [String] = []

    /// Makes a result from its parts.
    public init(
        pictures: [Picture<RGBImage>], tokenCount: Int, chunkCount: Int,
        ignored: [String] = [], warnings: [Notice] = [], dependsOnScheduleCounting: Bool = false,
        places: PerStage<Place>, runtimeVersion: String,
        timings: GenerationTimings, compiles: [CompileRecord] = [], moves: [Move] = []
    ) {
        self.pictures = pictures
        self.ignored = ignored
        self.warnings = warnings
        self.dependsOnScheduleCounting = dependsOnScheduleCounting
        self.tokenCount = tokenCount
        self.chunkCount = chunkCount
        self.places = places
        self.runtimeVersion = runtimeVersion
        self.timings = timings
        self.compiles = compiles
        self.moves = moves
    }

    /// Pixels of the pictures.
    public var images: [RGBImage] { pictures.map(\.content) }

    /// Joins the result with another one, whose pictures come behind its own.
    public func joined(with other: GenerationResult) -> GenerationResult {
        var joined = self
        joined.pictures += other.pictures
        joined.warnings += other.warnings.filter { !warnings.contains($0) }
        joined.ignored += other.ignored.filter { !ignored.contains($0) }
        joined.timings.steps += other.timings.steps
        joined.compiles += other.compiles
        joined.moves += other.moves
        return joined
    }
}

/// Where the time of a request went, in seconds.
public struct GenerationTimings: Sendable, Equatable, Codable {
    /// Opening the checkpoint and its vocabulary.
    public var load = 0.0
    /// Compiling each stage's networks; 0 where they were ready. Overlaps with other work, so it may add up to more than `total`.
    public var compile = PerStage(repeating: 0.0)
    /// Running the text encoders; 0 for texts that were encoded for an earlier request.
    public var encode = 0.0
    /// Turning source pictures into latents.
    public var encodePictures = 0.0
    /// Enlarging pictures with upscalers.
    public var upscale = 0.0
    /// Each call of the denoiser, with the sampler's own arithmetic; one a step but with samplers of second order.
    public var steps: [Double] = []
    /// Decoding all pictures with the VAE.
    public var decode = 0.0
    /// From the start of the request to its last picture, without `load`.
    public var total = 0.0

    /// Starts at zero seconds everywhere.
    public init() {}

    private enum CodingKeys: String, CodingKey {
        case load, compile, encode, upscale, steps, decode, total
        case encodePictures = "encode_pictures"
    }
}
