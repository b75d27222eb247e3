import Checkpoints
import Foundation
import Generation
import GraphIR
import Networks
import OpenVINO
import Tensors
import TestSupport

/// What diffusers and transformers computed on a tiny checkpoint; Tests/Fixtures/networks/make_networks.py wrote it.
struct ReferenceNumbers: Decodable {
    struct Case: Decodable {
        struct Output: Decodable {
            let shape: [Int]
            /// Every so manyth number is stored; nil for all.
            let stride: Int?
            let values: [Float]
        }

        let batch: Int
        let height: Int?
        let width: Int?
        let tokens: Int?
        let timesteps: [Float]?
        /// For Stable Diffusion XL's UNet.
        let sizes: [[Float]]?
        let outputs: [String: Output]
    }

    let unet: [Case]
    let textEncoder: [Case]
    let vaeDecoder: [Case]
    let vaeEncoder: [Case]

    /// - Parameter name: of the checkpoint; one that is exported for OpenVINO computes what its original computes.
    static func load(_ name: String) throws -> ReferenceNumbers {
        try Fixture.decode(from: "networks/\(name.replacing("-openvino", with: ""))/expected.json")
    }

    /// The script's `noise`: the inputs are a formula, so that they need no storing.
    static func noise(_ shape: [Int], salt: Int) -> NDArray {
        NDArray(shape: shape, values: (0..<shape.reduce(1, *)).map { index in
            Float(Double((index * 7919 + salt * 104_729) % 4001) / 1000 - 2)
        })
    }
}

/// A tiny checkpoint whose networks run on the CPU.
struct TinyCheckpoint {
    let checkpoint: Checkpoint

    init(_ checkpoint: Checkpoint) { self.checkpoint = checkpoint }

    init(_ name: String) throws { checkpoint = try .open(Fixture.url("networks/\(name)").path) }

    var byteCount: Int { checkpoint.mappedByteCount }

    /// A network as it is stored: weights, or a graph of another program.
    func network(_ id: NetworkID, shape: InputShape = InputShape()) throws -> Network {
        if checkpoint.graphs[id] != nil { return try .stored(id, of: checkpoint, shape: shape, weightsByteCount: byteCount) }
        let (unet, vae) = (checkpoint.unet, checkpoint.vae)
        switch id {
        case .text(let place):
            let encoder = checkpoint.textEncoders[place]
            return try .textEncoder(encoder.configuration, weights: encoder.weights, weightsByteCount: byteCount)
        case .denoiser: return try .unet(unet.configuration, shape: shape, weights: unet.weights, weightsByteCount: byteCount)
        case .encoder: return try .vaeEncoder(vae.configuration, shape: shape, weights: vae.weights, weightsByteCount: byteCount)
        default: return try .vaeDecoder(vae.configuration, shape: shape, weights: vae.weights, weightsByteCount: byteCount)
        }
    }

    func compile(_ network: Network) throws -> CompiledModel {
        let memory = try MappedWeights(checkpoint, appending: network.graph.literals)
        let core = try Core()
        let model = try core.readModel(xml: network.graph.xml, weights: Tensor(bytes: memory.bytes, owner: memory))
        return try core.compile(model, device: "CPU", properties: [Property(.inferencePrecision, .f32)])
    }
}

extension NDArray {
    /// Largest distance from the reference, relative to the reference's largest number.
    ///
    /// Numbers near zero are sums of large ones that cancel, so each number's own size says nothing about its rounding.
    func error(against reference: ReferenceNumbers.Case.Output) -> Float {
        let stored = stride(from: 0, to: values.count, by: reference.stride ?? 1).map { values[$0] }
        guard shape == reference.shape, stored.count == reference.values.count else { return .infinity }
        let distance = zip(stored, reference.values).reduce(Float(0)) { max($0, abs($1.0 - $1.1)) }
        return distance / reference.values.reduce(0) { max($0, abs($1)) }
    }
}
