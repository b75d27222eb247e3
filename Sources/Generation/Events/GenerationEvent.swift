/// An event on the way of a request, in order.
public enum GenerationEvent: Sendable, Equatable {
    /// A network is being compiled for a device; takes seconds.
    case compiling(Compiling)
    /// A component failed and goes on elsewhere.
    case moved(Move)
    /// The prompts are turned into embeddings.
    case encoding
    /// The source pictures are turned into latents.
    case encodingPictures
    /// `done` of `total` calls of the denoiser are answered; sent with 0 before the first. Samplers of second order call twice a step.
    case denoising(done: Int, total: Int)
    /// Sketches of the pictures so far: one per picture of the batch, in order. A pixel for each position of the latents, so an
    /// eighth of the pictures' size with every released model.
    case preview([RGBImage])
    /// Latents are turned into pixels: picture `index` (from 0) of `total`.
    case decoding(index: Int, total: Int)
}
