import Foundation
import Generation
import Tensors
import TestSupport
import Testing

@testable import Checkpoints

@Suite("Models in parts: a UNet alone, and text encoders that were chosen")
struct PartsTests {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private func write(_ tensors: [RawTensor], _ name: String) throws -> String {
        try folder.write(SafetensorsWriter.file(tensors), to: name)
    }

    /// The tensors of a checkpoint that begin with a prefix, under another one.
    private func tensors(_ tiny: TinyCheckpoint, _ prefix: String, as other: String = "") -> [RawTensor] {
        tiny.singleFileTensors().filter { $0.key.hasPrefix(prefix) }.map { tensor in
            var tensor = tensor
            tensor.key = other + tensor.key.dropFirst(prefix.count)
            return tensor
        }
    }

    /// A text encoder under transformers' names, as ComfyUI's files of text encoders alone have them.
    private func textFile(_ tiny: TinyCheckpoint, _ place: Int, _ name: String, isBare: Bool = false) throws -> String {
        try write(tiny.textTensors(place).map { tensor in
            var tensor = tensor
            if tensor.key != "text_projection.weight", !isBare { tensor.key = "text_model." + tensor.key }
            return tensor
        }, name)
    }

    private func contents<Configuration>(_ network: StoredNetwork<Configuration>, _ mapping: MappedWeights) -> [String: [UInt8]] {
        network.weights.names.reduce(into: [:]) { contents, name in
            if let tensor = network.weights[name] { contents[name] = mapping.withBytes(of: tensor) { Array($0) } }
        }
    }

    private func expect(_ checkpoint: Checkpoint, is tiny: TinyCheckpoint, _ family: Family) throws {
        #expect(checkpoint.family == family && checkpoint.refusal == nil && checkpoint.unusedKeys == [])
        #expect(checkpoint.unet.configuration == tiny.unet && checkpoint.vae.configuration == tiny.vae)
        #expect(checkpoint.textEncoders.map(\.configuration) == tiny.textEncoders)
        let mapping = try MappedWeights(checkpoint)
        func expected(_ tensors: [RawTensor]) -> [String: [UInt8]] { Dictionary(uniqueKeysWithValues: tensors.map { ($0.key, $0.bytes) }) }
        #expect(contents(checkpoint.unet, mapping) == expected(tiny.unetTensors()))
        #expect(contents(checkpoint.vae, mapping) == expected(tiny.vaeTensors()))
        for (place, encoder) in checkpoint.textEncoders.enumerated() {
            // open_clip's form of the projection is transposed.
            let names = expected(tiny.textTensors(place)).filter { !$0.key.hasPrefix("text_projection") }
            #expect(contents(encoder, mapping).filter { !$0.key.hasPrefix("text_projection") } == names)
        }
    }

    @Test("a UNet under any names becomes a model with a VAE and a text encoder", arguments: [
        "model.diffusion_model.", "", "diffusers",
    ])
    func names(prefix: String) throws {
        let tiny = TinyCheckpoint.minimal()
        let unet = prefix == "diffusers" ? tiny.unetTensors() : tensors(tiny, "model.diffusion_model.", as: prefix)
        let path = try write(unet, "unet.safetensors")
        let vae = try write(tiny.vaeTensors(), "vae.safetensors")
        let text = try textFile(tiny, 0, "clip_l.safetensors")
        let checkpoint = try Checkpoint.open(path, vae: vae, textEncoders: [text])
        try expect(checkpoint, is: tiny, .sd1)
        #expect(checkpoint.files.map(\.name) == ["unet.safetensors", "clip_l.safetensors", "vae.safetensors"])
        #expect(checkpoint.hashedPath == path && checkpoint.textEncoderPaths == [text] && checkpoint.partNotices == [])
    }

    @Test("SDXL's two text encoders are known by their widths, in any order and from any kind of file")
    func sdxl() throws {
        let tiny = TinyCheckpoint.sdxl(vocabularySize: 300)
        let unet = try write(tensors(tiny, "model.diffusion_model."), "unet.safetensors")
        let whole = try tiny.writeSingleFile(in: folder, name: "whole.safetensors")
        let pipeline = try tiny.writeFolder(in: folder, name: "pipeline")
        let first = try textFile(tiny, 0, "clip_l.safetensors"), second = try textFile(tiny, 1, "clip_g.safetensors")
        let bare = try textFile(tiny, 0, "bare.safetensors", isBare: true)
        for chosen in [
            [first, second], [second, first], [whole], [pipeline], [pipeline + "/text_encoder", second],
            [pipeline + "/text_encoder_2/model.safetensors", bare],
        ] { try expect(Checkpoint.open(unet, vae: whole, textEncoders: chosen), is: tiny, .sdxl) }
        let files = [[first, second], [second, first]].map { try? Checkpoint.open(unet, vae: whole, textEncoders: $0).textEncoderPaths }
        #expect(files == [[first, second], [first, second]])
    }

    @Test("Stable Diffusion 2's UNet is known by its linear projections, and its text encoder is open_clip's under any names")
    func sd2() throws {
        let tiny = TinyCheckpoint.sd2(vocabularySize: 300)
        let unet = try write(tensors(tiny, "model.diffusion_model."), "unet.safetensors")
        let vae = try write(tiny.vaeTensors(), "vae.safetensors")
        try expect(Checkpoint.open(unet, vae: vae, textEncoders: [textFile(tiny, 0, "clip_h.safetensors")]), is: tiny, .sd2)
    }

    @Test("what a UNet alone lacks is told by the names that people know")
    func missing() throws {
        func message(_ path: String, _ vae: String? = nil, _ encoders: [String] = []) -> String {
            do { return try Checkpoint.open(path, vae: vae, textEncoders: encoders).name } catch { return error.description }
        }
        let tiny = TinyCheckpoint.sdxl(vocabularySize: 8)
        let unet = try write(tensors(tiny, "model.diffusion_model."), "unet.safetensors")
        let vae = try write(tiny.vaeTensors(), "vae.safetensors")
        let first = try textFile(tiny, 0, "clip_l.safetensors")
        #expect(message(unet) == """
            "unet.safetensors" holds only a UNet (Stable Diffusion XL). Choose its VAE with --vae, and its text encoders, CLIP-L and \
            CLIP-G, with --text-encoder, or use a complete checkpoint.
            """)
        #expect(message(unet, vae, [first]) == """
            "unet.safetensors" holds only a UNet (Stable Diffusion XL). Choose its text encoder, CLIP-G, with --text-encoder, or use a \
            complete checkpoint.
            """)
        #expect(message(unet, nil, [first, try textFile(tiny, 1, "clip_g.safetensors")]).contains("Choose its VAE with --vae, or use"))
        #expect(throws: CheckpointError.notATextEncoder(file: "vae.safetensors")) {
            try Checkpoint.open(unet, vae: vae, textEncoders: [vae])
        }
        #expect(throws: CheckpointError.notFound(path: "/no/such")) { try Checkpoint.open(unet, textEncoders: ["/no/such"]) }
    }

    @Test("a chosen text encoder replaces a checkpoint's own, and the compiled networks are others", arguments: [
        Checkpoint.Layout.single, .diffusers,
    ])
    func replaced(layout: Checkpoint.Layout) async throws {
        let tiny = TinyCheckpoint.sdxl(vocabularySize: 8)
        var other = tiny
        other.seed = 77
        let path = layout == .single ? try tiny.writeSingleFile(in: folder) : try tiny.writeFolder(in: folder)
        let text = try textFile(other, 1, "clip_g.safetensors")
        let checkpoint = try Checkpoint.open(path, textEncoders: [text])
        #expect(checkpoint.textEncoderPaths == [nil, text] && checkpoint.unusedKeys == [] && checkpoint.vaeSource == .own)
        let mapping = try MappedWeights(checkpoint)
        for (place, source) in [tiny, other].enumerated() {
            let name = "embeddings.token_embedding.weight"
            let expected = source.textTensors(place).first { $0.key == name }?.bytes
            #expect(contents(checkpoint.textEncoders[place], mapping)[name] == expected)
        }
        // The same files in other parts are another model.
        let whole = try other.writeSingleFile(in: folder, name: "other.safetensors")
        let cache = folder.url.appending(path: "cache")
        var identities: Set<String> = [], fingerprints: Set<String?> = []
        for (vae, encoders) in [(nil, []), (whole, []), (nil, [whole]), (whole, [whole])] as [(String?, [String])] {
            let model = try Checkpoint.open(path, vae: vae, textEncoders: encoders)
            identities.insert(model.identity)
            fingerprints.insert(await model.fingerprint(rememberedIn: cache))
        }
        #expect(identities.count == 4 && fingerprints.count == 4)
        let parts = await checkpoint.parts(rememberedIn: cache)
        #expect(parts.map(\.name) == ["clip_g.safetensors"] && parts[0].kind == .textEncoder && parts[0].sha256?.count == 64)
    }

    @Test("a text encoder that does not fit is left out, with a notice")
    func unfit() throws {
        let tiny = TinyCheckpoint.minimal(), wide = TinyCheckpoint.sd2(vocabularySize: 8)
        let path = try tiny.writeSingleFile(in: folder)
        let fitting = try textFile(tiny, 0, "one.safetensors"), second = try textFile(tiny, 0, "two.safetensors")
        let checkpoint = try Checkpoint.open(path, textEncoders: [try textFile(wide, 0, "clip_h.safetensors"), fitting, second])
        #expect(checkpoint.textEncoderPaths == [fitting])
        #expect(checkpoint.partNotices.map(\.description) == [
            "The text encoder \"clip_h.safetensors\" was left out: it is 128 numbers wide, and this model takes 64.",
            "The text encoder \"two.safetensors\" was left out: \"one.safetensors\" is in its place.",
        ])
    }
}
