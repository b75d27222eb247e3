import Foundation
import Tensors
import TestSupport
import Testing

@testable import Checkpoints

struct OpeningTests {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    /// Every tensor's name with the bytes that are mapped for it.
    private func contents<Configuration>(_ component: StoredNetwork<Configuration>, _ mapping: MappedWeights) -> [String: [UInt8]] {
        var contents: [String: [UInt8]] = [:]
        for name in component.weights.names {
            if let tensor = component.weights[name] { contents[name] = mapping.withBytes(of: tensor) { Array($0) } }
        }
        return contents
    }

    private func expectSame(_ path: String, as tiny: TinyCheckpoint, family: Family) throws {
        let checkpoint = try Checkpoint.open(path)
        #expect(checkpoint.family == family)
        #expect(checkpoint.textEncoders[0].configuration == tiny.textEncoder)
        #expect(checkpoint.unet.configuration == tiny.unet)
        #expect(checkpoint.vae.configuration == tiny.vae)
        #expect(checkpoint.scheduler == tiny.scheduler)
        #expect(checkpoint.unusedKeys == [])
        let mapping = try MappedWeights(checkpoint)
        func expected(_ tensors: [RawTensor]) -> [String: [UInt8]] { Dictionary(uniqueKeysWithValues: tensors.map { ($0.key, $0.bytes) }) }
        #expect(contents(checkpoint.textEncoders[0], mapping) == expected(tiny.textTensors()))
        #expect(contents(checkpoint.unet, mapping) == expected(tiny.unetTensors()))
        #expect(contents(checkpoint.vae, mapping) == expected(tiny.vaeTensors()))
    }

    @Test("both layouts of both families give the same networks and the same bytes", arguments: [Family.sd1, .sd2])
    func layouts(family: Family) throws {
        let tiny = family == .sd1 ? TinyCheckpoint.sd1(vocabularySize: 300) : .sd2(vocabularySize: 300)
        try expectSame(tiny.writeSingleFile(in: folder), as: tiny, family: family)
        try expectSame(tiny.writeFolder(in: folder), as: tiny, family: family)
    }

    @Test("levels of other widths, depths and lengths are renamed alike", arguments: [Checkpoint.Layout.diffusers, .single])
    func otherArchitecture(layout: Checkpoint.Layout) throws {
        var tiny = TinyCheckpoint.sd1(vocabularySize: 300)
        tiny.unet.blocks = [
            .init(channels: 32, layerCount: 1, hasAttention: false, headCount: 8),
            .init(channels: 32, layerCount: 3, hasAttention: true, headCount: 8, transformerDepth: 2),
            .init(channels: 64, layerCount: 2, hasAttention: true, headCount: 8),
        ]
        tiny.vae = VAEConfiguration(blockChannels: [32, 64, 64])
        tiny.vae.layersPerBlock = 1
        tiny.vae.usesQuantConvolution = false
        tiny.vae.hasMidBlockAttention = false
        try expectSame(layout == .single ? tiny.writeSingleFile(in: folder) : tiny.writeFolder(in: folder), as: tiny, family: .sd1)
    }

    @Test("attention may differ between the way down and the way up")
    func asymmetric() throws {
        var tiny = TinyCheckpoint.minimal()
        tiny.unet.blocks[0].depthsUp = []
        tiny.unet.blocks[1].depthsUp = [1, 1]
        try expectSame(tiny.writeFolder(in: folder), as: tiny, family: .sd1)
        try expectSame(tiny.writeSingleFile(in: folder), as: tiny, family: .sd1)
    }

    @Test("folders with shards, variants and older names open alike")
    func folders() throws {
        var tiny = TinyCheckpoint.minimal()
        tiny.elementType = .bf16
        tiny.shardCount = 3
        tiny.prefixesTextEncoder = true
        tiny.usesEarlyVAENames = true
        tiny.variant = "fp16"
        let path = try tiny.writeFolder(in: folder)
        try expectSame(path, as: tiny, family: .sd1)
        let checkpoint = try Checkpoint.open(path)
        #expect(checkpoint.files.map(\.name) == [
            "text_encoder/model.fp16.safetensors", "unet/diffusion_pytorch_model.fp16-00001-of-00003.safetensors",
            "unet/diffusion_pytorch_model.fp16-00002-of-00003.safetensors", "unet/diffusion_pytorch_model.fp16-00003-of-00003.safetensors",
            "vae/diffusion_pytorch_model.fp16.safetensors",
        ])
    }

    @Test("a file of torch.save gives the same networks and the same bytes, mapped and not copied, under any ending", arguments: [
        "tiny.ckpt", "tiny.pt", "tiny.pth", "tiny.bin", "tiny.safetensors",
    ])
    func torchFile(name: String) throws {
        let tiny = TinyCheckpoint.minimal()
        let path = try folder.write(TorchWriter.file(tiny.singleFileTensors()), to: name)
        try expectSame(path, as: tiny, family: .sd1)
        let checkpoint = try Checkpoint.open(path)
        #expect(checkpoint.name == "tiny" && checkpoint.layout == .single)
        #expect(checkpoint.mappedByteCount == checkpoint.files[0].byteCount.roundedUpToPage)
        let twin = try Checkpoint.open(folder.write(TorchWriter.file(tiny.singleFileTensors(), wrapper: nil), to: "twin.ckpt"))
        #expect(twin.identity != checkpoint.identity)
    }

    @Test("a folder's networks may lie in .bin files, whole or in shards")
    func torchFolder() throws {
        let tiny = TinyCheckpoint.minimal()
        let path = try tiny.writeFolder(in: folder)
        let unet = tiny.unetTensors()
        let (first, second) = (Array(unet.prefix(unet.count / 2)), Array(unet.dropFirst(unet.count / 2)))
        for (file, tensors) in [
            ("text_encoder/pytorch_model.bin", tiny.textTensors()), ("vae/diffusion_pytorch_model.fp16.bin", tiny.vaeTensors()),
            ("unet/diffusion_pytorch_model-00001-of-00002.bin", first), ("unet/diffusion_pytorch_model-00002-of-00002.bin", second),
        ] { try folder.write(TorchWriter.file(tensors, wrapper: nil), to: "tiny/" + file) }
        let map = [(first, 1), (second, 2)].flatMap { tensors, shard in
            tensors.map { "\"\($0.key)\": \"diffusion_pytorch_model-0000\(shard)-of-00002.bin\"" }
        }
        try folder.write(
            "{\"weight_map\": {\(map.joined(separator: ", "))}}", to: "tiny/unet/diffusion_pytorch_model.bin.index.json")
        for file in ["text_encoder/model", "vae/diffusion_pytorch_model", "unet/diffusion_pytorch_model"] {
            try FileManager.default.removeItem(atPath: "\(path)/\(file).safetensors")
        }
        try expectSame(path, as: tiny, family: .sd1)
    }

    @Test("a single file's text encoder may lack `text_model.`")
    func barePrefix() throws {
        let tiny = TinyCheckpoint.minimal()
        let tensors = tiny.singleFileTensors().map { tensor in
            var tensor = tensor
            tensor.key.replace("cond_stage_model.transformer.text_model.", with: "cond_stage_model.transformer.")
            return tensor
        }
        try expectSame(folder.write(SafetensorsWriter.file(tensors), to: "bare.safetensors"), as: tiny, family: .sd1)
    }

    @Test("known extras are ignored and other keys are listed")
    func extras() throws {
        let tiny = TinyCheckpoint.minimal()
        let extra = [
            "model_ema.decay", "alphas_cumprod", "cond_stage_model.transformer.text_model.embeddings.position_ids", "mystery.weight",
            "model.diffusion_model.odd"
        ]
        let tensors = tiny.singleFileTensors() + extra.map { RawTensor(key: $0, elementType: .u8, shape: [1], bytes: [0]) }
        let checkpoint = try Checkpoint.open(folder.write(SafetensorsWriter.file(tensors), to: "extra.safetensors"))
        #expect(checkpoint.unusedKeys == ["model.diffusion_model.odd", "mystery.weight"])
        #expect(
            checkpoint.ignoredKeys == [
                "alphas_cumprod", "cond_stage_model.transformer.text_model.embeddings.position_ids", "model_ema.decay"
            ])
    }

    @Test("a missing tensor is named as in the file and as in diffusers", arguments: [
        ("model.diffusion_model.input_blocks.1.0.emb_layers.1.bias", "UNet, down_blocks.0.resnets.0.time_emb_proj.bias"),
        ("first_stage_model.decoder.mid.attn_1.proj_out.weight", "VAE, decoder.mid_block.attentions.0.to_out.0.weight"),
        ("cond_stage_model.transformer.text_model.final_layer_norm.bias", "text encoder, final_layer_norm.bias"),
    ])
    func missingTensor(key: String, place: String) throws {
        let tensors = TinyCheckpoint.minimal().singleFileTensors().filter { $0.key != key }
        let path = try folder.write(SafetensorsWriter.file(tensors), to: "part.safetensors")
        #expect { try Checkpoint.open(path) } throws: { error in
            "\(error)"
                == "\"part.safetensors\" has no tensor \"\(key)\" (\(place)). The file is incomplete, or of another kind than its "
                    + "other tensors say."
        }
    }

    @Test("a tensor is found with its shape, and 1×1 convolutions serve as linear layers")
    func tensorByShape() throws {
        let checkpoint = try Checkpoint.open(TinyCheckpoint.minimal().writeSingleFile(in: folder))
        let weights = checkpoint.vae.weights
        let name = "decoder.mid_block.attentions.0.to_q.weight"
        #expect(weights[name]?.shape == [32, 32, 1, 1])
        #expect(try weights.tensor(name, shape: [32, 32]).shape == [32, 32])
        #expect(try weights.tensor(name, shape: [32, 32, 1, 1]).shape == [32, 32, 1, 1])
        #expect { try weights.tensor(name, shape: [32, 16]) } throws: { error in
            "\(error)" == """
                Tensor "first_stage_model.decoder.mid.attn_1.q.weight" in "tiny.safetensors" has the shape [32, 32, 1, 1] instead \
                of [32, 16] \
                (VAE, decoder.mid_block.attentions.0.to_q.weight). The file does not fit its configuration, or mixes two models.
                """
        }
        #expect { try weights.tensor("decoder.odd", shape: [1]) } throws: { error in
            "\(error)"
                == "\"tiny.safetensors\" has no tensor \"decoder.odd\" (VAE). The file is incomplete, or of another kind than its "
                    + "other tensors say."
        }
    }

    @Test("paths that hold no checkpoint are explained")
    func wrongPaths() throws {
        func message(_ path: String) -> String {
            do { return try Checkpoint.open(path).name } catch { return error.description }
        }
        #expect(
            message("/no/such/model.safetensors")
                == "There is no file or folder \"/no/such/model.safetensors\". Check the path, or list what there is with `easel models`.")
        #expect(
            message(folder.path).hasPrefix(
                "The folder \"\(folder.path)\" has no model_index.json, so it is not a checkpoint in the diffusers layout."))
        #expect(message(try folder.write("x", to: "old.ckpt")).hasPrefix("\"old.ckpt\" is neither a safetensors file nor one"))
        let tiny = try TinyCheckpoint.minimal().writeFolder(in: folder)
        try FileManager.default.removeItem(atPath: tiny + "/unet/diffusion_pytorch_model.safetensors")
        #expect(
            message(tiny)
                == "Checkpoint \"tiny\" has no UNet weights (there is no unet/diffusion_pytorch_model.safetensors). Use a "
                    + "complete checkpoint."
        )
        try folder.write("x", to: "tiny/unet/diffusion_pytorch_model.bin")
        #expect(message(tiny).hasPrefix("\"unet/diffusion_pytorch_model.bin\" is neither a safetensors file"))
    }

    @Test("a folder's hash is its UNet's, wherever the folder lies")
    func publishedHash() async throws {
        var hashes: [String?] = []
        for name in ["tiny", "unet/tiny", "unet/vae/tiny"] {
            let checkpoint = try Checkpoint.open(TinyCheckpoint.minimal().writeFolder(in: folder, name: name))
            hashes.append(await checkpoint.publishedHash(rememberedIn: folder.url.appending(path: "cache")))
        }
        // One weight of the UNet makes the difference, and none of the text encoder.
        var other = TinyCheckpoint.minimal()
        other.textEncoder.vocabularySize += 1
        let checkpoint = try Checkpoint.open(other.writeFolder(in: folder, name: "other"))
        hashes.append(await checkpoint.publishedHash(rememberedIn: folder.url.appending(path: "cache")))
        #expect(hashes[0]?.count == 64)
        #expect(Set(hashes).count == 1)
    }

    @Test("a shard or a network's file that is cut short is named with its folder")
    func cutShort() throws {
        var tiny = TinyCheckpoint.minimal()
        tiny.shardCount = 2
        let path = try tiny.writeFolder(in: folder)
        for file in ["vae/diffusion_pytorch_model.safetensors", "unet/diffusion_pytorch_model-00002-of-00002.safetensors"] {
            let whole = try Array(Data(contentsOf: URL(filePath: "\(path)/\(file)")))
            try folder.write(Array(whole.prefix(whole.count / 2)), to: "tiny/\(file)")
            #expect { try Checkpoint.open(path) } throws: { error in
                "\(error)"
                    == "\"\(file)\" is damaged: it has \(whole.count / 2) bytes and needs \(whole.count - whole.count / 2) more. "
                        + "Download or copy it again."
            }
        }
    }

    @Test("an index of shards cannot lead out of its folder or promise what is not there", arguments: [
        (#"{"weight_map": {"a": "../x.safetensors"}}"#, #""../x.safetensors" is not the name of a .safetensors file in the same folder"#),
        (#"{"weight_map": {"a": "/etc/passwd"}}"#, #""/etc/passwd" is not the name of a .safetensors file in the same folder"#),
        (#"{"weight_map": {"a": 1}}"#, #"it names no file for "a""#),
        (#"{}"#, "it has no weight_map"),
        (#"{"weight_map": {"a": "s.safetensors"}}"#, #""a" should be in s.safetensors and is not"#),
    ])
    func badIndex(json: String, reason: String) throws {
        let path = try TinyCheckpoint.minimal().writeFolder(in: folder)
        try FileManager.default.removeItem(atPath: path + "/unet/diffusion_pytorch_model.safetensors")
        try folder.write(json, to: "tiny/unet/diffusion_pytorch_model.safetensors.index.json")
        try folder.write(SafetensorsWriter.file([]), to: "tiny/unet/s.safetensors")
        #expect { try Checkpoint.open(path) } throws: { error in
            "\(error)" == "\"unet/diffusion_pytorch_model.safetensors.index.json\" is not a valid index of shards: \(reason)."
        }
    }
}
