// Fields of the VAE. `VAE Decoder` and `VAE Encoder` are A1111's names in infotexts.
extension GenerationField {
    /// `vae_tiling`: when the VAE works in tiles.
    public static let vaeTiling = GenerationField(
        "vae_tiling", "VAE tiling", \.recipe.vae.tiling, .word, infotext: .unlessDefault,
        "when the VAE works in tiles, which take less memory and change colours slightly: auto (when the whole picture takes more memory "
            + "than there is), on or off")
    /// `vae_decoder`: the VAE that makes pictures of latents.
    public static let vaeDecoder = GenerationField(
        "vae_decoder", "VAE Decoder", \.recipe.vae.decoder, .word, infotext: .unlessDefault, label: \.label,
        "the VAE that makes the picture: the model's own (full), or a tiny one that is rougher and many times as fast (tiny)")
    /// `vae_encoder`: the VAE that makes latents of source pictures.
    public static let vaeEncoder = GenerationField(
        "vae_encoder", "VAE Encoder", \.recipe.vae.encoder, .word,
        infotextText: { $0.vae.encoder == .full || $0.sourcePictures.isEmpty && !$0.hires.isOn ? nil : $0.vae.encoder.label },
        "the VAE that reads pictures to begin with: the model's own (full), or a tiny one (tiny)")

    /// Fields of the VAE.
    static let vae = [vaeTiling, vaeDecoder, vaeEncoder]
}
