import Files
public import FoundationEssentials
import Generation
public import Jobs
import Settings

/// `POST /api/v1/jobs`, read. Nobody else's clients send this, so a field that does not exist is a mistake worth telling.
public struct JobSubmission: Sendable {
    /// The pictures to draw, within the limits of the server.
    public let job: JobRequest
    /// The body in one spelling, whatever the order of its fields and the space between them.
    public let canonicalBody: Data
    /// Keys of fields that the request leaves out, and the model's own defaults fill: `steps`.
    public let modelDefaults: [String]

    /// - Parameter body: JSON.
    /// - Throws: `.malformedBody`; `.invalidValue` naming the field.
    public init(body: Data, _ context: RequestContext) throws(APIError) {
        let fields = try RequestFields(body: body)
        try fields.allow(only: Self.fields.map(\.name))
        canonicalBody = WebJSON.data(fields.values.filter { $0.value != .null })
        var summary = context.models.models.first { $0.name == context.models.current }
        if let name = try fields.text("model") { summary = try context.models.named(name, field: "model") }

        var generation = GenerationRequest(prompt: "", context.settings.requests)
        generation.seed = context.randomSeed
        if let size = summary?.nativeSize { (generation.width, generation.height) = (size, size) }
        let defaults = summary?.defaults ?? ModelDefaults()
        let taken = defaults.fields { fields[$0.key] != nil }
        defaults.apply(taken, to: &generation)
        modelDefaults = taken.map(\.key)
        try fields.read(GenerationField.all, into: &generation)
        if generation.variationStrength > 0, try fields.seed(GenerationField.variationSeed.key) == nil {
            generation.variationSeed = .random(in: Seed.drawn)
        }
        generation.fillEta(context.settings.requests)

        let priority = try fields.whole("priority") ?? 0
        job = try context.job(
            generation, model: summary?.name ?? context.models.current, runs: fields.whole("runs") ?? 1, priority: priority,
            previewInterval: fields.whole("preview_interval"), names: .easel)
        try fields.check(Self.fields)
    }

    static let priorities = -100...100

    /// The header `Idempotency-Key`, checked.
    /// - Throws: `.invalidValue` when it is empty or longer than 255 characters.
    public static func idempotencyKey(_ header: String?) throws(APIError) -> String? {
        guard let header else { return nil }
        guard (1...255).contains(header.utf8.count) else {
            throw APIError(
                .invalidValue, field: "Idempotency-Key", reason: .outOfRange(.init(header.utf8.count), from: 1, to: 255),
                "Idempotency-Key has \(header.utf8.count) bytes. Use 1 to 255.")
        }
        return header
    }
}
