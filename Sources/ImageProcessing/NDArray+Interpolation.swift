public import Generation
public import Tensors

extension NDArray {
    /// Latents in another size, as PyTorch's `interpolate` makes them with `align_corners=False`.
    ///
    /// Source: ATen `native/UpSample.h` and `native/cpu/UpSampleKernel.cpp`.
    /// - Parameters:
    ///   - height: rows of latents; at least 1.
    ///   - width: columns of latents; at least 1.
    ///   - upscaler: the formula; also for making latents smaller.
    /// - Precondition: the shape is `[batch, channels, height, width]`, each at least 1.
    public func interpolated(height: Int, width: Int, by upscaler: LatentUpscaler) -> NDArray {
        precondition(shape.count == 4 && height > 0 && width > 0)
        let (oldHeight, oldWidth) = (shape[2], shape[3])
        let wide = interpolated(AxisWeights(from: oldWidth, to: width, by: upscaler), stride: 1, oldLength: oldWidth)
        let values = wide.interpolated(AxisWeights(from: oldHeight, to: height, by: upscaler), stride: width, oldLength: oldHeight).values
        return NDArray(shape: [shape[0], shape[1], height, width], values: values)
    }

    /// All lines of one axis made anew.
    /// - Parameter stride: the distance of neighbours on the axis.
    private func interpolated(_ axis: AxisWeights, stride: Int, oldLength: Int) -> NDArray {
        let blocks = values.count / (oldLength * stride)
        let newLength = axis.starts.count
        var result = [Float](repeating: 0, count: blocks * newLength * stride)
        for block in 0..<blocks {
            for position in 0..<newLength {
                let to = (block * newLength + position) * stride
                for index in axis.offsets[position]..<axis.offsets[position + 1] {
                    let from = (block * oldLength + axis.starts[position] + index - axis.offsets[position]) * stride
                    let weight = Float(axis.weights[index])
                    for lane in 0..<stride { result[to + lane] += values[from + lane] * weight }
                }
            }
        }
        return NDArray(shape: [result.count], values: result)
    }
}

extension AxisWeights {
    /// PyTorch's weights.
    fileprivate init(from old: Int, to new: Int, by upscaler: LatentUpscaler) {
        let scale = Double(old) / Double(new)
        func center(_ index: Int) -> Double { (Double(index) + 0.5) * scale - 0.5 }
        func nearest(_ shift: Float) -> Self {
            let scale = Float(old) / Float(new)
            return Self(0..<new) { (min(Int((Float($0) + shift) * scale), old - 1), [1]) }
        }
        switch upscaler {
        case .antialiasedBilinear: self.init(from: old, to: new, filter: .bilinear, window: 0..<new)
        case .antialiasedBicubic: self.init(from: old, to: new, filter: .bicubic, window: 0..<new)
        case .nearest: self = nearest(0)
        case .nearestExact: self = nearest(0.5)
        case .bilinear:
            self.init(0..<new) { index in
                let center = max(center(index), 0)
                let start = Int(center)
                return Self.clamped(start, [1 - (center - Double(start)), center - Double(start)], length: old)
            }
        case .bicubic:
            self.init(0..<new) { index in
                let center = center(index)
                let start = Int(center.rounded(.down)) - 1
                let weights = (0..<4).map { cubic(center - Double(start + $0), sharpness: -0.75) }
                return Self.clamped(start, weights, length: old)
            }
        }
    }

    /// Weights of positions beyond the ends, given to the ends.
    private static func clamped(_ start: Int, _ weights: [Double], length: Int) -> (start: Int, weights: [Double]) {
        func inside(_ position: Int) -> Int { min(max(position, 0), length - 1) }
        let range = inside(start)...inside(start + weights.count - 1)
        var clamped = [Double](repeating: 0, count: range.count)
        for (index, weight) in weights.enumerated() { clamped[inside(start + index) - range.lowerBound] += weight }
        return (range.lowerBound, clamped)
    }
}
