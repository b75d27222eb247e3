/// Choice among the latents that a VAE's encoder allows for a picture: it answers with a normal distribution.
public enum PosteriorDraw: String, Sendable, Hashable, CaseIterable, Codable {
    /// The mean. Nothing is drawn, so that the seed's first noise is the noise that the picture is put under, as in text-to-image.
    case mean
    /// The seed's first noise draws from the distribution, and the second is the noise that the picture is put under: the order of
    /// diffusers and of SD.Next.
    case sampleFirst = "sample-first"
}
