/// The names that files of one line of upscalers give their tensors.
enum UpscalerNaming: CaseIterable {
    /// ESRGAN as Real-ESRGAN names it: `body.0.rdb1.conv1`. Networks know these names.
    case realESRGAN
    /// ESRGAN as BSRGAN and RealSR name it: `RRDB_trunk.0.RDB1.conv1`.
    case bsrgan
    /// ESRGAN as its first release names it: `model.1.sub.0.RDB1.conv1.0`.
    case esrgan
    case compact, span

    /// nil when the keys are of none of them.
    init?(_ directory: TensorDirectory) {
        guard let naming = Self.allCases.first(where: { $0.marks.allSatisfy { directory.contains($0) } }) else { return nil }
        self = naming
    }

    /// Keys that no other network has together.
    private var marks: [String] {
        switch self {
        case .realESRGAN, .bsrgan, .esrgan: [first + ".weight", convolution(1, dense: 1, block: 0) + ".weight"]
        case .compact: ["body.0.weight", "body.1.weight", "body.2.weight"]
        case .span: ["conv_1.sk.weight", "block_1.c1_r.eval_conv.weight", "conv_cat.weight", "upsampler.0.weight"]
        }
    }

    // ESRGAN's layers

    var first: String { self == .esrgan ? "model.0" : "conv_first" }

    /// - Parameters:
    ///   - number: 1 to 5.
    ///   - dense: 1 to 3.
    func convolution(_ number: Int, dense: Int, block: Int) -> String {
        switch self {
        case .bsrgan: "RRDB_trunk.\(block).RDB\(dense).conv\(number)"
        case .esrgan: "model.1.sub.\(block).RDB\(dense).conv\(number).0"
        default: "body.\(block).rdb\(dense).conv\(number)"
        }
    }

    /// - Parameter number: 1 for the first doubling.
    func upsampling(_ number: Int) -> String {
        switch self {
        case .bsrgan: "upconv\(number)"
        case .esrgan: "model.\(3 * number)"
        default: "conv_up\(number)"
        }
    }
}

extension NameTable {
    /// The parameters of an upscaler.
    init(upscaler: UpscalerConfiguration, naming: UpscalerNaming) {
        self.init()
        switch upscaler.kind {
        case .esrgan(let blocks, _, let upsamplings, _):
            let stored: (body: String, detail: String, last: String) =
                switch naming {
                case .bsrgan: ("trunk_conv", "HRconv", "conv_last")
                case .esrgan: ("model.1.sub.\(blocks)", "model.\(3 * upsamplings + 2)", "model.\(3 * upsamplings + 4)")
                default: ("conv_body", "conv_hr", "conv_last")
                }
            add("conv_first", as: naming.first)
            for block in 0..<blocks {
                for dense in 1...3 {
                    for number in 1...5 {
                        add(
                            UpscalerNaming.realESRGAN.convolution(number, dense: dense, block: block),
                            as: naming.convolution(number, dense: dense, block: block))
                    }
                }
            }
            add("conv_body", as: stored.body)
            for number in 0..<upsamplings {
                add(UpscalerNaming.realESRGAN.upsampling(number + 1), as: naming.upsampling(number + 1))
            }
            add("conv_hr", as: stored.detail)
            add("conv_last", as: stored.last)
        case .compact(let convolutions):
            for index in 0..<convolutions {
                add("body.\(2 * index)", as: "body.\(2 * index)")
                if index < convolutions - 1 { add("body.\(2 * index + 1)", as: "body.\(2 * index + 1)", hasBias: false) }
            }
        case .span:
            let inner = (1...6).flatMap { block in (1...3).map { "block_\(block).c\($0)_r" } }
            for layer in ["conv_1"] + inner + ["conv_2"] {
                for part in ["sk", "conv.0", "conv.1", "conv.2"] { add("\(layer).\(part)", as: "\(layer).\(part)") }
            }
            add("conv_cat", as: "conv_cat")
            add("upsampler.0", as: "upsampler.0")
        }
    }
}
