/// How hires fix enlarges latents. Raw values are the names that A1111 gives to these upscalers.
public enum LatentUpscaler: String, Sendable, Hashable, CaseIterable, Codable {
    /// Linear between the nearest two latents of each axis.
    case bilinear = "Latent"
    /// Linear; when latents are made smaller, over all that one covers.
    case antialiasedBilinear = "Latent (antialiased)"
    /// Cubic through the nearest four latents of each axis; sharper than its antialiased sibling.
    case bicubic = "Latent (bicubic)"
    /// Cubic; when latents are made smaller, over all that one covers.
    case antialiasedBicubic = "Latent (bicubic antialiased)"
    /// The latent in which the upper left corner lies.
    case nearest = "Latent (nearest)"
    /// The latent in which the centre lies.
    case nearestExact = "Latent (nearest-exact)"
}
