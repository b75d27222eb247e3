/// A compile that took place, or was spared by the disk cache.
public struct CompileRecord: Sendable, Hashable, Codable {
    /// The stage whose network was compiled.
    public var stage: Stage
    /// OpenVINO's name: `CPU`, `GPU.0`.
    public var device: String
    /// As the device says after compiling: `f32`.
    public var precision: String
    /// The fixed inputs in words: `batch 2, latents 64×64, up to 4 chunks`; `any shape`.
    public var shape: String
    /// The reason of the compile.
    public var reason: CompileReason
    /// Seconds from the graph's text to the compiled model, or those of loading it from the disk cache.
    public var seconds: Double
    /// Loaded from the disk cache instead of compiled.
    public var isFromDiskCache: Bool

    /// Makes the record of one compile.
    public init(
        stage: Stage, device: String, precision: String, shape: String, reason: CompileReason, seconds: Double,
        isFromDiskCache: Bool
    ) {
        self.stage = stage
        self.device = device
        self.precision = precision
        self.shape = shape
        self.reason = reason
        self.seconds = seconds
        self.isFromDiskCache = isFromDiskCache
    }

    private enum CodingKeys: String, CodingKey {
        case device, precision, shape, reason, seconds
        case stage = "component"
        case isFromDiskCache = "from_disk_cache"
    }
}

/// A compile that is under way.
public struct Compiling: Sendable, Hashable, Codable {
    /// The network that is being compiled.
    public var network: NetworkID
    /// OpenVINO's name: `CPU`, `GPU.0`.
    public var device: String
    /// The fixed inputs in words, as in `CompileRecord`.
    public var shape: String
    /// The reason of the compile.
    public var reason: CompileReason

    /// Tells of a compile that has begun.
    public init(_ network: NetworkID, device: String, shape: String, reason: CompileReason) {
        self.network = network
        self.device = device
        self.shape = shape
        self.reason = reason
    }
}

extension Compiling: CustomStringConvertible {
    /// `Compiling the UNet for GPU.0, new size: batch 2, latents 64×64, up to 4 chunks`; without the reason where it goes without saying.
    public var description: String {
        let place = "Compiling the \(network) for \(device)"
        return reason == .firstUse ? place : "\(place), \(reason.rawValue): \(shape)"
    }
}

/// Why a network was compiled. Raw values stand in logs and JSON.
public enum CompileReason: String, Sendable, Hashable, CaseIterable, Codable {
    /// For the first time on this device, in this precision.
    case firstUse = "first use"
    case newSize = "new size"
    case newBatch = "new batch size"
    /// The prompt has more chunks than any before it.
    case longerPrompt = "longer prompt"
    /// The first LoRA, or one that changes other layers, or one that has to be merged into the weights.
    case lora = "LoRA"
    /// It was compiled before, but had to make room.
    case noLongerInMemory = "no longer in memory"
    /// Asked for ahead of any picture.
    case preparation
    /// To choose a precision.
    case precisionTrial = "precision trial"
    /// To find out how many pictures are best drawn together.
    case batchTrial = "batch trial"
    /// To compare a device with.
    case reference
    /// The network compiled before gave wrong numbers.
    case repair
    /// The user or a schedule asked to start afresh.
    case reload
}
