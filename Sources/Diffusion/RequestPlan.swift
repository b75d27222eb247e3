public import Compilation
public import Generation
import Prompting

/// Requests that are drawn together, read and checked: all that is known of them before anything is compiled.
public struct RequestPlan: Sendable {
    /// The requests, in order.
    public let requests: [GenerationRequest]
    /// The runs of the sampler, one after another: a single one, or two with hires fix.
    let passes: [Pass]
    /// The prompts of each request, for the first pass and then for the second.
    let prompts: [PromptPlan]
    /// The prompts of all passes as one batch.
    let joined: PromptPlan
    /// How the requests read each text encoder.
    let readings: [EncoderReading]

    /// The recipe's request: all others differ from it in nothing but their pictures.
    var shared: GenerationRequest { requests[0] }

    /// Whether all pictures of a pass take the same LoRAs, so that they can share the calls of its networks.
    var sharesLoRAs: Bool { passes.allSatisfy { pass in joined.pictures[pass.pictures].allSatisfy { $0.loras == pass.loras } } }

    /// The demands of the first pass on the networks.
    public var need: ShapeNeed { passes[0].need }

    /// The LoRAs of the first picture.
    public var loras: LoRASet { passes[0].loras }

    /// The texts of the first picture's prompt as one, without network tags.
    public var firstText: String { Prompt(joined.pictures[0].prompt).text }

    /// One run of the sampler.
    struct Pass: Sendable {
        /// The recipe's request, as this pass follows it.
        let request: GenerationRequest
        /// The pictures of the pass among those of `joined`.
        let pictures: Range<Int>
        /// The demands on the networks.
        let need: ShapeNeed
        /// The LoRAs of its first picture.
        let loras: LoRASet
        /// What the denoiser is told of the pictures' sizes; empty where it is told nothing.
        let sizes: [Float]
    }
}

/// The results of requests that were drawn together, and the networks that took part.
public struct DrawnRequests: Sendable {
    /// One for each request, in their order.
    public var results: [GenerationResult]
    /// The pictures of all requests as the decoder left them, before grading: what they look like is the devices' doing.
    public var decoded: [RGBImage]
    /// Every network that took part, also those that failed, and text encoders whose answers were remembered.
    public var networks: [NetworkUse]

    /// A compiled network that took part in a picture.
    public struct NetworkUse: Sendable, Hashable {
        /// The network, and where it was to run.
        public let key: CompileKey
        /// The LoRAs that changed it.
        public let loras: LoRASet
        /// Its numbers were not finite, so that the stage went on elsewhere.
        public let hasFailed: Bool
    }
}
