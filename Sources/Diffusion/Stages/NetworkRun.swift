import Checkpoints
import Compilation
import Generation
import Networks
import OpenVINO

/// A place where stages run: devices, compiled networks, and the files that requests name.
protocol StageHost: Sendable {
    /// Places where each stage may run, in order of preference.
    var fallbacks: PerStage<Fallbacks> { get }
    /// Place where each stage runs now.
    var placements: PerStage<Placement> { get }
    var shapes: ShapePlan { get }
    var networks: CompiledNetworks { get }
    var upscalers: UpscalerLibrary { get }
    var inputPictures: (any InputPictureSource)? { get }

    /// Moves a stage to another place for all requests to come.
    func move(_ stage: Stage, to placement: Placement)
}

extension StageHost {
    /// The pixels of an input picture.
    func image(of picture: InputPicture) throws(InvalidRequest) -> InputImage {
        guard let inputPictures else { throw .missingInput(picture) }
        return try inputPictures.image(of: picture)
    }
}

/// Record of a run: where its stages run, what was compiled for it, and what failed.
struct RunRecord {
    var placements: PerStage<Placement>
    /// Place where each stage ran in fact.
    var places: PerStage<Place>
    /// Keys whose compile began for this run.
    var compiling: Set<CompileKey> = []
    var compiles: [CompileRecord] = []
    /// Seconds that compiling took for each stage.
    var compileSeconds = PerStage(repeating: 0.0)
    var moves: [Move] = []
    /// The checkpoint's networks that took part.
    var uses: [DrawnRequests.NetworkUse] = []
    /// Upscalers that are let go of when all pictures are enlarged.
    var heldUpscalers: Set<CompileKey> = []
    /// Tiles that upscalers have begun, of those of all pictures.
    var tiles = (begun: 0, total: 0)
    /// Seconds that pictures were enlarged for.
    var upscaleSeconds = 0.0
    /// Notices for the user.
    var notices: [Notice] = []

    init(_ placements: PerStage<Placement>) {
        self.placements = placements
        places = placements.map(Place.init(asked:))
    }
}

/// A run of networks for requests. Each stage gets its networks, uses them and lets go of them. A stage whose network fails goes on at the
/// next of its placements, and is done again from its start.
protocol NetworkRun {
    associatedtype Host: StageHost
    var host: Host { get }
    var retention: DiffusionPipeline.Retention { get }
    var onEvent: @Sendable (GenerationEvent) -> Void { get }
    var record: RunRecord { get set }

    /// The error that the user is told of.
    func explained(_ error: DiffusionError) -> DiffusionError
}

extension NetworkRun {
    func explained(_ error: DiffusionError) -> DiffusionError { error }

    /// OpenVINO's version without its build: `2026.4.1`.
    static var runtimeVersion: String { get throws { String(try Core.version().prefix { $0 != "-" }) } }

    /// Does work with a network, at the stage's next placement when a device fails or its numbers are not finite.
    /// - Parameters:
    ///   - loras: those that change the network.
    ///   - key: the network to take at a placement.
    mutating func withFallbacks<Result>(
        _ id: NetworkID, of source: any NetworkSource, under loras: LoRASet = LoRASet(), key: (Placement) -> CompileKey,
        _ work: (inout Self, CompiledNetwork) async throws -> Result
    ) async throws -> Result {
        let stage = id.stage
        while true {
            let placement = record.placements[stage]
            do {
                let network = try await network(key(placement), of: source)
                let result = try await work(&self, network)
                use(network.key, loras, hasFailed: false)
                if retention == .untilUsed {
                    // An upscaler may have more passes to do, or more pictures.
                    if id == .upscaler { record.heldUpscalers.insert(network.key) } else { await host.networks.release(network.key) }
                }
                return result
            } catch {
                let failure = explained(DiffusionError(error))
                if case .nonFinite(let key) = failure { use(key, loras, hasFailed: true) }
                guard let kind = failure.stageFailure,
                    case .move(let next) = host.fallbacks[stage].remedy(after: placement, because: kind)
                else { throw failure }
                let move = Move(stage: stage, from: placement, to: next, reason: failure.description, cause: failure.errorReason)
                // A lost device is lost for all; strange numbers may be this request's alone, and must not slow down others.
                if kind == .device, host.placements[stage] == placement { host.move(stage, to: next) }
                record.placements[stage] = next
                record.moves.append(move)
                onEvent(.moved(move))
            }
        }
    }

    /// Lets go of upscalers whose pictures are all done, where networks are not kept.
    mutating func releaseUpscalers() async {
        for key in record.heldUpscalers { await host.networks.release(key) }
        record.heldUpscalers = []
    }

    /// An upscaler is no part of the checkpoint, which is what devices are checked with.
    private mutating func use(_ key: CompileKey, _ loras: LoRASet, hasFailed: Bool) {
        if key.network != .upscaler { record.uses.append(.init(key: key, loras: loras.changing([key.network]), hasFailed: hasFailed)) }
    }

    /// Nobody waits for a compile as long as something that gives the same picture is ready.
    private mutating func network(_ key: CompileKey, of source: any NetworkSource) async throws -> CompiledNetwork {
        let (id, onEvent) = (key.network, onEvent)
        let isPrepared = record.compiling.remove(key) != nil
        @Sendable func tell(_ reason: CompileReason) {
            onEvent(.compiling(Compiling(id, device: key.placement.device, shape: key.shape.summary(of: id), reason: reason)))
        }
        let lease = try await host.networks.lease(key, of: source) { reason, isNew in
            if isPrepared || isNew { tell(reason) }
        }
        let network = lease.network
        record.places[id.stage] = network.place
        if network.key == key, isPrepared || lease.wait == .ownCompile {
            if lease.wait == .none { tell(network.record.reason) }
            record.compileSeconds[id.stage] += network.seconds
            record.compiles.append(network.record)
        }
        return network
    }
}
