public import Generation
public import Tensors

extension RGBImage {
    /// Rounds to 8 bits as diffusers does, clipping what lies outside.
    /// - Parameter planes: red, green and blue, `[1, 3, height, width]`, −1…1.
    /// - Returns: nil when a value is not finite.
    public init?(planes: NDArray) {
        guard planes.isFinite else { return nil }
        let (height, width) = (planes.shape[2], planes.shape[3])
        let count = width * height
        let pixels = planes.values.withUnsafeBufferPointer { planes in
            [UInt8](unsafeUninitializedCapacity: 3 * count) { buffer, initialized in
                for channel in 0..<3 {
                    for index in 0..<count {
                        let unit = min(1, max(0, planes[channel * count + index] * 0.5 + 0.5))
                        buffer[3 * index + channel] = UInt8((unit * 255).rounded(.toNearestOrEven))
                    }
                }
                initialized = 3 * count
            }
        }
        self.init(width: width, height: height, pixels: pixels)
    }
}
