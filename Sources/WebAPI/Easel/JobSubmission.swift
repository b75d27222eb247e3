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

    /// - Parameter body: JSON.
    /// - Throws: `.malformedBody`; `.invalidValue` naming the field.
    public init(body: Data, _ context: RequestContext) throws(APIError) {
        let fields = try RequestFields(body: body)
        try fields.allow(only: Self.fields.map(\.name))
        canonicalBody = WebJSON.data(fields.values.filter { $0.value != .null })
        var generation = GenerationRequest(prompt: "", context.settings.requests)
        generation.seed = context.randomSeed
        try fields.read(GenerationField.all, into: &generation)
        if generation.variationStrength > 0, try fields.seed(GenerationField.variationSeed.key) == nil {
            generation.variationSeed = .random(in: Seed.drawn)
        }
        generation.fillEta(context.settings.requests)

        let priority = try fields.whole("priority") ?? 0
        var model = context.models.current
        if let name = try fields.text("model") { model = try context.models.named(name, field: "model").name }
        job = try context.job(
            generation, model: model, runs: fields.whole("runs") ?? 1, priority: priority,
            previewInterval: fields.whole("preview_interval"), names: .easel)
        try fields.check(Self.fields)
    }

    static let priorities = -100...100

    /// The header `Idempotency-Key`, checked.
    /// - Throws: `.invalidValue` when it is empty or longer than 255 characters.
    public static func idempotencyKey(_ header: String?) throws(APIError) -> String? {
        guard let header else { return nil }
        guard (1...255).contains(header.utf8.count) else {
            throw APIError(.invalidValue, field: "Idempotency-Key", "Idempotency-Key has \(header.utf8.count) bytes. Use 1 to 255.")
        }
        return header
    }
}
