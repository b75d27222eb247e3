import Compilation
import Generation
import OpenVINO
import Tensors

/// Turns latents into pictures, one at a time: a decoder's activations are the largest of all.
struct LatentDecoder: ~Copyable {
    private var request: InferRequest

    init(_ network: CompiledNetwork) throws(OpenVINOError) { request = try network.model.makeInferRequest() }

    /// - Parameter latents: `[1, channels, height/f, width/f]`, as the sampler leaves them.
    /// - Returns: nil when a pixel is not finite.
    mutating func decode(_ latents: NDArray) async throws(OpenVINOError) -> RGBImage? {
        try request.setInput("latents", to: latents)
        try await request.infer()
        return try request.withOutput("image") { image throws(OpenVINOError) in
            let (height, width) = (image.shape[2], image.shape[3])
            return try image.withUnsafeBufferPointer(of: Float.self) { RGBImage(planes: $0, width: width, height: height) }
        }
    }
}

extension RGBImage {
    /// Rounds to 8 bits as diffusers does, clipping what lies outside.
    /// - Parameter planes: red, green and blue, `[3, height, width]`, −1…1.
    /// - Returns: nil when a value is not finite.
    init?(planes: UnsafeBufferPointer<Float>, width: Int, height: Int) {
        guard planes.allSatisfy(\.isFinite) else { return nil }
        let count = width * height
        let pixels = [UInt8](unsafeUninitializedCapacity: 3 * count) { buffer, initialized in
            for channel in 0..<3 {
                for index in 0..<count {
                    let unit = min(1, max(0, planes[channel * count + index] * 0.5 + 0.5))
                    buffer[3 * index + channel] = UInt8((unit * 255).rounded(.toNearestOrEven))
                }
            }
            initialized = 3 * count
        }
        self.init(width: width, height: height, pixels: pixels)
    }
}
