public import Checkpoints
public import FoundationEssentials
public import Generation
public import Networks

/// Files that networks are compiled from: a checkpoint, or a network in a file of its own.
public protocol NetworkSource: Sendable {
    /// The file's name without its ending, or the folder's, for people.
    var name: String { get }
    /// The state that the files were opened in: another file, or the same one rewritten, has another.
    var identity: String { get }
    /// The changes that are merged into the weights, told from all others for as long as the process lives; empty for none.
    var patches: String { get }

    /// The files that a network's weights lie in, in the order of their mapping.
    func files(of id: NetworkID) -> [CheckpointFile]

    /// A network as a graph. Its literals follow the mapped files.
    /// - Throws: when the files' tensors do not make up the network.
    /// - Precondition: the files hold the network.
    func network(_ id: NetworkID, shape: InputShape) throws(CheckpointError) -> Network

    /// The numbers of a network's weights.
    /// - Precondition: the files hold the network.
    func parameterCount(of id: NetworkID) -> Int

    /// Names the numbers of a network's weights, for what outlives the process.
    /// - Parameter folder: where hashes of files are remembered.
    /// - Returns: hexadecimal digits; nil for a network without files, or when one can no longer be read.
    func fingerprint(of id: NetworkID, rememberedIn folder: URL) async -> String?

    /// Sides of a network's input, divided by this, are those of the smallest feature map that is attended to; 1 without attention.
    func downscale(of id: NetworkID) -> Int
}

extension NetworkSource {
    public var patches: String { "" }

    public func fingerprint(of id: NetworkID, rememberedIn folder: URL) async -> String? {
        let files = files(of: id)
        return files.isEmpty ? nil : await files.fingerprint(rememberedIn: folder)
    }
}

extension Checkpoint: NetworkSource {
    public func network(_ id: NetworkID, shape: InputShape) throws(CheckpointError) -> Network {
        if graphs[id] != nil { return try .stored(id, of: self, shape: shape, weightsByteCount: mappedByteCount(of: id)) }
        return try network(id, shape: shape, weights: weights(of: id), weightsByteCount: mappedByteCount(of: id))
    }

    /// A network of other weights than the checkpoint's own.
    func network(
        _ id: NetworkID, shape: InputShape, weights: ComponentWeights, weightsByteCount byteCount: Int
    ) throws(CheckpointError) -> Network {
        switch id {
        case .text(let index):
            return try .textEncoder(
                textEncoders[index].configuration, batch: shape.batch, slots: shape.slots, weights: weights, weightsByteCount: byteCount)
        case .denoiser: return try .unet(unet.configuration, shape: shape, weights: weights, weightsByteCount: byteCount)
        case .decoder: return try .vaeDecoder(vae.configuration, shape: shape, weights: weights, weightsByteCount: byteCount)
        case .encoder: return try .vaeEncoder(vae.configuration, shape: shape, weights: weights, weightsByteCount: byteCount)
        case .tinyDecoder, .tinyEncoder:
            guard let tiny = tinyVAE?.file?.network else {
                throw tinyVAE?.error(for: id) ?? .missingTinyVAE(folder: "", name: "\(id)")
            }
            return id == .tinyDecoder
                ? try .tinyDecoder(tiny.configuration, shape: shape, weights: weights, weightsByteCount: byteCount)
                : try .tinyEncoder(tiny.configuration, shape: shape, weights: weights, weightsByteCount: byteCount)
        case .upscaler: preconditionFailure("an upscaler has a file of its own")
        }
    }

    public func parameterCount(of id: NetworkID) -> Int { weights(of: id).parameterCount }

    public func downscale(of id: NetworkID) -> Int {
        switch id {
        case .denoiser: unet.configuration.downscale
        case .encoder: vae.configuration.scaleFactor
        case .decoder, .text, .tinyDecoder, .tinyEncoder, .upscaler: 1
        }
    }
}

extension NetworkFile: NetworkSource where Configuration == UpscalerConfiguration {
    public func files(of id: NetworkID) -> [CheckpointFile] { files }

    public func network(_ id: NetworkID, shape: InputShape) throws(CheckpointError) -> Network {
        try .upscaler(network.configuration, shape: shape, weights: network.weights, weightsByteCount: mappedByteCount)
    }

    public func parameterCount(of id: NetworkID) -> Int { network.weights.parameterCount }

    public func downscale(of id: NetworkID) -> Int { 1 }
}
