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
        }
    }
}
