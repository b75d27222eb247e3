@testable import Downloads
import Files
import Testing

@Suite("Files of a repository that are wanted")
struct FileChoiceTests {
    static func model(_ paths: [String], kind: ModelKind = .checkpoint, hub: String = "Hugging Face") -> HubModel {
        HubModel(
            hub: hub, name: "name", page: "https://huggingface.co/org/name", kind: kind,
            files: paths.map { path in
                let isLarge = ["safetensors", "bin", "msgpack", "onnx"].contains(path.pathExtension)
                return HubFile(path: path, address: "https://a/" + path, byteCount: isLarge ? 2_000_000_000 : 500)
            })
    }

    static let small = [
        "model_index.json", "scheduler/scheduler_config.json", "text_encoder/config.json", "tokenizer/merges.txt", "tokenizer/vocab.json",
        "unet/config.json", "vae/config.json",
    ]
    static let plain = [
        "text_encoder/model.safetensors", "unet/diffusion_pytorch_model.safetensors", "vae/diffusion_pytorch_model.safetensors",
    ]
    static let half = [
        "text_encoder/model.fp16.safetensors", "unet/diffusion_pytorch_model.fp16.safetensors",
        "vae/diffusion_pytorch_model.fp16.safetensors",
    ]
    static let torch = [
        "text_encoder/pytorch_model.bin", "unet/diffusion_pytorch_model-00001-of-00002.bin",
        "unet/diffusion_pytorch_model-00002-of-00002.bin", "unet/diffusion_pytorch_model.bin.index.json", "vae/diffusion_pytorch_model.bin",
    ]
    static let graphs = ["text_encoder", "unet", "vae_decoder", "vae_encoder"].flatMap {
        ["\($0)/openvino_model.xml", "\($0)/openvino_model.bin"]
    }
    static let rest = [
        ".gitattributes", "README.md", "v1-5-pruned.safetensors", "feature_extractor/preprocessor_config.json",
        "safety_checker/model.safetensors",
        "unet/diffusion_pytorch_model.bin", "unet/openvino_model.xml", "unet/diffusion_flax_model.msgpack", "vae_decoder/model.onnx",
    ]

    @Test("a diffusers folder comes once, in fp16 where there is one, or in the variant that is asked for", arguments: [
        (small + plain + half + rest, nil, small + half), (small + plain + rest, nil, small + plain),
        (small + plain + half + rest, "default", small + plain), (small + plain + half, "fp16", small + half),
        // What has no such variant is taken as it is.
        (small + plain + ["unet/diffusion_pytorch_model.non_ema.safetensors"], "non_ema",
            small + [plain[0], "unet/diffusion_pytorch_model.non_ema.safetensors", plain[2]]),
        (small + half, "default", small + half),
        (small + torch + ["unet/openvino_model.xml", "unet/openvino_model.bin"], nil, small + torch),
        (small + graphs + ["vae/diffusion_flax_model.msgpack", "tokenizer/openvino_tokenizer.xml"], nil, small.dropLast() + graphs),
    ] as [([String], String?, [String])])
    func folder(paths: [String], variant: String?, wanted: [String]) throws {
        let chosen = try Self.model(paths).choose(FileChoice(variant: variant))
        #expect(chosen.isFolder && chosen.files.map(\.path).sorted() == wanted.sorted())
    }

    @Test("shards come all, with the index of their variant")
    func shards() throws {
        let unet = "unet/diffusion_pytorch_model"
        let shards = [
            unet + ".fp16-00001-of-00002.safetensors", unet + ".fp16-00002-of-00002.safetensors", unet + ".safetensors.index.fp16.json",
        ]
        let others = [unet + "-00001-of-00001.safetensors", unet + ".safetensors.index.json"]
        let wanted = Self.small + Self.half.filter { !$0.hasPrefix("unet") } + shards
        let chosen = try Self.model(wanted + others).choose(FileChoice())
        #expect(chosen.files.map(\.path).sorted() == wanted.sorted())
    }

    @Test("what is left out or not as wished is told")
    func notes() throws {
        let notes = try Self.model(Self.small + Self.plain + Self.half + Self.rest).choose(FileChoice()).notes
        #expect(notes.count == 1 && notes[0].contains("v1-5-pruned.safetensors") && notes[0].hasPrefix("Left out: 8 files of 16.0 GB"))
        let other = try Self.model(Self.small + Self.plain).choose(FileChoice(variant: "bf16")).notes
        #expect(other.first == "There is no variant \"bf16\" in text_encoder/; the plain files are taken there." && other.count == 3)
    }

    @Test("one file is taken by itself, and several are asked about", arguments: [
        (["a.safetensors", "README.md", "a.ckpt"], nil, ["a.safetensors"]),
        (["a.safetensors", "a-fp16.safetensors"], "fp16", ["a-fp16.safetensors"]),
        (["4x.pth", "README.md"], nil, ["4x.pth"]),
        (["a.safetensors", "b.safetensors"], nil, nil), (["a.ckpt", "b.bin"], nil, ["a.ckpt"]),
        (["b.bin"], nil, nil), (["README.md"], nil, nil), ([], nil, nil),
        (["a.safetensors"], "bf16", nil),
        // A UNet's repository without the rest.
        (["model_index.json", "unet/config.json", "unet/diffusion_pytorch_model.bin"], nil, nil),
        (["model_index.json", "transformer/diffusion_pytorch_model.safetensors"], nil, nil),
    ] as [([String], String?, [String]?)])
    func single(paths: [String], variant: String?, wanted: [String]?) {
        #expect((try? Self.model(paths).choose(FileChoice(variant: variant)))?.files.map(\.path) == wanted)
    }

    @Test("a file is found by its path or its name")
    func named() throws {
        let model = Self.model(["a/x.safetensors", "b/x.safetensors", "b/y.safetensors"])
        #expect(try model.choose(FileChoice(file: "a/x.safetensors")).files.map(\.path) == ["a/x.safetensors"])
        #expect(try model.choose(FileChoice(file: "y.safetensors")).files.map(\.path) == ["b/y.safetensors"])
        #expect(throws: DownloadError.severalFiles(model.page, names: ["a/x.safetensors", "b/x.safetensors"])) {
            try model.choose(FileChoice(file: "x.safetensors"))
        }
        let error = #expect(throws: DownloadError.self) { try model.choose(FileChoice(file: "b/yy.safetensors")) }
        #expect(error?.description.contains("Did you mean \"b/y.safetensors\"?") == true)
    }

    @Test("a VAE's repository is a folder")
    func vae() throws {
        let paths = ["config.json", "diffusion_pytorch_model.safetensors", "diffusion_pytorch_model.bin", "sdxl_vae.safetensors"]
        let model = Self.model(paths, kind: .vae)
        let plan = try DownloadPlan(model, named: "org/name", choice: FileChoice())
        #expect(plan.isFolder && plan.name == "name" && plan.files.map(\.path) == ["diffusion_pytorch_model.safetensors", "config.json"])
    }

    @Test("a name that says nothing becomes the repository's; the kind follows the file", arguments: [
        ("pytorch_lora_weights.safetensors", ModelKind.lora, "name.safetensors", ModelKind.lora),
        ("diffusion_pytorch_model.fp16.safetensors", .checkpoint, "name.fp16.safetensors", .checkpoint),
        ("sub/anime.safetensors", .checkpoint, "anime.safetensors", .checkpoint),
        ("sdxl_vae.safetensors", .checkpoint, "sdxl_vae.safetensors", .vae),
        ("taesdxl_decoder.safetensors", .checkpoint, "taesdxl_decoder.safetensors", .tinyVAE),
        ("RealESRGAN_x4plus.pth", .checkpoint, "RealESRGAN_x4plus.pth", .upscaler),
    ])
    func names(path: String, kind: ModelKind, name: String, found: ModelKind) throws {
        let plan = try DownloadPlan(Self.model([path], kind: kind), named: "org/name", choice: FileChoice(file: path))
        #expect(plan.name == name && plan.kind == found && plan.files.map(\.path) == [name])
    }

    @Test("paths that leave the folder, or hide, are no paths", arguments: [
        ("a.safetensors", true), ("unet/a b.safetensors", true), ("ü/模型.safetensors", true), ("", false), ("/a", false), ("a//b", false),
        ("../a", false), ("a/../b", false), (".git/config", false), ("a/.b", false), ("a\\b", false), ("a\u{0}b", false), ("a\nb", false),
    ])
    func paths(path: String, isSafe: Bool) { #expect(RepositoryPath.isSafe(path) == isSafe) }
}
