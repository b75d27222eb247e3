import Checkpoints
import Diffusion
import Foundation
import Generation
import Prompting
import Settings
import TestSupport
import Testing

@testable import Hosting

@Suite("Folders of other programs")
struct ModelFoldersTests {
    private let folder: TemporaryFolder
    private let user: UserFolders

    /// As much of a safetensors file as a list looks at.
    private static let start = SafetensorsWriter.file(header: "{}")

    init() throws {
        folder = try TemporaryFolder()
        user = UserFolders(environment: ["HOME": folder.path])
    }

    private func settings(_ folders: String...) throws -> EaselSettings {
        try EaselSettings(environment: ["EASEL_MODEL_FOLDERS": folders.map { folder.path + "/" + $0 }.joined(separator: ":")])
    }

    /// Paths below the folder of this test.
    private func short(_ paths: [String]) -> [String] { paths.map { String($0.trimmingPrefix(folder.path + "/")) } }

    @Test("the folders of a program are found by their names, in any case, and by kind, in order", arguments: [
        (
            ["models/Stable-diffusion/a", "models/Lora/b", "models/LyCORIS/c", "embeddings/d", "models/VAE/e", "models/VAE-approx/f",
             "models/ESRGAN/g", "models/RealESRGAN/h", "models/SwinIR/i", "models/ControlNet/j", "extensions/dynamic/wildcards/k.txt",
             "extensions/other/x", "styles.csv"],
            .a1111,
            [.checkpoints: ["models/Stable-diffusion"], .loras: ["models/Lora", "models/LyCORIS"], .embeddings: ["embeddings"],
             .vaes: ["models/VAE"], .tinyVAEs: ["models/VAE-approx"], .upscalers: ["models/ESRGAN", "models/RealESRGAN"],
             .controlNets: ["models/ControlNet"], .wildcards: ["extensions/dynamic/wildcards"], .styles: ["styles.csv"]]
        ),
        (
            ["modules_forge/x", "models/Stable-diffusion/a", "models/diffusers/b", "models/Lora/c"], .forge,
            [.checkpoints: ["models/Stable-diffusion", "models/diffusers"], .loras: ["models/Lora"]]
        ),
        (
            ["installer.py", "models/Stable-diffusion/a", "models/Diffusers/b", "models/UNET/c", "models/control/d", "models/TAESD/e",
             "models/styles/f.json", "models/wildcards/g.txt", "models/embeddings/h"],
            .sdNext,
            [.checkpoints: ["models/Stable-diffusion", "models/Diffusers"], .unets: ["models/UNET"], .controlNets: ["models/control"],
             .tinyVAEs: ["models/TAESD"], .styles: ["models/styles"], .wildcards: ["models/wildcards"],
             .embeddings: ["models/embeddings"]]
        ),
        (
            ["custom_nodes/impact/wildcards/a.txt", "models/checkpoints/b", "models/loras/c", "models/vae/d", "models/vae_approx/e",
             "models/embeddings/f", "models/upscale_models/g", "models/unet/h", "models/diffusion_models/i", "models/controlnet/j",
             "models/text_encoders/k", "models/clip/l"],
            .comfyUI,
            [.checkpoints: ["models/checkpoints"], .loras: ["models/loras"], .vaes: ["models/vae"], .tinyVAEs: ["models/vae_approx"],
             .embeddings: ["models/embeddings"], .upscalers: ["models/upscale_models"],
             .unets: ["models/unet", "models/diffusion_models"], .controlNets: ["models/controlnet"],
             .textEncoders: ["models/text_encoders", "models/clip"],
             .wildcards: ["custom_nodes/impact/wildcards"]]
        ),
        // The folder of models alone.
        (["checkpoints/a", "loras/b"], nil, [.checkpoints: ["checkpoints"], .loras: ["loras"]]),
        (["Stable-diffusion/a", "VAE/b", ".hidden/c"], nil, [.checkpoints: ["Stable-diffusion"], .vaes: ["VAE"]]),
    ] as [([String], ProgramFolder.Program?, [FileKind: [String]])])
    func layouts(files: [String], program: ProgramFolder.Program?, folders: [FileKind: [String]]) throws {
        for file in files { try folder.write("", to: file) }
        let found = try #require(ProgramFolder(folder.path + "/", user: user))
        #expect(found.program == program && found.path == folder.path && found.problems.isEmpty)
        for kind in FileKind.allCases { #expect(short(found.folders(of: kind)) == folders[kind] ?? [], "\(kind)") }
    }

    @Test("a folder of checkpoints is no program's, also when folders in it have such a name", arguments: [
        ["a.safetensors"], ["a.safetensors", "Lora/b.safetensors"], ["checkpoints/a.safetensors"], ["vae/a", "loras/b"],
        ["models/a.safetensors"], [],
    ])
    func plain(files: [String]) throws {
        for file in files { try folder.write(Self.start, to: "m/" + file) }
        #expect(ProgramFolder(folder.path + "/m", user: user) == nil)
        #expect(ProgramFolder(folder.path + "/m/a.safetensors", user: user) == nil)
    }

    @Test("folders that SD.Next's config.json names come first, as far as they are there")
    func sdNextFolders() throws {
        for file in ["sd/installer.py", "sd/models/Lora/a", "more/loras/b", "sd/sub/c", "sd/models/Stable-diffusion/d"] {
            try folder.write("", to: file)
        }
        try folder.write(#"{"lora_dir": "~/more/loras/", "ckpt_dir": "sub", "vae_dir": "/nowhere", "unet_dir": 3}"#, to: "sd/config.json")
        let found = try #require(ProgramFolder(folder.path + "/sd", user: user))
        #expect(short(found.folders(of: .loras)) == ["more/loras", "sd/models/Lora"])
        #expect(short(found.folders(of: .checkpoints)) == ["sd/sub", "sd/models/Stable-diffusion"])
        #expect(found.folders(of: .vaes).isEmpty)
        try folder.write("{", to: "sd/config.json")
        let damaged = try #require(ProgramFolder(folder.path + "/sd", user: user))
        #expect(damaged.problems.count == 1 && damaged.problems[0].contains("config.json is left out: it is not JSON"))
        #expect(short(damaged.folders(of: .loras)) == ["sd/models/Lora"])
    }

    @Test("folders that ComfyUI's file names come after its own, or before them when it says so; a bad file is told of")
    func comfyFolders() throws {
        for file in ["c/models/checkpoints/a", "c/models/loras/b", "a1111/models/Lora/c", "first/d"] { try folder.write("", to: file) }
        try folder.write("""
            a1111:
                base_path: ../a1111
                loras: models/Lora
            mine:
                is_default: true
                base_path: ~/first
                loras: .
            """, to: "c/extra_model_paths.yaml")
        func found() throws -> ProgramFolder { try #require(ProgramFolder(folder.path + "/c", user: user)) }
        #expect(try short(found().folders(of: .loras)) == ["first/.", "c/models/loras", "c/../a1111/models/Lora"])
        try folder.write("a1111:\n  loras:\n    - models/Lora\n", to: "c/extra_model_paths.yaml")
        #expect(try short(found().folders(of: .loras)) == ["c/models/loras"])
        let settings = try settings("c")
        #expect(ModelFolders(settings, user: user).notes.map { $0.contains("extra_model_paths.yaml, line 3,") } == [true])
    }

    @Test("each kind has its own setting's folders first, then the user's, then each model folder; what is named twice counts once")
    func order() throws {
        for file in ["a/models/Stable-diffusion/x", "a/models/Lora/x", "b/models/checkpoints/x", "b/models/loras/x", "plain/x"] {
            try folder.write("", to: file)
        }
        let folders = ModelFolders(try settings("b", "plain", "a", "gone"), user: user)
        let own = ".local/share/easel/loras"
        #expect(short(folders.folders(of: .loras)) == [own, "b/models/loras", "a/models/Lora"])
        #expect(short(folders.folders(of: .loras, named: ["~/mine", "~/b/models/loras"])) == [
            "mine", "b/models/loras", own, "a/models/Lora",
        ])
        #expect(short(folders.folders(of: .checkpoints)) == [
            ".local/share/easel/models", "plain", "b/models/checkpoints", "a/models/Stable-diffusion",
        ])
        #expect(folders.notes == ["The folder \"\(folder.path)/gone\" is not there (model_folders, EASEL_MODEL_FOLDERS)."])
    }

    @Test("a program's folder in EASEL_MODELS is read as one, for all kinds")
    func variable() throws {
        for file in ["a/models/Stable-diffusion/m.safetensors", "a/models/ControlNet/c.safetensors", "a/models/Lora/l.safetensors"] {
            try folder.write(Self.start, to: file)
        }
        try folder.write(Self.start, to: "plain/sub/p.safetensors")
        let environment = ["HOME": folder.path, "EASEL_MODELS": "~/a/:~/plain"]
        let library = ModelLibrary(environment: environment, executable: URL(filePath: "/nowhere/bin/easel"))
        #expect(short(library.folders.map(\.path)) == ["a/models/Stable-diffusion", "plain", ".local/share/easel/models"])
        #expect(library.listing().models.map(\.name) == ["m", "sub/p"] && library.listing().notes.isEmpty)
        let folders = ModelFolders(user: UserFolders(environment: environment))
        #expect(short(folders.folders(of: .loras)).last == "a/models/Lora")
    }

    @Test("models, upscalers, VAEs, styles, wildcards and embeddings of a model folder are used; the user's own keep their names")
    func libraries() throws {
        for file in [
            "sd/models/Stable-diffusion/anime.safetensors", "sd/models/ControlNet/canny.safetensors", "sd/models/ESRGAN/4x.pth",
            "sd/models/VAE/mse.safetensors", "sd/models/VAE-approx/taesd_decoder.pth", "sd/embeddings/neg.pt", "sd/embeddings/own.pt",
            ".local/share/easel/embeddings/own.pt",
        ] { try folder.write(Self.start, to: file) }
        try folder.write("name,prompt,negative_prompt\nink,theirs,\nfog,misty,\n", to: "sd/styles.csv")
        try folder.write("name,prompt,negative_prompt\nink,mine,\n", to: ".local/share/easel/styles.csv")
        try folder.write("red\n", to: "sd/extensions/w/wildcards/colour.txt")
        var settings = try settings("sd")
        let folders = ModelFolders(settings, user: user)
        let library = ModelLibrary(folders, executable: URL(filePath: "/nowhere/bin/easel"))
        #expect(library.listing().models.map(\.name) == ["anime"])
        #expect(UpscalerLibrary(settings, folders: user).names.last == "4x")
        #expect(short(settings.tinyVAEs(folders).files(for: .sd1)) == ["sd/models/VAE-approx/taesd_decoder.pth"])
        for name in ["mse", "mse.safetensors"] {
            settings.vae = name
            #expect(settings.chosenVAE(folders) == folder.path + "/sd/models/VAE/mse.safetensors")
        }
        settings.vae = "nowhere"
        #expect(settings.chosenVAE(folders) == "nowhere")

        let resources = try PromptResources.open(settings: settings, folders: user)
        #expect(resources.styles.styles.map { "\($0.name)=\($0.prompt)" } == ["ink=mine", "fog=misty"])
        #expect(resources.wildcards.folder?.names == ["colour"])
        #expect(resources.embeddings?.names == ["neg", "own"])
        try folder.write("blue\n", to: "sd/extensions/w/wildcards/sky.txt")
        try folder.write(Self.start, to: "sd/embeddings/late.pt")
        try resources.styleWriter?(Style(name: "new", prompt: "n", negativePrompt: ""), false)
        let now = resources.current
        #expect(now.wildcards.folder?.names == ["colour", "sky"] && now.embeddings?.names == ["late", "neg", "own"])
        #expect(try String(contentsOfFile: folder.path + "/sd/styles.csv", encoding: .utf8).contains("new") == false)
    }

    @Test("3000 files are read once for a list; the next one reads only what is new")
    func readOnce() throws {
        for number in 0..<3000 { try folder.write(Self.start, to: "sd/models/Stable-diffusion/\(number % 7)/m\(number).safetensors") }
        let library = ModelLibrary(ModelFolders(try settings("sd"), user: user), executable: URL(filePath: "/nowhere/bin/easel"))
        #expect(library.listing().models.count == 3000 && library.known.readCount == 3000)
        #expect(library.listing().models.count == 3000 && library.known.readCount == 3000)
        try folder.write(Self.start, to: "sd/models/Stable-diffusion/late.safetensors")
        #expect(library.listing().models.count == 3001 && library.known.readCount == 3001)
    }
}
