/// The shape of a tiny VAE (TAESD and its siblings): few convolutions that do roughly what a family's VAE does, in little time.
///
/// Files of different families look alike: which models one fits is not in it.
public struct TinyAutoencoderConfiguration: Sendable, Hashable {
    /// One layer of either half. Each keeps the channels, but for the first and the last convolution.
    public enum Layer: Sendable, Hashable {
        /// 3×3 with bias.
        case convolution
        /// 3×3 without bias.
        case plainConvolution
        /// 3×3 without bias, over every second row and column.
        case downsampling
        /// Each pixel twice along both axes.
        case repetition
        /// Three convolutions beside a shortcut.
        case block
        /// Nothing below 0.
        case activation
    }

    /// The layers from picture to latents.
    public static let encoder: [Layer] =
        [.convolution, .block] + [[Layer]](repeating: [.downsampling, .block, .block, .block], count: 3).flatMap(\.self) + [.convolution]
    /// The layers from latents to picture.
    public static let decoder: [Layer] =
        [.convolution, .activation]
        + [[Layer]](repeating: [.block, .block, .block, .repetition, .plainConvolution], count: 3).flatMap(\.self) + [.block, .convolution]

    /// Channels of the latents: 4 for Stable Diffusion 1, 2 and XL, 16 for Stable Diffusion 3 and Flux.
    public let latentChannels: Int
    /// Channels of the feature maps.
    public let width: Int
    /// Whether the files hold the half that makes latents of pictures.
    public let hasEncoder: Bool
    /// Whether the files hold the half that makes pictures of latents.
    public let hasDecoder: Bool

    /// Pixels of a picture for one of its latents, along each axis.
    public var scaleFactor: Int { 8 }
}

extension TinyAutoencoderConfiguration {
    /// Reads the sizes off the shapes of the tensors.
    /// - Parameter shapes: under diffusers' names.
    init(_ shapes: ShapeReader) throws(CheckpointError) {
        hasEncoder = shapes.contains("encoder.layers.0.weight")
        hasDecoder = shapes.contains("decoder.layers.0.weight")
        guard hasEncoder || hasDecoder else { throw .unsupportedModel(file: shapes.directory.fileName, .foreignTinyVAE) }
        let first = hasDecoder ? "decoder.layers.0.weight" : "encoder.layers.0.weight"
        width = try shapes.check(shapes.extent(first, axis: 0), "channels", in: Limits.width)
        let last = "encoder.layers.\(Self.encoder.count - 1).weight"
        let latents = try hasDecoder ? shapes.extent(first, axis: 1) : shapes.extent(last, axis: 0)
        latentChannels = try shapes.check(latents, "latent channels", in: Limits.width)
    }
}

extension NameTable {
    /// The parameters of a tiny VAE.
    init(tinyAutoencoder configuration: TinyAutoencoderConfiguration) {
        self.init()
        if configuration.hasEncoder { add("encoder", TinyAutoencoderConfiguration.encoder) }
        if configuration.hasDecoder { add("decoder", TinyAutoencoderConfiguration.decoder) }
    }

    private mutating func add(_ half: String, _ layers: [TinyAutoencoderConfiguration.Layer]) {
        for (index, layer) in layers.enumerated() {
            let name = "\(half).layers.\(index)"
            switch layer {
            case .convolution: add(name, as: name)
            case .plainConvolution, .downsampling: add(name, as: name, hasBias: false)
            case .block: for number in [0, 2, 4] { add("\(name).conv.\(number)", as: "\(name).conv.\(number)") }
            case .repetition, .activation: break
            }
        }
    }
}

/// The names that files of tiny VAEs give their tensors.
enum TinyAutoencoderNaming {
    /// diffusers' name of a tensor: `encoder.layers.N.…` or `decoder.layers.N.…`.
    ///
    /// The author's two files count the layers of one half, `N.…`, and ComfyUI's single file puts `taesd_encoder.` or `taesd_decoder.`
    /// before that. Their decoders have one layer more, which limits the latents and has no tensors.
    /// - Parameter isBareDecoder: the half that names without one are of.
    /// - Returns: nil for other names.
    static func name(_ key: String, isBareDecoder: Bool) -> String? {
        if key.hasPrefix("encoder.layers.") || key.hasPrefix("decoder.layers.") { return key }
        let parts = key.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        switch parts[0] {
        case "taesd_encoder": return name(String(parts[1]), isBareDecoder: false)
        case "taesd_decoder": return name(String(parts[1]), isBareDecoder: true)
        default:
            guard let index = UInt16(parts[0]), index > 0 || !isBareDecoder else { return nil }
            return isBareDecoder ? "decoder.layers.\(index - 1).\(parts[1])" : "encoder.layers.\(index).\(parts[1])"
        }
    }

    /// Keys that only the author's decoder has.
    static func isBareDecoder(_ directory: TensorDirectory) -> Bool {
        directory.contains("\(TinyAutoencoderConfiguration.decoder.count).weight") && !directory.contains("0.weight")
    }
}
