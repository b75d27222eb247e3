public import Checkpoints
public import Compilation
public import Generation

/// How much memory drawing takes, as forecast from a checkpoint's headers: for a warning before anything is compiled.
///
/// Counts memory that a process has to itself. The checkpoint's files are mapped on top of it; the system takes their pages back when
/// it needs them.
public struct MemoryForecast: Sendable, Hashable {
    /// Bytes of the weights as each stage computes with them.
    public let weights: PerStage<Int>
    /// Bytes that each stage needs while it works.
    public let work: PerStage<Int>
    /// Bytes of LoRAs in each stage: factors in slots, or weights that they are merged into.
    public let changes: PerStage<Int>

    /// Bytes of the runtime, of compiled graphs and of the program itself, by measurement.
    private static let base = 250_000_000

    /// - Parameters:
    ///   - width: of a picture, in pixels.
    ///   - height: of a picture, in pixels.
    ///   - pictureCount: pictures that are drawn at once; each is asked about with two texts.
    ///   - precisions: what each stage computes in.
    ///   - vaeNetworks: those of the VAE that a picture takes; nil for those that every picture of the checkpoint takes.
    ///   - vaeByteLimit: a VAE that takes more for the whole picture works in tiles.
    ///   - loras: those of the picture.
    public init(
        _ checkpoint: Checkpoint, width: Int, height: Int, pictureCount: Int = 1, precisions: PerStage<Precision>,
        vaeNetworks: [NetworkID]? = nil, vaeByteLimit: Int = .max, loras: LoRASet = LoRASet()
    ) {
        func byteCount(_ stage: Stage) -> Int { precisions[stage] == .f32 ? 4 : 2 }
        let vaeNetworks = vaeNetworks ?? (checkpoint.takesMaskedPicture ? [.encoder, .decoder] : [.decoder])
        let positions = checkpoint.vae.configuration.latentShape(width: width, height: height).dropFirst().reduce(1, *)
        weights = PerStage(
            encode: checkpoint.textEncoders.reduce(0) { $0 + $1.weights.parameterCount } * byteCount(.encode),
            denoise: checkpoint.unet.weights.parameterCount * byteCount(.denoise),
            decode: vaeNetworks.reduce(0) { $0 + Self.parameterCount(of: $1, of: checkpoint) } * byteCount(.decode))
        let ofDenoiser = LoRALoad(loras, .denoiser, checkpoint)
        changes = PerStage(
            encode: checkpoint.networks(of: .encode).reduce(0) { $0 + LoRALoad(loras, $1, checkpoint).byteCount },
            denoise: ofDenoiser.byteCount, decode: 0)
        let unet = checkpoint.unet.configuration
        let activations = unet.activationCount(positions: positions)
            + (ofDenoiser.rank.map { unet.slotActivationCount(positions: positions, rank: $0) } ?? 0)
        work = PerStage(
            encode: 0,
            denoise: 2 * pictureCount * activations * byteCount(.denoise),
            decode: vaeNetworks.reduce(0) { most, network in
                func bytes(_ pixels: Int) -> Int {
                    Self.byteCount(ofCalling: network, of: checkpoint, pixels: pixels, precision: precisions.decode)
                }
                let whole = bytes(width * height)
                return max(most, whole > vaeByteLimit ? min(whole, bytes(checkpoint.nativeSize * checkpoint.nativeSize)) : whole)
            })
    }

    private static func parameterCount(of network: NetworkID, of checkpoint: Checkpoint) -> Int {
        let count = checkpoint.weights(of: network).parameterCount
        return switch network {
        // The half that encodes pictures has about a third of the parameters.
        case .encoder: count / 3
        case .decoder: count * 2 / 3
        case .tinyDecoder, .tinyEncoder: count / 2
        default: count
        }
    }

    /// Bytes that a call of one of the VAE's networks takes beside its weights.
    /// - Parameter pixels: of the picture, or of one of its tiles.
    static func byteCount(ofCalling network: NetworkID, of checkpoint: Checkpoint, pixels: Int, precision: Precision) -> Int {
        let count = switch network {
        case .tinyDecoder, .tinyEncoder: TinyAutoencoderConfiguration.activationCount(pixels: pixels)
        default: checkpoint.vae.configuration.activationCount(pixels: pixels)
        }
        return count * (precision == .f32 ? 4 : 2)
    }

    /// The most bytes at any time when each stage's networks are let go of before the next one works: a single picture's way.
    public var peakOfOnePicture: Int {
        Self.base + (Stage.allCases.map { weights[$0] + changes[$0] + work[$0] }.max() ?? 0)
    }

    /// The most bytes at any time when all networks stay for the next picture: a server's way. A network with LoRAs stands beside the one
    /// without.
    public var peakOfServing: Int {
        let networks = Stage.allCases.reduce(0) { $0 + weights[$1] * (changes[$1] > 0 ? 2 : 1) + changes[$1] }
        return Self.base + networks + max(work.encode, work.denoise, work.decode)
    }
}

extension MemoryForecast {
    /// Says that a machine is too small, and what to do; nil when it is not.
    /// - Parameters:
    ///   - picture: the size in words: `1024×1024`.
    ///   - byteCount: of the machine's memory.
    ///   - isServing: all networks stay for the next picture.
    public func warning(
        for picture: String, machineWith byteCount: Int = MemoryBudget.machine, isServing: Bool = false
    ) -> String? {
        let needed = isServing ? peakOfServing : peakOfOnePicture
        guard byteCount > 0, needed > byteCount else { return nil }
        func gigabytes(_ count: Int) -> String { "\((Double(count) / 1e8).rounded() / 10) GB" }
        return
            "A picture of \(picture) takes about \(gigabytes(needed)) of memory, and this machine has \(gigabytes(byteCount)). It may take "
            + "very long, or the system may end the program. Use a smaller size, or bf16 (--precision bf16)."
    }
}

extension DiffusionPipeline {
    /// The memory that a request takes where the stages run now.
    public func memoryForecast(for request: GenerationRequest) -> MemoryForecast {
        let tiler = vaeTiler(for: request)
        let limit = switch tiler.mode {
        case .auto: tiler.byteLimit
        case .on: 0
        case .off: Int.max
        }
        // A request that is refused takes nothing.
        let passes = (try? plan(for: [request]))?.passes ?? []
        return MemoryForecast(
            checkpoint, width: request.width, height: request.height, pictureCount: request.batchSize,
            precisions: placements.map(\.likelyPrecision),
            vaeNetworks: networks(for: request).filter { $0.stage == .decode }, vaeByteLimit: limit,
            loras: passes.map(\.loras).max { $0.members.count < $1.members.count } ?? LoRASet())
    }
}

/// The memory that LoRAs take in one network.
private struct LoRALoad {
    /// Bytes of factors or merged weights.
    var byteCount = 0
    /// The highest rank in a slot; nil without slots.
    var rank: Int?

    init(_ loras: LoRASet, _ id: NetworkID, _ checkpoint: Checkpoint) {
        let members = loras.members(changing: id)
        guard !members.isEmpty else { return }
        let weights = checkpoint.weights(of: id)
        guard let need = SlotNeed(members, of: id, weights: weights) else {
            // Pages that were just written cannot be taken back before they are on disk.
            let layers = Set(members.flatMap { ($0.changes.layers[id] ?? [:]).keys })
            byteCount = 4 * layers.reduce(0) { $0 + (weights["\($1).weight"]?.elementCount ?? 0) }
            return
        }
        rank = need.ranks.values.max()
        let numbers = need.ranks.reduce(0) { sum, layer in
            guard let shape = weights["\(layer.key).weight"]?.shape, let outputs = shape.first, outputs > 0 else { return sum }
            return sum + layer.value * (outputs + shape.dropFirst().reduce(1, *))
        }
        // They are kept for later pictures, and the network has a copy.
        byteCount = 2 * 4 * numbers
    }
}

extension Placement {
    /// Precision that a network here computes in, as far as is known before it is compiled.
    var likelyPrecision: Precision {
        switch arithmetic {
        case .exactly(let precision): precision
        // Two bytes a number, or four where the device has nothing faster than f32.
        case .performance, .deviceDefault: device == Self.reference.device ? .f32 : .f16
        }
    }
}

extension TinyAutoencoderConfiguration {
    /// Numbers that are held at once, at the most: the feature maps of the full size.
    fileprivate static func activationCount(pixels: Int) -> Int { 3 * 64 * pixels }
}

extension UNetConfiguration {
    /// Numbers that are held at once for one picture and one text, at the most: what waits for the way up, and the widest layer.
    fileprivate func activationCount(positions: Int) -> Int {
        var waiting = 0, widest = 0
        for (level, block) in blocks.enumerated() {
            let features = block.channels * max(1, positions >> (2 * level))
            waiting += (block.layerCount + 1) * features
            // Features, their norm and a convolution's result; an attention layer's hidden layer is eight times as wide.
            widest = max(widest, features * (block.hasAttention || block.hasAttentionUp ? 12 : 6))
        }
        return waiting + widest
    }

    /// Numbers that a slot holds for one picture and one text, at the most: its result beside the layer's own, and what is between its
    /// two factors.
    fileprivate func slotActivationCount(positions: Int, rank: Int) -> Int {
        blocks.enumerated().reduce(0) { most, level in
            let (index, block) = level
            let positions = max(1, positions >> (2 * index))
            return max(most, positions * (block.channels * (block.hasAttention || block.hasAttentionUp ? 8 : 1) + rank))
        }
    }
}

extension VAEConfiguration {
    /// Numbers that are held at once while a picture is decoded, at the most. The widest layers are the first of the full-size level,
    /// which take the channels of the level below.
    fileprivate func activationCount(pixels: Int) -> Int {
        let own = blockChannels.first ?? 0
        let below = blockChannels.dropFirst().first ?? own
        // 3.2 kB for a pixel in f32 with the usual 128 and 256 channels, as measured for 256 to 1024 pixels a side.
        return pixels * (2 * below + 2 * own) * 25 / 24
    }
}
