/// Networks for pictures that Easel does not know, told by names of their tensors.
enum ForeignUpscaler {
    /// The name of the network, with its article; nil when it is none of these.
    static func name(of directory: TensorDirectory) -> String? {
        if directory.tensors.keys.contains(where: { $0.hasSuffix("conv1x1.weight") && $0.contains("RDB") }) { return "an ESRGAN+" }
        return marks.first { $0.keys.allSatisfy { directory.contains($0) } }?.name
    }

    /// Keys that a network has; the first that fits counts.
    /// Source: the detection conditions of github.com/chaiNNer-org/spandrel.
    private static let marks: [(name: String, keys: [String])] = [
        ("a Swin2SR", ["layers.0.residual_group.blocks.0.attn.logit_scale"]),
        ("a HAT", ["layers.0.residual_group.overlap_attn.relative_position_bias_table"]),
        ("a SwinIR", ["layers.0.residual_group.blocks.0.attn.relative_position_index"]),
        ("a SwinIR", ["layers.0.residual_group.blocks.0.attn.relative_position_bias_table"]),
        ("an ATD", ["layers.0.residual_group.td"]),
        ("an RGT", ["before_RG.1.weight", "layers.0.blocks.0.gamma"]),
        ("a DAT", ["before_RG.1.weight"]),
        ("a DRCT", ["layers.0.swin1.attn.relative_position_bias_table"]),
        ("a SCUNet", ["m_head.0.weight", "m_tail.0.weight"]),
        ("a PLKSR", ["feats.0.weight", "feats.1.lk.conv.weight"]),
        ("a RealPLKSR", ["feats.0.weight"]),
        ("a GFPGAN", ["stylegan_decoder.style_mlp.1.weight"]), ("a GFPGAN", ["toRGB.0.weight"]),
        ("a CodeFormer", ["position_emb", "quantize.embedding.weight"]),
        ("a RestoreFormer", ["quantize.embedding.weight", "encoder.conv_in.weight"]),
    ]
}
