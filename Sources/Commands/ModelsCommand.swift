import ArgumentParser
import Checkpoints
import FoundationEssentials
import Generation
import Hosting
import Store

struct ModelsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models",
        abstract: "List checkpoints and LoRAs, look into one, fetch or convert models.",
        discussion: """
            easel models --model-folder ~/stable-diffusion-webui

            Checkpoints are looked for in the folders of EASEL_MODELS (several are separated by ":"), in ~/.local/share/easel/models, in \
            those of the setting model_folders, and among those that came with Easel; also in the folders in them. Of a folder of A1111, \
            SD.Next, Forge or ComfyUI those count that are for checkpoints. `easel import` sets model_folders for good.

            A model's name is its place below such a folder, without its ending: sub/anime. The last part alone, anime, will do when \
            no other model has it; so will the file's name, A1111's title, any case, and \\ for /. When several models would have one \
            name, the first folder's keeps it. In one folder a diffusers folder comes before anime.safetensors, and that before \
            anime.ckpt; the later ones are called by their whole names. Files of torch.save (.ckpt, .pt, .pth) are read as data: \
            nothing in them is run. A path always means what lies there.

            NAME.json beside a checkpoint may hold the settings it is best drawn with: {"easel": {"steps": 12, "cfg_scale": 4}}
            """,
        subcommands: [List.self, LoRAs.self, Info.self, Get.self, Convert.self], defaultSubcommand: List.self)

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List the checkpoints that can be used by name.",
            discussion: """
                The license and the page come from the note that `easel models get` writes, or from NAME.civitai.info. A hash is shown \
                once it has been computed. The settings are those of the latest picture in the server's gallery. Headers are read \
                once and remembered until a file changes.
                """)

        @OptionGroup var folders: FolderOptions

        @Option(help: ArgumentHelp("The server's folder, for its gallery. ~/.local/share/easel/server when left out.", valueName: "folder"))
        var data: String?

        @Flag(help: "Compute the hashes that are not known, which reads each file once.")
        var hash = false

        @Flag(help: "Print one JSON object.")
        var json = false

        func run() {
            do {
                let modelFolders = ModelFolders(try folders.load())
                let user = UserFolders()
                var cards = CheckpointCards(folder: user.cache)
                let memory = HashMemory(folder: user.cache)
                let gallery = data.map { URL(filePath: user.path($0)) } ?? user.data.appending(path: "server")
                var problems: [String] = []
                var lastDrawn: [String: LastDrawing] = [:]
                do throws(StoreError) {
                    lastDrawn = try Archive.lastDrawings(in: DataFolder(gallery))
                } catch {
                    problems.append("The gallery does not tell what models were drawn with: \(error)")
                }
                let report = ModelListReport(
                    ModelLibrary(modelFolders), defaults: ModelDefaultsLibrary(), cards: &cards,
                    hash: { path in
                        if let known = memory.hash(ofFile: path) { return known }
                        guard hash else { return nil }
                        Terminal.note("Computing the hash of \(path) …")
                        return memory.computeBlocking(ofFile: path)
                    }, lastDrawn: lastDrawn)
                Terminal.write(json ? report.json + "\n" : report.text, to: .standardOutput)
                let notes = modelFolders.notes + problems + report.notes
                if !notes.isEmpty { Terminal.write("\n" + notes.joined(separator: "\n") + "\n", to: .standardError) }
            } catch {
                error.end()
            }
        }
    }

    struct LoRAs: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "loras", abstract: "List the LoRAs that prompts can name.",
            discussion: """
                easel models loras --loras ~/stable-diffusion-webui/models/Lora

                LoRAs are looked for in ~/.local/share/easel/loras and in the folders of the setting model_folders. A prompt names one \
                as <lora:NAME:0.8>.
                """)

        @OptionGroup var folders: FolderOptions

        @Option(help: ArgumentHelp("A further folder of LoRAs; may be given several times.", valueName: "folder"))
        var loras: [String] = []

        @Flag(help: "Print one JSON object.")
        var json = false

        func run() {
            do {
                let modelFolders = ModelFolders(try folders.load())
                let report = LoRAListReport(LoRALibrary(folders: modelFolders.folders(of: .loras, named: loras)))
                Terminal.write(json ? report.json + "\n" : report.text, to: .standardOutput)
                for note in modelFolders.notes { Terminal.note("Warning: " + note) }
            } catch {
                error.end()
            }
        }
    }

    struct Info: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "info",
            abstract: "Show what a checkpoint is: family, parameters, sizes, settings that suit it, and keys that are not understood.",
            discussion: "Of a LoRA it shows what it was trained on, its trigger words, and what it changes.")

        @Argument(
            help: ArgumentHelp(
                "A .safetensors or .ckpt file, a diffusers folder, a name from `easel models`, or a LoRA's file.", valueName: "model"))
        var model: String

        @Option(help: ArgumentHelp("The picture whose memory is forecast; the model's own size when left out.", valueName: "WxH"))
        var size: PictureSize?

        @OptionGroup var parts: PartOptions

        @OptionGroup var folders: FolderOptions

        @Flag(help: "Print one JSON object.")
        var json = false

        func run() throws {
            do {
                let modelFolders = ModelFolders(try folders.load())
                let library = ModelLibrary(modelFolders)
                let path = try library.path(of: model)
                let checkpoint: Checkpoint
                do throws(CheckpointError) {
                    checkpoint = try Checkpoint.open(
                        path, vae: parts.vae(modelFolders), textEncoders: parts.textEncoders(modelFolders))
                } catch {
                    guard case .unsupportedModel(_, .lora) = error else { throw error }
                    let report = try LoRAReport(LoRAFile(path: path))
                    return Terminal.write(json ? report.json + "\n" : report.text, to: .standardOutput)
                }
                let defaults = ModelDefaultsLibrary().defaults(of: library.name(ofPath: path), path: path)
                let report = try CheckpointReport(checkpoint, size: size, defaults: defaults)
                Terminal.write(json ? report.json + "\n" : report.text, to: .standardOutput)
                for note in defaults.notes { Terminal.note("Warning: " + note) }
            } catch {
                CommandFailure(error).end()
            }
        }
    }
}
