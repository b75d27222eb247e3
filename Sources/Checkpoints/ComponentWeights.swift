public import Tensors

/// The tensors of one network, under the names that diffusers and transformers give them.
///
/// A checkpoint in another layout is renamed when it is opened, so that networks know one set of names.
public struct ComponentWeights: Sendable {
    /// What the network is called in messages: "UNet", "text encoder", "VAE".
    public let component: String
    private let tensors: [String: StoredTensor]

    public init(component: String, tensors: [String: StoredTensor]) {
        self.component = component
        self.tensors = tensors
    }

    public var names: some Collection<String> { tensors.keys }
    public subscript(name: String) -> StoredTensor? { tensors[name] }
}
