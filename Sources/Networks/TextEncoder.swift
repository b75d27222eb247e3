public import Checkpoints
public import GraphIR
import Tensors

extension Network {
    /// CLIP's text transformer.
    ///
    /// Inputs:
    /// - `input_ids`, i64, `[n, positionCount]`: each row a chunk with its start and end markers. `insertedToken` stands
    ///   where the embedding comes from `vectors` instead of the token table.
    /// - `vectors`, f32, `[n, positionCount, width]`: read at those positions only.
    /// - those of `LowRankSlots`, when there are any.
    ///
    /// Outputs, all f32, `[n, positionCount, width]`; `TextEncoderState` chooses one:
    /// - `hidden_states.0`: the embeddings, `hidden_states.i`: what layer i left.
    /// - `normalized_states.i`: what layer i left, after the final norm.
    /// - `last_hidden_state`: the same for the last layer.
    ///
    /// When the configuration has a `projectionWidth`: `projected`, f32, `[n, positionCount, projectionWidth]`, the last hidden state times
    /// the projection. Its row at the end of the text is the pooled text.
    ///
    /// All are there at once, so that one compiled encoder serves every clip skip. The norms and `vectors` together take 1.5 % of the
    /// time of Stable Diffusion 1.5's encoder.
    ///
    /// - Parameters:
    ///   - weights: under transformers' names without `text_model.`.
    ///   - weightsByteCount: size of the memory that the offsets of `weights` point into.
    /// - Throws: when a tensor is missing or has another shape than `configuration` asks for.
    /// Source: transformers `CLIPTextModel.forward`.
    public static func textEncoder(
        _ configuration: TextEncoderConfiguration, batch: Extent = .dynamic, slots: LowRankSlots? = nil, weights: ComponentWeights,
        weightsByteCount: Int
    ) throws(CheckpointError) -> Network {
        let root = Layer(weights: weights, externalByteCount: weightsByteCount, slots: slots)
        let graph = root.graph
        let positions = Extent.fixed(configuration.positionCount)
        let tokens = graph.parameter("input_ids", .i64, [batch, positions])
        let vectors = graph.parameter("vectors", .f32, [batch, positions, .fixed(configuration.width)])
        var x = try root["embeddings"].textEmbedding(tokens, vectors, configuration)
        graph.result("hidden_states.0", x.value)
        for number in 1...configuration.layerCount {
            x = try root["encoder.layers", number - 1].textLayer(x, configuration)
            graph.result("hidden_states.\(number)", x.value)
            let normalized = try root["final_layer_norm"].layerNorm(x, epsilon: configuration.layerNormEpsilon)
            graph.result(number == configuration.layerCount ? "last_hidden_state" : "normalized_states.\(number)", normalized.value)
            if number == configuration.layerCount, let width = configuration.projectionWidth {
                graph.result("projected", try root.textProjection(normalized, to: width))
            }
        }
        return root.finish()
    }
}

extension Layer {
    /// The states in the space that texts share with pictures. transformers stores a linear layer, open_clip its transpose.
    fileprivate func textProjection(_ x: Features, to width: Int) throws(CheckpointError) -> Value {
        guard has("text_projection") else { return try self["text_projection"].linear(x, to: width, bias: false).value }
        return graph.matMul(x.value, try weight("text_projection", [x.channels, width]))
    }

    /// The embedding of each token, or the vector in its place, plus that of its position.
    fileprivate func textEmbedding(
        _ tokens: Value, _ vectors: Value, _ configuration: TextEncoderConfiguration
    ) throws(CheckpointError) -> Features {
        let width = configuration.width
        let table = try self["token_embedding"].weight("weight", [configuration.vocabularySize, width])
        // An index below zero counts from the end, so that gathering stays inside the table.
        let isInserted = graph.reshape(graph.less(tokens, graph.integer(0)), [0, 0, 1])
        let rows = graph.select(isInserted, vectors, graph.gather(table, tokens))
        let positions = try self["position_embedding"].weight(
            "weight", [configuration.positionCount, width], as: [1, configuration.positionCount, width])
        return Features(graph.add(rows, positions), channels: width)
    }

    /// Source: transformers `CLIPEncoderLayer.forward`.
    fileprivate func textLayer(_ x: Features, _ configuration: TextEncoderConfiguration) throws(CheckpointError) -> Features {
        let normalized = try self["layer_norm1"].layerNorm(x, epsilon: configuration.layerNormEpsilon)
        let x = add(x, try self["self_attn"].causalAttention(normalized, headCount: configuration.headCount))
        var h = try self["layer_norm2"].layerNorm(x, epsilon: configuration.layerNormEpsilon)
        h = try self["mlp.fc1"].linear(h, to: configuration.intermediateWidth)
        h.value = switch configuration.activation {
        case .quickGELU: graph.swish(h.value, beta: 1.702)
        case .gelu: graph.gelu(h.value)
        }
        return add(x, try self["mlp.fc2"].linear(h, to: x.channels))
    }

    private func causalAttention(_ x: Features, headCount: Int) throws(CheckpointError) -> Features {
        let attended = attention(
            query: try self["q_proj"].linear(x, to: x.channels),
            key: try self["k_proj"].linear(x, to: x.channels),
            value: try self["v_proj"].linear(x, to: x.channels),
            headCount: headCount, isCausal: true)
        return try self["out_proj"].linear(attended, to: x.channels)
    }
}
