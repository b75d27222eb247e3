/// A picture that was drawn, and what it was drawn from.
///
/// `Content` is how the picture itself is held: `RGBImage` from the pipeline to the archive, a file's bytes on the way to a client.
public struct Picture<Content: Sendable>: Sendable {
    /// Pixels or a file.
    public var content: Content
    /// Seed of this picture: that of the request plus its place in the batch.
    public var seed: UInt64
    /// Seed of this picture's variation; nil when there is none.
    public var variationSeed: UInt64?
    /// Prompt with its styles, and with what was drawn for its wildcards.
    public var prompt: String
    /// Negative prompt, likewise.
    public var negativePrompt: String
    /// Generation parameters as they stand in the picture's file; empty until the one who opened the model writes them.
    public var infotext: String
    /// How the picture was changed after it had been made, as A1111 writes it in files with the keyword `postprocessing`; empty for
    /// most.
    public var postprocessing = ""
    /// LoRAs that it was drawn with, in the order of their tags.
    public var loras: [LoRAReference] = []
    /// How opaque each pixel is, 0 ... 255; nil for a picture without transparency.
    public var alpha: [UInt8]?

    /// Makes a picture from its parts.
    public init(
        _ content: Content, seed: UInt64, variationSeed: UInt64? = nil, prompt: String = "", negativePrompt: String = "",
        infotext: String = ""
    ) {
        self.content = content
        self.seed = seed
        self.variationSeed = variationSeed
        self.prompt = prompt
        self.negativePrompt = negativePrompt
        self.infotext = infotext
    }

    /// The same picture, held in another way.
    public func with<Other>(_ content: Other) -> Picture<Other> {
        var picture = Picture<Other>(
            content, seed: seed, variationSeed: variationSeed, prompt: prompt, negativePrompt: negativePrompt, infotext: infotext)
        (picture.postprocessing, picture.loras, picture.alpha) = (postprocessing, loras, alpha)
        return picture
    }
}

extension Picture: Equatable where Content: Equatable {}
extension Picture: Hashable where Content: Hashable {}

/// A LoRA that took part in a picture.
public struct LoRAReference: Sendable, Hashable, Codable {
    /// The name as the prompt has it.
    public let name: String
    /// Twelve hexadecimal digits of the hash that A1111 and CivitAI know the file by, AutoV3.
    public let hash: String

    /// Makes a reference.
    public init(name: String, hash: String) { (self.name, self.hash) = (name, hash) }
}
