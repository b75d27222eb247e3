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
    public init(_ checkpoint: Checkpoint, width: Int, height: Int, pictureCount: Int = 1, precisions: PerStage<Precision>) {
        func byteCount(_ stage: Stage) -> Int { precisions[stage] == .f32 ? 4 : 2 }
        let positions = checkpoint.vae.configuration.latentShape(width: width, height: height).dropFirst().reduce(1, *)
        weights = PerStage(
            encode: checkpoint.textEncoders.reduce(0) { $0 + $1.weights.parameterCount } * byteCount(.encode),
            denoise: checkpoint.unet.weights.parameterCount * byteCount(.denoise),
            // The half that encodes pictures is not compiled, and has about a third of the parameters.
            decode: checkpoint.vae.weights.parameterCount * 2 / 3 * byteCount(.decode))
        work = PerStage(
            encode: 0,
            denoise: 2 * pictureCount * checkpoint.unet.configuration.activationCount(positions: positions) * byteCount(.denoise),
            decode: checkpoint.vae.configuration.activationCount(pixels: width * height) * byteCount(.decode))
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
    /// The memory that such a picture takes where the stages run now.
    public func memoryForecast(width: Int, height: Int, pictureCount: Int = 1) -> MemoryForecast {
        let precisions = placements.map { placement -> Precision in
            switch placement.arithmetic {
            case .exactly(let precision): precision
            // Two bytes a number, or four where the device has nothing faster than f32.
            case .performance, .deviceDefault: placement.device == Placement.reference.device ? .f32 : .f16
            }
        }
        return MemoryForecast(checkpoint, width: width, height: height, pictureCount: pictureCount, precisions: precisions)
    }
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
        return pixels * (2 * below + 2 * own)
    }
}
