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

    /// Bytes of the runtime, of compiled graphs and of the program itself, by measurement.
    private static let base = 250_000_000

    /// - Parameters:
    ///   - width: of a picture, in pixels.
    ///   - height: of a picture, in pixels.
    ///   - pictureCount: pictures that are drawn at once; each is asked about with two texts.
    ///   - precisions: what each stage computes in.
    ///   - vaeNetworks: those of the VAE that a picture takes; nil for those that every picture of the checkpoint takes.
    ///   - vaeByteLimit: a VAE that takes more for the whole picture works in tiles.
    public init(
        _ checkpoint: Checkpoint, width: Int, height: Int, pictureCount: Int = 1, precisions: PerStage<Precision>,
        vaeNetworks: [NetworkID]? = nil, vaeByteLimit: Int = .max
    ) {
        func byteCount(_ stage: Stage) -> Int { precisions[stage] == .f32 ? 4 : 2 }
        let vaeNetworks = vaeNetworks ?? (checkpoint.takesMaskedPicture ? [.encoder, .decoder] : [.decoder])
        let positions = checkpoint.vae.configuration.latentShape(width: width, height: height).dropFirst().reduce(1, *)
        weights = PerStage(
            encode: checkpoint.textEncoders.reduce(0) { $0 + $1.weights.parameterCount } * byteCount(.encode),
            denoise: checkpoint.unet.weights.parameterCount * byteCount(.denoise),
            decode: vaeNetworks.reduce(0) { $0 + Self.parameterCount(of: $1, of: checkpoint) } * byteCount(.decode))
        work = PerStage(
            encode: 0,
            denoise: 2 * pictureCount * checkpoint.unet.configuration.activationCount(positions: positions) * byteCount(.denoise),
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
        Self.base + max(weights.encode + work.encode, weights.denoise + work.denoise, weights.decode + work.decode)
    }

    /// The most bytes at any time when all networks stay for the next picture: a server's way.
    public var peakOfServing: Int {
        Self.base + weights.encode + weights.denoise + weights.decode + max(work.encode, work.denoise, work.decode)
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
        return MemoryForecast(
            checkpoint, width: request.width, height: request.height, pictureCount: request.batchSize,
            precisions: placements.map(\.likelyPrecision),
            vaeNetworks: networks(for: request).filter { $0.stage == .decode }, vaeByteLimit: limit)
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
