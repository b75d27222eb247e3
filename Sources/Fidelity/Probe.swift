import Checkpoints
public import Compilation
public import Diffusion
import Generation
import Networks
import Prompting
import Tensors

/// Compares the compiled networks of a checkpoint with the reference: the same inputs on the CPU in f32.
///
/// - A text encoder encodes the demo prompt and the last picture's.
/// - A UNet predicts noise at the first, the middle and the last training step, about both prompts as the reference encoded them.
/// - A VAE decodes latents with the statistics of pictures.
///
/// Inputs have the shape that the network was compiled for; where it takes any shape, they are small. A network that tiles is compared
/// with a reference that tiles as well, and one with LoRAs with a reference that has the same ones at the same strengths. What the
/// reference answered is kept, so a second probe costs the device's calls only, as long as it is about the same prompt and LoRAs.
public actor Probe {
    /// The prompt that every probe asks about.
    public static let prompt = GenerationRequest.examplePrompt
    /// Side in pixels of what UNets are asked about that take any size: a quarter of the work of 256×256.
    public static let smallSide = 128
    /// The same for VAEs, of which two decodes can take longer than the UNet's three calls.
    public static let smallDecodedSide = 96
    /// Answers that are kept; a few for each shape and for the latest prompts.
    private static let capacity = 16

    private let pipeline: DiffusionPipeline
    private let size: (width: Int, height: Int)?
    private let keepsReferenceNetworks: Bool
    /// Most recently used last; `network` is the reference's.
    private var answers: [(asked: Asked, answer: ProbeAnswer)] = []

    /// All that an answer of the reference depends on.
    private struct Asked: Hashable {
        let network: CompileKey
        /// LoRAs that change the network, or the texts that it is told.
        let loras: LoRASet
        let question: ProbeQuestion
    }

    /// A network of the reference.
    private struct Reference {
        let key: CompileKey
        let patch: NetworkPatch
    }

    /// - Parameters:
    ///   - size: in pixels, for networks that take any; nil for a small one.
    ///   - keepsReferenceNetworks: whether networks that were compiled for the reference alone stay in memory after a probe.
    public init(_ pipeline: DiffusionPipeline, size: (width: Int, height: Int)? = nil, keepsReferenceNetworks: Bool = false) {
        self.pipeline = pipeline
        self.size = size
        self.keepsReferenceNetworks = keepsReferenceNetworks
    }

    /// Compares one network. Cancelling the task stops it within a call.
    /// - Parameters:
    ///   - prompt: of the last picture, without network tags.
    ///   - loras: of the last picture that the network took part in.
    /// - Returns: the worst figures of all calls, and how many times as fast as the reference the network answered.
    public func fidelity(
        of network: CompiledNetwork, prompt: String? = nil, loras: LoRASet = LoRASet()
    ) async throws(ProbeError) -> StageFidelity {
        let question = ProbeQuestion(for: network.key, of: pipeline, prompt: prompt, size: size)
        let encoders = question.texts.isEmpty ? [] : pipeline.checkpoint.networks(of: .encode)
        let loras = loras.changing(encoders + [network.key.network])
        let reference: Reference
        var encoding: [Reference] = []
        do {
            reference = try await self.reference(network.key.network, loras, tiling: network.key.shape.tiling)
            for id in encoders { encoding.append(try await self.reference(id, loras)) }
        } catch {
            throw .patches(error)
        }
        let ready = Set(await pipeline.networks.readyKeys)
        let expected: ProbeAnswer
        let conditionings: [Conditioning]
        do {
            conditionings = try await encoded(question.texts, by: encoding, loras)
            expected = try await ask(reference, question, loras, conditionings)
        } catch {
            await release(encoding + [reference], except: ready)
            throw .reference(error)
        }
        await release(encoding + [reference], except: ready)

        let answer: ProbeAnswer
        do {
            answer = try await question.asked(
                of: network, conditionings, objective: pipeline.opened.objective, factors: reference.patch.factors)
        } catch {
            throw .candidate(DiffusionError(error))
        }
        // One network measured twice tells how steady the machine is, and nothing of the network.
        let isReference = network.key == reference.key
        return StageFidelity(
            network.key.network, on: network.place,
            distance: Distance(worstOf: zip(expected.arrays, answer.arrays).map { Distance(from: $0, to: $1) }),
            speedRatio: isReference ? 1 : answer.seconds > 0 ? expected.seconds / answer.seconds : nil, seconds: answer.seconds)
    }

    /// Conditionings of the texts as the reference encodes them: a device is not to blame for another one's text encoder.
    private func encoded(
        _ texts: [[PromptChunk]], by encoders: [Reference], _ loras: LoRASet
    ) async throws(DiffusionError) -> [Conditioning] {
        guard !texts.isEmpty else { return [] }
        var parts: [[EncodedText]] = []
        for encoder in encoders {
            let id = encoder.key.network
            parts.append(try await ask(encoder, .encode(texts, pipeline.plainReading(of: id)), loras.changing([id])).texts)
        }
        return pipeline.plainConditionings(parts)
    }

    /// Asks a network of the reference, or recalls what it has answered.
    private func ask(
        _ reference: Reference, _ question: ProbeQuestion, _ loras: LoRASet, _ conditionings: [Conditioning] = []
    ) async throws(DiffusionError) -> ProbeAnswer {
        let asked = Asked(network: reference.key, loras: loras, question: question)
        if let index = answers.firstIndex(where: { $0.asked == asked }) {
            let known = answers.remove(at: index)
            answers.append(known)
            return known.answer
        }
        let network = try await pipeline.network(reference.key, with: reference.patch, reason: .reference)
        let answer: ProbeAnswer
        do {
            answer = try await question.asked(
                of: network, conditionings, objective: pipeline.opened.objective, factors: reference.patch.factors)
        } catch {
            throw DiffusionError(error)
        }
        answers = answers.suffix(Self.capacity - 1) + [(asked, answer)]
        return answer
    }

    // The networks of the reference

    /// The network to compare with: of any shape, for pictures that tile alike, with the same LoRAs.
    private func reference(_ id: NetworkID, _ loras: LoRASet, tiling: Tiling = .none) async throws(DiffusionError) -> Reference {
        let patch = try await pipeline.patch(of: id, by: loras)
        let plain = CompileKey(
            checkpoint: pipeline.checkpoint.identity, network: id, placement: .reference, shape: InputShape(tiling: tiling))
        return Reference(key: patch.key(from: plain), patch: patch)
    }

    /// - Parameter kept: those that were there before the probe, for pictures.
    private func release(_ references: [Reference], except kept: Set<CompileKey>) async {
        guard !keepsReferenceNetworks else { return }
        for reference in references where !kept.contains(reference.key) { await pipeline.networks.release(reference.key) }
    }
}

/// Why a probe has no result.
public enum ProbeError: Error, Sendable, CustomStringConvertible {
    /// The device could not run the network that was to be compared.
    case candidate(DiffusionError)
    /// The reference could not be had: says nothing about the device.
    case reference(DiffusionError)
    /// The files of the LoRAs are no longer what they were, or there is no room for merged weights.
    case patches(DiffusionError)

    /// The failure behind it, of either side.
    public var cause: DiffusionError {
        switch self {
        case .candidate(let error), .reference(let error), .patches(let error): error
        }
    }

    /// Whether the failure tells something of the device that was to be compared.
    var isOfDevice: Bool { if case .candidate = self { !isCheckpointAtFault } else { false } }

    /// Whether the probe stopped because its task was cancelled.
    public var isCancelled: Bool { if case .cancelled = cause { true } else { false } }

    public var description: String { cause.description }
}

extension Error {
    /// Whether the checkpoint's files are to blame for a failed measurement, so that it says nothing of the device.
    var isCheckpointAtFault: Bool { ((self as? ProbeError)?.cause ?? DiffusionError(self)).isCheckpointAtFault }
}
