/// The names of one network's parameters, here and in a file.
///
/// Here they have the names that diffusers and transformers give them now; files follow older or other habits.
package struct NameTable {
    package struct Parameter {
        package let name: String
        package let key: String
        /// The parameter is one of `count` equal slices of the stored tensor along its first axis.
        package var slice: (index: Int, count: Int)?
    }

    package private(set) var parameters: [Parameter] = []
    /// Stands before each key in the file.
    let prefix: String

    init(prefix: String = "") { self.prefix = prefix }

    /// Adds a layer's weight and, unless it has none, its bias.
    mutating func add(_ layer: String, as stored: String, hasBias: Bool = true) {
        addParameter("\(layer).weight", as: "\(stored).weight")
        if hasBias { addParameter("\(layer).bias", as: "\(stored).bias") }
    }

    mutating func addParameter(_ name: String, as stored: String, slice: (index: Int, count: Int)? = nil) {
        parameters.append(Parameter(name: name, key: prefix + stored, slice: slice))
    }

    /// - Parameter key: The whole name in the file.
    mutating func addParameter(_ name: String, at key: String) { parameters.append(Parameter(name: name, key: key)) }
}

/// Whose names a file uses for its UNet and its VAE.
package enum Naming {
    /// diffusers, as it saves now.
    case diffusers
    /// diffusers before attention was unified: `query`, `key`, `value` and `proj_attn` in the VAE.
    case earlyDiffusers
    /// The release of Stable Diffusion by CompVis, which single files still follow.
    case original
}
