public import Generation
public import OpenVINO
public import Tensors

/// A network that is ready to run on its device. Shared: each user makes a `NetworkCall` of its own.
public final class CompiledNetwork: Sendable {
    /// The key that it was compiled for.
    public let key: CompileKey
    /// The compiled model, which makes requests for inference.
    public let model: CompiledModel
    /// The precision that OpenVINO says it runs in: `f32`, `bf16`, `f16`.
    public let precision: String
    /// Seconds from the graph's text to the compiled model.
    public let seconds: Double
    /// Loaded from the disk cache instead of compiled.
    public let isFromDiskCache: Bool
    let reason: CompileReason
    /// Bytes of memory that it takes once it has run, by estimate.
    let byteCount: Int
    /// Sides of latents, or of a picture that is encoded, divided by this are those of the smallest feature map that is attended to.
    let downscale: Int
    let fault: OutputFault?

    init(
        key: CompileKey, model: CompiledModel, precision: String, seconds: Double, isFromDiskCache: Bool, reason: CompileReason,
        byteCount: Int,
        downscale: Int, fault: OutputFault?
    ) {
        self.key = key
        self.model = model
        self.precision = precision
        self.seconds = seconds
        self.isFromDiskCache = isFromDiskCache
        self.reason = reason
        self.byteCount = byteCount
        self.downscale = downscale
        self.fault = fault
    }

    /// The stage that runs the network.
    public var stage: Stage { key.stage }
    /// The device, and the arithmetic that it was asked for.
    public var placement: Placement { key.placement }
    /// Where it runs in fact.
    public var place: Place { Place(device: placement.device, precision: precision) }

    /// The length of an input's last axis; nil when there is no such input, or its length is open.
    public func width(ofInput name: String) -> Int? { model.inputs.first { $0.name == name }?.shape?.extents.last.flatMap { $0 } }

    /// The length of an input's second axis; nil when there is no such input, or its length is open.
    public func channels(ofInput name: String) -> Int? {
        model.inputs.first { $0.name == name }?.shape?.extents.dropFirst().first.flatMap { $0 }
    }

    /// How it came to be.
    public var record: CompileRecord {
        CompileRecord(
            stage: stage, device: placement.device, precision: precision, shape: key.shape.summary(of: key.network),
            reason: reason, seconds: seconds, isFromDiskCache: isFromDiskCache)
    }
}

/// Changes what a network answers, as a faulty device or driver would: for tests of what notices and mends that.
public typealias OutputFault = @Sendable (_ network: CompileKey, _ output: NDArray) -> NDArray
