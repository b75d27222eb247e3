import Checkpoints
import GraphIR

extension Layer {
    /// Multi-head attention between three sequences that are already projected.
    /// - Parameters:
    ///   - query: `[batch, n, channels]`.
    ///   - key: `[batch, m, channels]`.
    ///   - value: `[batch, m, channels]`.
    ///   - mask: added before the softmax; see `GraphBuilder.attention`.
    /// - Returns: `[batch, n, channels]`.
    func attention(
        query: Features, key: Features, value: Features, headCount: Int, mask: Value? = nil, isCausal: Bool = false
    ) -> Features {
        let attended = graph.attention(
            query: heads(of: query, headCount), key: heads(of: key, headCount), value: heads(of: value, headCount),
            mask: mask, isCausal: isCausal)
        let joined = graph.reshape(graph.transpose(attended, [0, 2, 1, 3]), [0, 0, query.channels])
        return Features(joined, channels: query.channels)
    }

    /// `[batch, n, channels]` → `[batch, heads, n, channels / heads]`.
    private func heads(of x: Features, _ count: Int) -> Value {
        graph.transpose(graph.reshape(x.value, [0, 0, count, x.channels / count]), [0, 2, 1, 3])
    }

    /// `[batch, channels, height, width]` → `[batch, height · width, channels]`.
    func sequence(_ x: Features) -> Features {
        Features(graph.transpose(graph.reshape(x.value, [0, 0, -1]), [0, 2, 1]), channels: x.channels)
    }

    /// Undoes `sequence`, taking height and width from `model`, a feature map with as many channels.
    func featureMap(_ x: Features, like model: Features) -> Features {
        Features(graph.reshape(graph.transpose(x.value, [0, 2, 1]), to: graph.shape(of: model.value)), channels: x.channels)
    }
}
