public import FoundationEssentials
public import Generation
import Jobs
import Settings

/// `POST /api/v1/fidelity/compare`, read: which picture is drawn twice. The answer is a `ComparisonSummary`.
public struct ComparisonRequest: Sendable {
    public let generation: GenerationRequest

    /// - Throws: `.malformedBody`; `.invalidValue` naming the field, also for what a job may not ask for.
    public init(body: Data, _ context: RequestContext) throws(APIError) {
        let fields = try RequestFields(body: body)
        try fields.allow(only: Self.fields.map(\.name))
        var generation = GenerationRequest(prompt: try fields.text("prompt") ?? GenerationRequest.examplePrompt, context.settings.requests)
        let nativeSize = context.models.models.first { $0.name == context.models.current }?.nativeSize
        generation.width = try fields.whole("width") ?? nativeSize ?? generation.width
        generation.height = try fields.whole("height") ?? nativeSize ?? generation.height
        generation.steps = try fields.whole("steps") ?? Self.steps
        generation.seed = try fields["seed"] == nil ? 0 : fields.seed ?? context.randomSeed
        // Nobody sees them.
        generation.previewInterval = 0
        self.generation = try context.job(generation, model: context.models.current, runs: 1, names: .easel).generation
        try fields.check(Self.fields)
    }

    private static let steps = 12

    static let fields = [
        RequestField("prompt", .text, "what to draw", standard: .string(GenerationRequest.examplePrompt)),
        RequestField("width", .side, "in pixels; the model's native size, if it is not said"),
        RequestField("height", .side, "in pixels; the model's native size, if it is not said"),
        RequestField("steps", .whole(GenerationRequest.stepRange), "of denoising", standard: .integer(steps)),
        RequestField("seed", .seed, "of the picture", standard: .integer(0)),
    ]
}
