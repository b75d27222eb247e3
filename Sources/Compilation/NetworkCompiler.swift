public import Checkpoints
public import Generation
import GraphIR
public import Networks
public import OpenVINO

/// Compiles the networks of one checkpoint, one after another and away from Swift's own threads.
///
public actor NetworkCompiler {
    private let core: Core
    private let checkpoint: Checkpoint
    private let executor = QueueExecutor(label: "easel.compile")

    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    public init(core: Core, checkpoint: Checkpoint) {
        self.core = core
        self.checkpoint = checkpoint
    }

    /// Takes 0.3 to 2 seconds on a CPU for SD1-size networks, minutes on a GPU.
    /// - Parameter shape: what is known of the network's inputs.
    public func compile(
        _ component: Component, at placement: Placement, shape: InputShape = InputShape()
    ) throws(CompilationError) -> CompiledNetwork {
        let began = ContinuousClock.now
        let graph: Graph
        let weights: MappedWeights
        do {
            graph = try network(component, shape).graph
            weights = try MappedWeights(checkpoint, appending: graph.literals)
        } catch {
            throw .checkpoint(error)
        }
        do {
            let memory = try Tensor(bytes: weights.bytes, owner: weights)
            let model = try core.readModel(xml: graph.xml, weights: memory)
            let compiled = try core.compile(model, device: placement.device, properties: placement.properties)
            return CompiledNetwork(
                component: component, model: compiled, placement: placement,
                precision: try compiled.value(of: .inferencePrecision).rawValue, seconds: (ContinuousClock.now - began).seconds)
        } catch {
            throw .device(component, placement, error)
        }
    }

    private func network(_ component: Component, _ shape: InputShape) throws(CheckpointError) -> Network {
        let byteCount = checkpoint.mappedByteCount
        return switch component {
        case .textEncoder:
            try .textEncoder(checkpoint.textEncoder.configuration, batch: shape.batch, weights: checkpoint.textEncoder.weights, weightsByteCount: byteCount)
        case .unet:
            try .unet(checkpoint.unet.configuration, shape: shape, weights: checkpoint.unet.weights, weightsByteCount: byteCount)
        case .vae:
            try .vaeDecoder(checkpoint.vae.configuration, shape: shape, weights: checkpoint.vae.weights, weightsByteCount: byteCount)
        }
    }
}
