import Generation
import GraphIR

extension Layer {
    /// A feature map with the rows and columns around it that its convolution needs, along axes that tile: those of the opposite edge.
    /// Other axes stay as they are, for the convolution to pad with zeros.
    /// - Parameters:
    ///   - x: `[batch, channels, height, width]`.
    ///   - padding: how many of them, before and after; no more than there are.
    /// Source: torch `Conv2d` with `padding_mode` `circular`, which A1111's tiling sets.
    func wrapped(_ x: Value, by padding: (before: Int, after: Int)) -> Value {
        var x = x
        // The columns are taken from rows that are wrapped already, so that corners are those of the opposite corner.
        if tiling.wrapsY { x = wrapped(x, axis: 2, by: padding) }
        if tiling.wrapsX { x = wrapped(x, axis: 3, by: padding) }
        return x
    }

    private func wrapped(_ x: Value, axis: Int, by padding: (before: Int, after: Int)) -> Value {
        var parts = [x]
        if padding.before > 0 { parts.insert(graph.slice(x, axis: axis, from: -padding.before), at: 0) }
        if padding.after > 0 { parts.append(graph.slice(x, axis: axis, from: 0, to: padding.after)) }
        return parts.count == 1 ? x : graph.concatenate(parts, axis: axis)
    }
}
