import ArgumentParser
import Generation

/// The options of the VAE, which makes latents of pictures and pictures of latents.
struct VAEFlags: ParsableArguments {
    @Option(name: .customLong("vae-tiling"), help: ArgumentHelp(
        "Whether the VAE works in tiles, which take less memory and change colours slightly: auto (when the whole picture takes more "
            + "memory than there is), on or off.",
        valueName: "when"))
    var tiling = VAETiling.auto

    @Option(name: .customLong("vae-decoder"), help: ArgumentHelp(
        "The VAE that makes the picture: full (the model's own), or tiny (rougher, and many times as fast), which needs a file such as "
            + "~/.local/share/easel/vae-approx/taesd_decoder.safetensors.",
        valueName: "which"))
    var decoder = VAEMethod.full

    @Option(name: .customLong("vae-encoder"), help: ArgumentHelp(
        "The VAE that reads pictures to begin with: full or tiny.", valueName: "which"))
    var encoder = VAEMethod.full

    /// Puts the options into a request.
    func apply(to request: inout GenerationRequest) {
        (request.vae.decoder, request.vae.encoder) = (decoder, encoder)
        request.vae.tiling = tiling
    }
}
