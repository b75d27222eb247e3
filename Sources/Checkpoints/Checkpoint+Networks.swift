public import Generation

extension Checkpoint {
    /// The networks that a picture takes which starts from noise, in the order of their stages.
    public var networks: [NetworkID] { textEncoders.indices.map(NetworkID.text) + [.denoiser, .decoder] }

    /// The networks that a stage runs, in order.
    public func networks(of stage: Stage) -> [NetworkID] { networks.filter { $0.stage == stage } }

    /// The tensors of a network; those of the whole VAE for its halves.
    /// - Precondition: the checkpoint has the network.
    public func weights(of network: NetworkID) -> ComponentWeights {
        switch network {
        case .text(let index): textEncoders[index].weights
        case .denoiser: unet.weights
        case .decoder, .encoder: vae.weights
        case .tinyDecoder, .tinyEncoder: tinyVAE?.file?.network.weights ?? vae.weights
        case .upscaler: preconditionFailure("an upscaler has a file of its own")
        }
    }

    /// The files that a network's weights lie in, in the order of their mapping.
    public func files(of network: NetworkID) -> [CheckpointFile] {
        switch network {
        case .text, .denoiser, .decoder, .encoder: files
        case .tinyDecoder, .tinyEncoder: tinyVAE?.file?.files ?? []
        case .upscaler: []
        }
    }

    /// Bytes of these files when each starts at a page boundary: where a mapping's literals begin.
    public func mappedByteCount(of network: NetworkID) -> Int { files(of: network).last?.mappedEnd ?? 0 }
}
