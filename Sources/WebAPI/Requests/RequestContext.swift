public import Files
public import Generation
import Jobs
public import Settings

/// The context in which requests are read.
public struct RequestContext: Sendable {
    /// The settings: defaults where a request says nothing, and limits.
    public var settings: EaselSettings
    /// The models that requests can name, and the one that is used when none is named.
    public var models: ModelCatalog
    /// The upscalers that requests can name.
    public var upscalers: [UpscalerSummary]
    /// Whose request it is; see `JobRequest.client`.
    public var client: String
    /// The seed of a request that leaves it open.
    public var randomSeed: UInt64
    /// A1111's options for source pictures by name, as `POST /sdapi/v1/options` left them; those that are as usual may be missing.
    public var pictureOptions: [String: JSONValue] = [:]
    /// Tells the size of a picture that was sent before; nil when it is not there. Keeps those that are there for a while.
    public var inputSize: @Sendable (InputPicture) -> PictureSize?

    /// Makes a context; without a seed it draws one from 32 bits, as A1111 does.
    public init(
        settings: EaselSettings, models: ModelCatalog, upscalers: [UpscalerSummary] = UpscalerSummary.builtIn, client: String,
        randomSeed: UInt64 = .random(in: Seed.drawn),
        inputSize: @escaping @Sendable (InputPicture) -> PictureSize? = { _ in nil }
    ) {
        self.settings = settings
        self.models = models
        self.upscalers = upscalers
        self.client = client
        self.randomSeed = randomSeed
        self.inputSize = inputSize
    }

    /// The client's job, when it is within the limits.
    /// - Parameter previewInterval: see `JobRequest`; nil for what the settings say.
    /// - Throws: `.invalidValue`.
    func job(
        _ generation: GenerationRequest, model: String, runs: Int, priority: Int = 0, previewInterval: Int? = nil,
        names: RequestLimits.Names
    ) throws(APIError) -> JobRequest {
        do throws(InvalidRequest) {
            try RequestLimits(settings.limits, names: names).check(generation, runs: runs)
        } catch {
            throw APIError(error)
        }
        return JobRequest(
            model: model, generation: generation, runs: runs, priority: priority, client: client,
            previewInterval: previewInterval ?? settings.requests.previewSteps)
    }
}
