import Files
public import FoundationEssentials
public import Generation
import Jobs
import Settings

/// `POST /api/v1/fidelity/compare`, read: which picture is drawn twice. The answer is a `ComparisonSummary`.
public struct ComparisonRequest: Sendable {
    /// The picture to draw twice. Without other values it is an apple at the model's native size in 12 steps, with the seed 0.
    public let generation: GenerationRequest

    /// - Throws: `.malformedBody`; `.invalidValue` naming the field, also for what a job may not ask for.
    public init(body: Data, _ context: RequestContext) throws(APIError) {
        let fields = try RequestFields(body: body)
        try fields.allow(only: Self.fields.map(\.name))
        var generation = GenerationRequest(prompt: try fields.text("prompt") ?? GenerationRequest.examplePrompt, context.settings.requests)
        let nativeSize = context.models.models.first { $0.name == context.models.current }?.nativeSize
        if let nativeSize { (generation.width, generation.height) = (nativeSize, nativeSize) }
        generation.steps = Self.steps
        if fields["seed"] != nil { generation.seed = context.randomSeed }
        try fields.read([.width, .height, .steps, .seed], into: &generation)
        self.generation = try context.job(generation, model: context.models.current, runs: 1, names: .easel).generation
        try fields.check(Self.fields)
    }

    private static let steps = 12

    static let fields = [
        RequestField("prompt", .text, "what to draw", standard: .string(GenerationRequest.examplePrompt)),
        RequestField(.width, otherwise: "the model's native size"),
        RequestField(.height, otherwise: "the model's native size"),
        RequestField(.steps, standard: .integer(steps)),
        RequestField(.seed, standard: .integer(0)),
    ]
}
