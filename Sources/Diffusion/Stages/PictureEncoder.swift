public import Compilation
import Generation
public import OpenVINO
public import Tensors

/// Turns pixels into latents, one picture at a time.
public struct PictureEncoder: ~Copyable {
    private var call: NetworkCall

    /// Makes a call of its own for an encoder: the VAE's or the tiny VAE's.
    public init(_ network: CompiledNetwork) throws(OpenVINOError) { call = try NetworkCall(network) }

    /// The mean of the latents' distribution, or the tiny VAE's one answer: the same picture gives the same latents.
    /// - Parameter picture: `[1, 3, height, width]`, −1…1; sides are multiples of the VAE's scale factor.
    /// - Returns: `[1, channels, height/f, width/f]`, as samplers take them.
    public mutating func encode(_ picture: NDArray) async throws(OpenVINOError) -> NDArray {
        try call.setInput("image", to: picture)
        return try await call.run(call.network.key.network == .tinyEncoder ? "latents" : "mean")
    }
}
