import Files
import Generation

/// The configuration of PEFT's changes, which their tensors do not say: diffusers stores it as text since 0.34.
struct AdapterConfiguration {
    private let members: [String: JSONValue]

    /// - Returns: nil when the file has none that can be read.
    init?(_ metadata: LoRAMetadata) {
        guard let members = metadata.json("lora_adapter_metadata")?.members else { return nil }
        self.members = members
    }

    /// The scale of one layer; nil where nothing is said of it.
    ///
    /// The rank is the one that the layer's tensors have: that is what `r` and `rank_pattern` say.
    /// - Parameter folder: of the layer's network in diffusers' layout: "unet", "text_encoder".
    func scale(of layer: String, in folder: String) -> AdapterScale? {
        let patterns = members["\(folder).alpha_pattern"]?.members ?? [:]
        let pattern = Self.patterns(naming: layer).lazy.compactMap { patterns[$0]?.number }.first
        guard let alpha = pattern ?? members["\(folder).lora_alpha"]?.number, alpha.isFinite else { return nil }
        return AdapterScale(alpha: Float(alpha), isRankStabilized: members["\(folder).use_rslora"] == true)
    }

    /// The patterns that name a layer: its name, or the end of it behind a dot. Other regular expressions do not occur.
    private static func patterns(naming layer: String) -> [String] {
        let whole = "text_model." + layer
        let ends = whole.indices.filter { whole[$0] == "." }.map { String(whole[whole.index(after: $0)...]) }
        return ([whole, layer].map { "^" + $0 } + [whole] + ends).flatMap { [$0, $0.replacing(".", with: "\\.")] }
    }
}

/// The factor of PEFT's changes.
struct AdapterScale {
    let alpha: Float
    /// Alpha is divided by the square root of the rank.
    let isRankStabilized: Bool

    func factor(rank: Int) -> Float { alpha / (isRankStabilized ? Float(rank).squareRoot() : Float(rank)) }
}
