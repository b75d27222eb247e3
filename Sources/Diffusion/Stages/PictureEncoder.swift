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
    /// - Parameters:
    ///   - picture: `[1, 3, height, width]`, −1…1; sides are multiples of the VAE's scale factor.
    ///   - deviation: whether the standard deviation is wanted too. A tiny VAE has none.
    /// - Returns: `[1, channels, height/f, width/f]`, as samplers take them; with the deviation as further channels behind the mean.
    public mutating func encode(_ picture: NDArray, deviation: Bool = false) async throws(OpenVINOError) -> NDArray {
        try call.setInput("image", to: picture)
        if deviation { return .stackedChannels(try await call.run(["mean", "deviation"])) }
        return try await call.run(call.network.key.network == .tinyEncoder ? "latents" : "mean")
    }
}
