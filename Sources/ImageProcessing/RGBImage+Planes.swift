public import Generation
public import Tensors

extension RGBImage {
    /// What a VAE encodes: red, green and blue, `[1, 3, height, width]`, −1…1.
    public var planes: NDArray { planes(factor: 2, offset: -1) }

    /// Input of an upscaler: red, green and blue, `[1, 3, height, width]`, 0…1.
    public var unitPlanes: NDArray { planes(factor: 1, offset: 0) }

    private func planes(factor: Float, offset: Float) -> NDArray {
        let count = width * height
        let values = [Float](unsafeUninitializedCapacity: 3 * count) { values, initialized in
            pixels.withUnsafeBufferPointer { pixels in
                for channel in 0..<3 {
                    for index in 0..<count { values[channel * count + index] = Float(pixels[3 * index + channel]) / 255 * factor + offset }
                }
            }
            initialized = 3 * count
        }
        return NDArray(shape: [1, 3, height, width], values: values)
    }

    /// The picture with sides that a VAE can encode: what is left of a multiple at the right and at the bottom is cut off. A side that is
    /// shorter than one multiple is extended to it.
    /// - Parameter multiple: 1 or more; 8 for the VAEs of Stable Diffusion.
    public func aligned(to multiple: Int) -> RGBImage {
        func aligned(_ side: Int) -> Int { max(side / multiple, 1) * multiple }
        let size = PictureSize(width: aligned(width), height: aligned(height))
        let margins = Margins(right: max(0, size.width - width), bottom: max(0, size.height - height))
        return extended(by: margins).placed(on: size, left: 0, top: 0)
    }
}
