public import Compilation
public import OpenVINO
public import Tensors

/// Turns latents into pixels, one picture at a time: a decoder's activations are the largest of all.
public struct LatentDecoder: ~Copyable {
    private var call: NetworkCall

    public init(_ network: CompiledNetwork) throws(OpenVINOError) { call = try NetworkCall(network) }

    /// - Parameter latents: `[1, channels, height/f, width/f]`, as the sampler leaves them.
    /// - Returns: `[1, 3, height, width]`, about −1…1.
    public mutating func decode(_ latents: NDArray) async throws(OpenVINOError) -> NDArray {
        try call.setInput("latents", to: latents)
        return try await call.run("image")
    }
}
