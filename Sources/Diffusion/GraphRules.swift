import Checkpoints
import Generation

/// The limits of a checkpoint whose networks are graphs of another program, which run as they are.
struct GraphRules: Sendable {
    private let hasGraphs: Bool
    private let hasEncoder: Bool
    private let roundsTimesteps, samplesLatents: Bool
    /// Sides of the only picture that can be drawn, in pixels; nil for those that are open.
    private let width, height: Int?
    /// Chunks of 75 tokens that the UNet reads at most; nil for any number.
    private let chunkLimit: Int?

    init(_ checkpoint: Checkpoint) {
        hasGraphs = !checkpoint.graphs.isEmpty
        hasEncoder = checkpoint.hasEncoder
        roundsTimesteps = checkpoint.graphs[.denoiser]?.roundsTimesteps ?? false
        samplesLatents = checkpoint.graphs[.encoder]?.samplesLatents ?? false
        let scale = checkpoint.vae.configuration.scaleFactor
        let (unet, decoder) = (checkpoint.graphs[.denoiser]?.fixed, checkpoint.graphs[.decoder]?.fixed)
        width = (unet?.width ?? decoder?.width).map { $0 * scale }
        height = (unet?.height ?? decoder?.height).map { $0 * scale }
        chunkLimit = unet?.tokens.map { $0 / CLIPText.positionCount }
    }

    /// - Throws: `InvalidRequest` for what needs another graph.
    func validate(_ request: GenerationRequest) throws(InvalidRequest) {
        guard hasGraphs else { return }
        if request.tiling != .none {
            throw InvalidRequest(
                field: GenerationField.tiling.key, .fixedGraph("tiling"),
                "Pictures whose edges fit together need weights, and this model is a graph for OpenVINO that is run as it is. "
                    + "Leave tiling out, or use the model's .safetensors file.")
        }
        if !hasEncoder, !request.sourcePictures.isEmpty, request.vae.encoderNetwork == .encoder {
            throw InvalidRequest(
                field: "source_pictures", .fixedGraph("pictures"),
                "This model has no folder vae_encoder, so that it cannot start from a picture. Choose a VAE with --vae, or use "
                    + "--vae-encoder tiny.")
        }
        for pass in [request, request.secondPass].compactMap(\.self) {
            for (own, asked, field) in [(width, pass.width, GenerationField.width), (height, pass.height, .height)] {
                guard let own, own != asked else { continue }
                let sides = [width, height].map { $0.map(String.init) ?? "any" }.joined(separator: "×")
                throw InvalidRequest(
                    field: field.key, .fixedGraph("size"),
                    "This model is a graph for \(sides) pixels and draws no other size; \(pass.width)×\(pass.height) was asked for. "
                        + "Use its size, or the model's .safetensors file.")
            }
        }
    }

    /// Notices of what the graphs do otherwise.
    func notices(of request: GenerationRequest) -> [Notice] {
        var notices: [Notice] = []
        if roundsTimesteps {
            notices.append(Notice(
                .graphTimesteps, "This model's graph takes whole timesteps only, so each was rounded to the nearest one."))
        }
        if samplesLatents, !request.sourcePictures.isEmpty, request.vae.encoderNetwork == .encoder {
            notices.append(Notice(
                .graphSamples, "This model's VAE encoder adds noise of its own, so the same settings do not give the same picture again."))
        }
        return notices
    }

    /// - Parameter count: chunks of the longest text.
    /// - Throws: `InvalidRequest` for a text that is too long for the graph.
    func validate(chunkCount count: Int) throws(InvalidRequest) {
        guard let chunkLimit, count > chunkLimit else { return }
        throw InvalidRequest(
            field: "prompt", .fixedGraph("prompt"),
            "The prompt has \(count) chunks of 75 tokens, and this model's graph takes \(chunkLimit). Shorten it, or use the model's "
                + ".safetensors file.")
    }

    /// The refusal of a clip skip that the graph has no output for.
    static func clipSkip(_ clipSkip: Int) -> InvalidRequest {
        InvalidRequest(
            field: "clip_skip", .fixedGraph("clip_skip"),
            "This model's text encoder is a graph without an output for clip skip \(clipSkip). Use 1, or the model's .safetensors file.")
    }
}
