public import Checkpoints
public import Tensors

/// A checkpoint with random weights, of the real architecture in small, to be written in any layout.
///
/// The same seed gives the same weights in every layout. Sizes follow the rules by which single files are read
/// (64 channels per text head; 8 heads in the UNet, or 64 channels per head with linear projections; 32 norm groups),
/// so that both layouts open as the same architecture.
public struct TinyCheckpoint: Sendable {
    /// In the order of the family; one for Stable Diffusion 1 and 2.
    public var textEncoders: [TextEncoderConfiguration]
    public var unet: UNetConfiguration
    public var vae: VAEConfiguration
    public var scheduler = SchedulerConfiguration()
    /// f32, f16 or bf16.
    public var elementType = ElementType.f16
    public var seed: UInt64 = 0
    /// Folders: the UNet's weights are split into this many shards with an index.
    public var shardCount = 1
    /// Folders: `text_model.` stands before the text encoder's names, as in files of transformers before 5.
    public var prefixesTextEncoder = false
    /// Folders: the VAE's attention has the names of early diffusers.
    public var usesEarlyVAENames = false
    /// In the file names of a folder's weights: "fp16".
    public var variant: String?

    /// The first text encoder.
    public var textEncoder: TextEncoderConfiguration {
        get { textEncoders[0] }
        set { textEncoders[0] = newValue }
    }

    /// Stable Diffusion 1: CLIP, convolutions as projections, predicts noise.
    /// - Parameter vocabularySize: 49,408 for the real tokenizer; less makes smaller files.
    public static func sd1(vocabularySize: Int = 49_408) -> TinyCheckpoint {
        var text = TextEncoderConfiguration(width: 64, intermediateWidth: 128, layerCount: 2, headCount: 1, activation: .quickGELU)
        text.vocabularySize = vocabularySize
        let unet = UNetConfiguration(
            blocks: [.init(channels: 32, hasAttention: true, headCount: 8), .init(channels: 64, hasAttention: false, headCount: 8)],
            crossAttentionWidth: 64)
        return TinyCheckpoint(textEncoders: [text], unet: unet, vae: VAEConfiguration(blockChannels: [32, 32, 64, 64]))
    }

    /// Stable Diffusion 2: OpenCLIP, linear projections, predicts velocity.
    public static func sd2(vocabularySize: Int = 49_408) -> TinyCheckpoint {
        var text = TextEncoderConfiguration(width: 128, intermediateWidth: 256, layerCount: 2, headCount: 2, activation: .gelu)
        text.vocabularySize = vocabularySize
        var unet = UNetConfiguration(
            blocks: [.init(channels: 64, hasAttention: true, headCount: 1), .init(channels: 128, hasAttention: false, headCount: 2)],
            crossAttentionWidth: 128)
        unet.usesLinearProjection = true
        var tiny = TinyCheckpoint(textEncoders: [text], unet: unet, vae: VAEConfiguration(blockChannels: [32, 32, 64, 64]))
        tiny.scheduler.prediction = .velocity
        return tiny
    }

    /// Stable Diffusion XL: both text encoders, a pooled text and sizes in the UNet's vector, linear projections, predicts noise.
    /// - Parameter vocabularySize: 49,408 for the real tokenizer; less makes smaller files.
    public static func sdxl(vocabularySize: Int = 49_408) -> TinyCheckpoint {
        var first = TextEncoderConfiguration(width: 64, intermediateWidth: 128, layerCount: 2, headCount: 1, activation: .quickGELU)
        var second = TextEncoderConfiguration(width: 128, intermediateWidth: 256, layerCount: 3, headCount: 2, activation: .gelu)
        (first.vocabularySize, second.vocabularySize, second.projectionWidth) = (vocabularySize, vocabularySize, 128)
        var unet = UNetConfiguration(
            blocks: [
                .init(channels: 64, hasAttention: false, headCount: 1), .init(channels: 64, hasAttention: true, headCount: 1),
                .init(channels: 128, hasAttention: true, headCount: 2, transformerDepth: 2),
            ], crossAttentionWidth: 64 + 128)
        unet.usesLinearProjection = true
        unet.vectorWidth = 128 + 6 * 256
        var vae = VAEConfiguration(blockChannels: [32, 32, 64, 64])
        vae.scalingFactor = 0.13025
        return TinyCheckpoint(textEncoders: [first, second], unet: unet, vae: vae)
    }

    /// As `sdxl`, with SSD-1B's irregular UNet: depths that differ within a level and between the ways down and up, and a middle of one
    /// residual block.
    public static func ssd1b(vocabularySize: Int = 49_408) -> TinyCheckpoint {
        var tiny = sdxl(vocabularySize: vocabularySize)
        (tiny.unet.blocks[1].depths, tiny.unet.blocks[1].depthsUp) = ([2, 2], [2, 1, 1])
        (tiny.unet.blocks[2].depths, tiny.unet.blocks[2].depthsUp) = ([2, 2], [2, 2, 3])
        tiny.unet.middle = .residualBlock
        return tiny
    }

    /// Stable Diffusion XL's refiner: the second text encoder alone.
    public static func sdxlRefiner(vocabularySize: Int = 49_408) -> TinyCheckpoint {
        var tiny = sdxl(vocabularySize: vocabularySize)
        tiny.textEncoders.removeFirst()
        tiny.unet.crossAttentionWidth = 128
        tiny.unet.vectorWidth = 128 + 5 * 256
        return tiny
    }

    /// As `sd1`, with a UNet that is told the guidance scale: LCM.
    public static func lcm() -> TinyCheckpoint {
        var tiny = sd1()
        tiny.unet.guidanceWidth = 17
        return tiny
    }

    /// Stable Diffusion 1 with as few weights as the formats allow: for tests of opening, which do not compute with them.
    public static func minimal() -> TinyCheckpoint {
        var tiny = sd1(vocabularySize: 8)
        tiny.textEncoder.layerCount = 1
        tiny.textEncoder.positionCount = 4
        tiny.unet.blocks = [true, false].map { .init(channels: 32, layerCount: 1, hasAttention: $0, headCount: 8) }
        tiny.vae = VAEConfiguration(blockChannels: [32, 32])
        tiny.vae.layersPerBlock = 1
        return tiny
    }

    // Single files

    /// The tensors of a single file.
    public func singleFileTensors() -> [RawTensor] {
        var tensors: [RawTensor] = []
        for (place, encoder) in textEncoders.enumerated() {
            let isOpenCLIP = encoder.activation == .gelu
            let stem = unet.vectorWidth == nil ? "cond_stage_model." : "conditioner.embedders.\(place)."
            let prefix = stem + (isOpenCLIP ? "model." : "transformer.text_model.")
            let projection = encoder.projectionWidth.map { _ in TextProjection(key: prefix + "text_projection", isTransposed: false) }
            let table = NameTable(
                textEncoder: encoder, naming: isOpenCLIP ? .openCLIP : .transformers, prefix: prefix, projection: projection)
            tensors += renamed(
                textTensors(place).map { $0.key == "text_projection.weight" ? transposed($0, as: "text_projection") : $0 }, by: table)
            guard isOpenCLIP else { continue }
            tensors.append(random(prefix + "logit_scale", []))
            guard encoder.projectionWidth == nil else { continue }
            // The layer after the last one that Stable Diffusion 2 uses, and what belongs to CLIP's other half.
            let unused = "\(prefix)transformer.resblocks.\(encoder.layerCount)."
            for tensor in tensors where tensor.key.hasPrefix("\(prefix)transformer.resblocks.0.") {
                var copy = tensor
                copy.key = unused + tensor.key.dropFirst("\(prefix)transformer.resblocks.0.".count)
                tensors.append(copy)
            }
            tensors.append(random(prefix + "text_projection", [encoder.width, encoder.width]))
        }
        tensors += renamed(unetTensors(), by: NameTable(unet: unet, naming: .original, prefix: "model.diffusion_model."))
        tensors += renamed(vaeTensors(), by: NameTable(vae: vae, naming: .original, prefix: "first_stage_model.")).map { tensor in
            var tensor = tensor
            if tensor.key.contains(".attn_1."), tensor.shape.count == 2 { tensor.shape += [1, 1] }
            return tensor
        }
        return tensors
    }

    /// Writes a single file.
    /// - Returns: Its path.
    public func writeSingleFile(
        in folder: TemporaryFolder, name: String = "tiny.safetensors", metadata: [String: String] = [:]
    ) throws -> String {
        try folder.write(SafetensorsWriter.file(singleFileTensors(), metadata: metadata), to: name)
    }

    // Folders

    /// Writes a diffusers folder, without a tokenizer.
    /// - Returns: Its path.
    public func writeFolder(in folder: TemporaryFolder, name: String = "tiny") throws -> String {
        let pipeline = unet.vectorWidth == nil ? "StableDiffusionPipeline" : "StableDiffusionXLPipeline"
        try folder.write("{\"_class_name\": \"\(pipeline)\"}", to: "\(name)/model_index.json")
        try folder.write(unetJSON, to: "\(name)/unet/config.json")
        try folder.write(vaeJSON, to: "\(name)/vae/config.json")
        try folder.write(schedulerJSON, to: "\(name)/scheduler/scheduler_config.json")

        let suffix = variant.map { ".\($0)" } ?? ""
        for (place, encoder) in textEncoders.enumerated() {
            let subfolder = encoder.projectionWidth == nil ? "text_encoder" : "text_encoder_2"
            try folder.write(textEncoderJSON(encoder), to: "\(name)/\(subfolder)/config.json")
            let projection = encoder.projectionWidth.map { _ in TextProjection(key: "text_projection.weight", isTransposed: true) }
            let table = NameTable(
                textEncoder: encoder, naming: .transformers, prefix: prefixesTextEncoder ? "text_model." : "", projection: projection)
            try folder.write(
                SafetensorsWriter.file(renamed(textTensors(place), by: table)), to: "\(name)/\(subfolder)/model\(suffix).safetensors")
        }
        let vaeNames = NameTable(vae: vae, naming: usesEarlyVAENames ? .earlyDiffusers : .diffusers)
        try folder.write(
            SafetensorsWriter.file(renamed(vaeTensors(), by: vaeNames)), to: "\(name)/vae/diffusion_pytorch_model\(suffix).safetensors")

        let tensors = unetTensors()
        guard shardCount > 1 else {
            try folder.write(SafetensorsWriter.file(tensors), to: "\(name)/unet/diffusion_pytorch_model\(suffix).safetensors")
            return "\(folder.path)/\(name)"
        }
        var map: [String] = []
        for shard in 0..<shardCount {
            let part = Array(tensors[(tensors.count * shard / shardCount)..<(tensors.count * (shard + 1) / shardCount)])
            let file = "diffusion_pytorch_model\(suffix)-0000\(shard + 1)-of-0000\(shardCount).safetensors"
            try folder.write(SafetensorsWriter.file(part), to: "\(name)/unet/\(file)")
            map += part.map { "\"\($0.key)\": \"\(file)\"" }
        }
        try folder.write(
            "{\"metadata\": {\"total_size\": 0}, \"weight_map\": {\(map.joined(separator: ", "))}}",
            to: "\(name)/unet/diffusion_pytorch_model.safetensors.index\(suffix).json")
        return "\(folder.path)/\(name)"
    }

    // Weights under diffusers' names

    /// - Parameter place: of the text encoder. Those after the first have other numbers under the same names.
    public func textTensors(_ place: Int = 0) -> [RawTensor] {
        ParameterShapes(textEncoder: textEncoders[place]).shapes.map { name, shape in
            var tensor = random(place == 0 ? name : "\(place).\(name)", shape)
            tensor.key = name
            return tensor
        }
    }
    public func unetTensors() -> [RawTensor] { ParameterShapes(unet: unet).shapes.map { random($0.name, $0.shape) } }
    public func vaeTensors() -> [RawTensor] { ParameterShapes(vae: vae).shapes.map { random($0.name, $0.shape) } }

    private func renamed(_ tensors: [RawTensor], by table: NameTable) -> [RawTensor] {
        let byName = Dictionary(uniqueKeysWithValues: tensors.map { ($0.key, $0) })
        var result: [RawTensor] = []
        var joined: [String: Int] = [:]
        for parameter in table.parameters {
            guard var tensor = byName[parameter.name] else {
                preconditionFailure("the table names \(parameter.name), which the network has not")
            }
            tensor.key = parameter.key
            if let whole = joined[parameter.key] {
                // The table lists slices in their order.
                result[whole].shape[0] += tensor.shape[0]
                result[whole].bytes += tensor.bytes
            } else {
                joined[parameter.key] = result.count
                result.append(tensor)
            }
        }
        return result
    }

    /// A matrix with rows and columns exchanged, under another name.
    private func transposed(_ tensor: RawTensor, as key: String) -> RawTensor {
        let (rows, columns, size) = (tensor.shape[0], tensor.shape[1], tensor.elementType.byteCount)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(tensor.bytes.count)
        for column in 0..<columns {
            for row in 0..<rows { bytes += tensor.bytes[(row * columns + column) * size..<(row * columns + column + 1) * size] }
        }
        return RawTensor(key: key, elementType: tensor.elementType, shape: [columns, rows], bytes: bytes)
    }

    /// Scaled so that activations neither vanish nor explode: norms near 1, biases near 0, weights by their fan-in.
    func random(_ key: String, _ shape: [Int]) -> RawTensor {
        var generator = SplitMix64(state: seed)
        for byte in key.utf8 { generator.state = (generator.state ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        let isEmbedding = key.contains("embedding.weight")
        let fanIn = shape.dropFirst().reduce(1, *)
        let isNorm = shape.count == 1 && key.hasSuffix(".weight")
        let scale: Float = isNorm ? 0.1 : shape.count < 2 ? 0.05 : isEmbedding ? 0.5 : (3 / Float(max(fanIn, 1))).squareRoot()
        let centre: Float = isNorm ? 1 : 0
        let count = shape.reduce(1, *)
        // Drawing each value would take most of a test's time. The period is prime, so that rows still differ.
        let values = (0..<min(count, 4093)).map { _ in centre + scale * generator.nextSymmetric() }
        let period: [UInt8] =
            switch elementType {
            case .f16: values.map(Float16.init).withUnsafeBytes(Array.init)
            case .bf16: values.map { UInt16(truncatingIfNeeded: $0.bitPattern >> 16) }.withUnsafeBytes(Array.init)
            case .f32: values.withUnsafeBytes(Array.init)
            default: preconditionFailure("weights are f32, f16 or bf16")
            }
        var bytes = period
        while bytes.count < count * elementType.byteCount { bytes += period }
        bytes.removeLast(bytes.count - count * elementType.byteCount)
        return RawTensor(key: key, elementType: elementType, shape: shape, bytes: bytes)
    }
}

/// Steele, Lea and Flood's generator: small, quick, good enough for weights and mutations of tests.
public struct SplitMix64: RandomNumberGenerator, Sendable {
    public var state: UInt64
    public init(state: UInt64) { self.state = state }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// −1 ..< 1.
    public mutating func nextSymmetric() -> Float { Float(Int32(truncatingIfNeeded: next() >> 32)) / 2_147_483_648 }
}
