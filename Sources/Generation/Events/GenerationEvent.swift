/// An event on the way of a request, in order.
public enum GenerationEvent: Sendable, Equatable {
    /// A network is being compiled for a device; takes seconds.
    case compiling(Compiling)
    /// A component failed and goes on elsewhere.
    case moved(Move)
    /// The prompts are turned into embeddings.
    case encoding
    /// The source pictures are turned into latents; with a large one, a tile of it.
    case encodingPictures(tile: TileProgress? = nil)
    /// An upscaler takes the tile with this number (from 0) of all tiles of the request's pictures.
    case upscaling(tile: Int, of: Int)
    /// `done` of `total` calls of the denoiser are answered; sent with 0 before the first. Samplers of second order call twice a step.
    case denoising(done: Int, total: Int)
    /// Sketches of the pictures so far: one per picture of the batch, in order. Up to 512 pixels where a tiny VAE makes them, else a pixel
    /// for each position of the latents, so an eighth of the pictures' size with every released model.
    case preview([RGBImage])
    /// Latents are turned into pixels: picture `index` (from 0) of `total`; with a large one, a tile of it.
    case decoding(index: Int, total: Int, tile: TileProgress? = nil)
}

/// How far a network is with a picture that it takes in tiles.
public struct TileProgress: Sendable, Hashable, Codable {
    /// The tile that begins, from 0.
    public let index: Int
    /// Tiles of the picture.
    public let count: Int

    /// Makes progress at a tile, from 0.
    public init(_ index: Int, of count: Int) { (self.index, self.count) = (index, count) }
}

extension TileProgress: CustomStringConvertible {
    /// `tile 3 of 9`, the first one being 1.
    public var description: String { "tile \(index + 1) of \(count)" }
}
