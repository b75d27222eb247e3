import Files
public import FoundationEssentials
public import Generation
public import Jobs
import Settings

/// `POST /api/v1/grids`, read: axes, and the request that is drawn with each combination of their values.
public struct GridSubmission: Sendable {
    /// The axes.
    public let grid: Grid
    /// The job of each cell, in the order of reading; none knows its grid yet.
    public let jobs: [JobRequest]
    /// The picture files that came with the request, to be kept before the jobs are submitted.
    public let uploads: [UploadedPicture]

    /// - Parameter body: JSON.
    /// - Throws: `.malformedBody`; `.invalidValue` naming the field: that of a job where an axis has a value that it cannot have.
    public init(body: Data, _ context: RequestContext) throws(APIError) {
        let fields = try RequestFields(body: body)
        try fields.allow(only: Self.fields.map(\.name))
        let grid = try Self.grid(fields)
        guard let request = try fields.object("request") else {
            throw fields.missing("request", "request is missing: the fields of a job, as POST /api/v1/jobs takes them.")
        }
        // Named as in a job, so that errors of both are told in the same place.
        let base = try JobSubmission(RequestFields(request.values), context)
        let sizes = Dictionary(uniqueKeysWithValues: base.uploads.map { ($0.picture, $0.size) })
        var cellContext = context
        cellContext.inputSize = { sizes[$0] ?? context.inputSize($0) }

        let shared = Self.shared(request.values, base.job.generation)
        var jobs: [JobRequest] = []
        for cell in 0..<grid.count {
            let values: [String: JSONValue]
            do throws(InvalidRequest) {
                values = try Self.values(of: cell, grid, base.job.generation)
            } catch {
                throw APIError(error)
            }
            jobs.append(try JobSubmission(RequestFields(shared.merging(values) { $1 }), cellContext).job)
        }
        (self.grid, self.jobs, uploads) = (grid, jobs, base.uploads)
    }

    private static func grid(_ fields: RequestFields) throws(APIError) -> Grid {
        guard case .array(let items)? = fields["axes"] else {
            throw fields.missing("axes", "axes is missing: a list of one to three objects with field and values.")
        }
        var axes: [GridAxis] = []
        for (index, item) in items.enumerated() {
            let name = "axes[\(index)]"
            guard case .object(let values) = item else {
                throw fields.invalid(name, .wrongType("", wanted: .object), "\(name) is no object with field and values.")
            }
            let axis = RequestFields(values, prefix: name + ".")
            try axis.allow(only: ["field", "values"])
            guard let field = try axis.text("field") else { throw axis.missing("field", "\(name).field is missing.") }
            do throws(InvalidRequest) {
                switch axis["values"] {
                // The field refuses a list, an object or null among them.
                case .array(let values): axes.append(try GridAxis(field, values: values.map { $0.text ?? "null" }))
                // As on the command line, with ranges.
                case .string(let text): axes.append(try GridAxis(field, text: text))
                default: axes.append(try GridAxis(field, values: []))
                }
            } catch {
                throw APIError(error)
            }
        }
        do throws(InvalidRequest) {
            return try Grid(axes)
        } catch {
            throw APIError(error)
        }
    }

    /// The fields that all cells share: what is drawn by chance is the same for all, and pictures are named instead of sent again.
    private static func shared(_ values: [String: JSONValue], _ base: GenerationRequest) -> [String: JSONValue] {
        var shared = values
        shared[GenerationField.seed.key] = .unsigned(base.seed)
        let variation = base.variationStrength > 0 ? base.variationSeed : UInt64.random(in: Seed.drawn)
        if shared[GenerationField.variationSeed.key] == nil || base.variationStrength > 0 {
            shared[GenerationField.variationSeed.key] = .unsigned(variation)
        }
        if !base.sourcePictures.isEmpty {
            shared[RequestField.sourcePictures.name] = .array(base.sourcePictures.map { .string($0.sha256) })
        }
        if let mask = base.mask { shared[RequestField.mask.name] = .string(mask.sha256) }
        return shared
    }

    /// The fields that a cell has for itself.
    private static func values(
        of cell: Int, _ grid: Grid, _ base: GenerationRequest
    ) throws(InvalidRequest) -> [String: JSONValue] {
        let request = try grid.request(of: cell, from: base)
        var values: [String: JSONValue] = [:]
        for (axis, value) in zip(grid.axes, grid.values(of: cell)) {
            switch axis.field {
            case GenerationField.prompt.key:
                values[GenerationField.prompt.key] = .string(request.prompt)
                // Also where the model's defaults say it.
                if request.negativePrompt != base.negativePrompt {
                    values[GenerationField.negativePrompt.key] = .string(request.negativePrompt)
                }
            case GenerationField.styles.key: values[axis.field] = .array([.string(value)])
            default: values[axis.field] = .string(value)
            }
        }
        return values
    }
}
