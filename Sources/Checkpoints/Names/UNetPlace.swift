/// The place of the UNet in a single file, and whose names it has there.
struct UNetPlace {
    /// Stands before each key.
    let prefix: String
    let naming: Naming

    /// Stands before the UNet's names in checkpoints.
    static let usualPrefix = "model.diffusion_model."

    /// Looks for a UNet under the names of checkpoints, then under those of UNets alone: of the original release or of diffusers.
    /// - Returns: nil when there is none.
    init?(_ directory: TensorDirectory) {
        if directory.containsKey(withPrefix: Self.usualPrefix + "input_blocks.") {
            (prefix, naming) = (Self.usualPrefix, .original)
        } else if directory.containsKey(withPrefix: "input_blocks."), directory.containsKey(withPrefix: "output_blocks.") {
            (prefix, naming) = ("", .original)
        } else if directory.containsKey(withPrefix: "down_blocks."), directory.containsKey(withPrefix: "up_blocks.") {
            (prefix, naming) = ("", .diffusers)
        } else {
            return nil
        }
    }
}
