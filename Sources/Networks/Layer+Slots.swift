import Generation
import GraphIR

/// The inputs of one layer's slot.
struct SlotInputs {
    let down: Value
    let up: Value
    let strength: Value
}

extension Layer {
    /// Adds the slot's part to the result of a linear layer.
    /// - Parameters:
    ///   - y: `[…, part]`.
    ///   - x: `[…, in]`.
    ///   - part: the channels of the result.
    func addingSlot(to y: Value, of x: Features, part: Range<Int>) -> Value {
        guard let slot = slot(in: x.channels, out: part, kernel: 1) else { return y }
        let reduced = graph.multiply(graph.matMulTransposed(x.value, slot.down), slot.strength)
        return graph.add(y, graph.matMulTransposed(reduced, slot.up))
    }

    /// Adds the slot's part to the result of a convolution.
    /// - Parameters:
    ///   - y: `[batch, out, height, width]`.
    ///   - x: `[batch, in, …]`.
    ///   - convolve: the same convolution with other weights and as many results as they have.
    func addingSlot(to y: Value, of x: Features, out channels: Int, kernel: Int, _ convolve: (Value) -> Value) -> Value {
        guard let slot = slot(in: x.channels, out: 0..<channels, kernel: kernel) else { return y }
        // Products of matrices take an open rank, convolutions do not.
        let reduced = kernel == 1
            ? graph.matMul(slot.down, graph.reshape(x.value, [0, 0, -1]))
            : graph.reshape(convolve(slot.down), [0, 0, -1])
        let scaled = graph.multiply(reduced, graph.reshape(slot.strength, [0, 1]))
        return graph.add(y, graph.reshape(graph.matMul(slot.up, scaled), to: graph.shape(of: y)))
    }
}
