public import Checkpoints
public import Generation
import Networks
public import Prompting
import Sampling

/// The limits that a checkpoint sets to requests: known from its headers, before anything else of it is read.
public struct RequestRules: Sendable {
    /// Layers of the text encoder.
    let layerCount: Int
    let objective: Objective

    init(layerCount: Int, objective: Objective) {
        self.layerCount = layerCount
        self.objective = objective
    }

    /// - Throws: `DiffusionError` when the checkpoint's schedule cannot be used.
    public init(_ checkpoint: Checkpoint) throws(DiffusionError) {
        do {
            self.init(layerCount: checkpoint.textEncoder.configuration.layerCount, objective: try Objective(checkpoint.scheduler))
        } catch {
            throw DiffusionError(error)
        }
    }

    /// Checks all that can be known of a request before anything is compiled: what `DiffusionPipeline.generate` refuses, it refuses.
    public func validate(_ request: GenerationRequest, styles: StyleLibrary) throws(InvalidRequest) {
        try request.validate()
        try styles.validate(request.styles)
        _ = try encoderOutput(for: request)
        do {
            try request.sampler.validate(steps: request.steps, objective: objective)
        } catch {
            throw InvalidRequest(error)
        }
    }

    /// Where the text encoder's embeddings for a request are.
    /// - Throws: `InvalidRequest` when it has fewer layers than the request skips.
    func encoderOutput(for request: GenerationRequest) throws(InvalidRequest) -> String {
        guard let output = TextEncoderState.normalized(clipSkip: request.clipSkip).output(layerCount: layerCount) else {
            throw InvalidRequest(
                field: "clip_skip",
                "Clip skip \(request.clipSkip) is out of range: this model's text encoder has \(layerCount) layers. Use 1 to \(layerCount).")
        }
        return output
    }
}

extension StyleLibrary {
    /// - Throws: `InvalidRequest` for the first name that is no style's.
    public func validate(_ names: [String]) throws(InvalidRequest) {
        do {
            for name in names { _ = try style(named: name) }
        } catch {
            throw InvalidRequest(field: "styles", error.description)
        }
    }
}
