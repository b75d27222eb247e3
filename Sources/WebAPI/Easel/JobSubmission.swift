public import FoundationEssentials
import Generation
public import Jobs
import Settings

/// `POST /api/v1/jobs`, read. Nobody else's clients send this, so a field that does not exist is a mistake worth telling.
public struct JobSubmission: Sendable {
    public let job: JobRequest
    /// The body in one spelling, whatever the order of its fields and the space between them.
    public let canonicalBody: Data

    /// - Parameter body: JSON.
    /// - Throws: `.malformedBody`; `.invalidValue` naming the field.
    public init(body: Data, _ context: RequestContext) throws(APIError) {
        let fields = try RequestFields(body: body)
        try fields.allow(only: Self.fields.map(\.name))
        canonicalBody = WebJSON.data(fields.values.filter { $0.value != .null })
        var generation = GenerationRequest(prompt: try fields.text("prompt") ?? "", context.settings.requests)
        func read<Value>(_ value: Value?, into property: WritableKeyPath<GenerationRequest, Value>) {
            if let value { generation[keyPath: property] = value }
        }
        read(try fields.text("negative_prompt"), into: \.negativePrompt)
        read(try fields.styles, into: \.styles)
        read(try fields.whole("width"), into: \.width)
        read(try fields.whole("height"), into: \.height)
        read(try fields.whole("steps"), into: \.steps)
        read(try fields.number("cfg_scale").map { Float($0) }, into: \.cfgScale)
        read(try fields.whole("batch_size"), into: \.batchSize)
        read(try fields.word("noise"), into: \.noise)
        read(try fields.word("emphasis"), into: \.emphasis)
        read(try fields.whole("clip_skip"), into: \.clipSkip)
        read(try fields.whole("comma_backtrack"), into: \.commaBacktrack)
        read(try fields.flag("pad_conditionings"), into: \.padsConditionings)
        read(try fields.word("schedule_counting"), into: \.scheduleCounting)
        read(try fields.whole("preview_interval"), into: \.previewInterval)
        let sampler = try fields.sampler("sampler")
        read(sampler?.sampler, into: \.sampler)
        read(try fields.schedule ?? sampler?.schedule, into: \.schedule)
        generation.seed = try fields.seed ?? context.randomSeed

        let priority = try fields.whole("priority") ?? 0
        var model = context.models.current
        if let name = try fields.text("model") { model = try context.models.named(name, field: "model").name }
        job = try context.job(generation, model: model, runs: fields.whole("runs") ?? 1, priority: priority, names: .easel)
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

extension RequestFields {
    fileprivate var schedule: Schedule? {
        get throws(APIError) {
            guard let text = try text("schedule") else { return nil }
            if let schedule = Schedule(name: text) { return schedule }
            throw invalid("schedule", "There is no schedule \"\(text.clipped)\". Use \(Schedule.allCases.map(\.rawValue).joined(separator: ", ")).")
        }
    }
}
