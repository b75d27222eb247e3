import Checkpoints
import Foundation
import GraphIR

extension Layer {
    /// Waves of the timestep, then two linear layers.
    /// - Parameters:
    ///   - timestep: `[n]`, f32.
    ///   - guidance: `[1, k]`, the embedding of the guidance scale, for UNets that take it.
    ///   - added: `[n, 4 · channels]`, what is added to the result before its activation, for UNets that are told more than the time.
    ///   - channels: number of waves, half sines and half cosines.
    /// - Returns: `[n, 4 · channels]`, after the activation that each residual block begins with.
    /// Source: diffusers `get_timestep_embedding` and `TimestepEmbedding.forward`.
    func timeEmbedding(
        _ timestep: Value, guidance: Features? = nil, added: Features? = nil, channels: Int, cosineFirst: Bool, frequencyShift: Float
    ) throws(CheckpointError) -> Features {
        let frequencies = Self.frequencies(count: channels / 2, shift: frequencyShift)
        let angles = graph.multiply(graph.reshape(timestep, [-1, 1]), graph.literal(frequencies, shape: [1, frequencies.count]))
        let waves = cosineFirst ? [graph.cosine(angles), graph.sine(angles)] : [graph.sine(angles), graph.cosine(angles)]
        var h = Features(graph.concatenate(waves, axis: 1), channels: 2 * frequencies.count)
        if let guidance { h = add(h, try self["cond_proj"].linear(guidance, to: 2 * frequencies.count, bias: false, rank: 2)) }
        h = try self["linear_1"].linear(h, to: 4 * channels, rank: 2)
        h = try self["linear_2"].linear(swish(h), to: 4 * channels, rank: 2)
        if let added { h = add(h, added) }
        return swish(h)
    }

    /// Two linear layers.
    /// - Parameter vector: `[n, k]`, all that a UNet is told besides time and text.
    /// - Returns: `[n, width]`, before an activation.
    /// Source: diffusers `TimestepEmbedding.forward`.
    func vectorEmbedding(_ vector: Features, to width: Int) throws(CheckpointError) -> Features {
        let h = try self["linear_1"].linear(vector, to: width, rank: 2)
        return try self["linear_2"].linear(swish(h), to: width, rank: 2)
    }

    /// 10000^(−i / (count − shift)), rounded to single precision at each step where torch does:
    /// an angle is up to 999 times a frequency, so its last bit shows in the result.
    private static func frequencies(count: Int, shift: Float) -> [Float] {
        (0..<count).map { index in
            let exponent = Float(-log(10_000.0)) * Float(index) / (Float(count) - shift)
            return Float(exp(Double(exponent)))
        }
    }
}
