import Files
import Settings
import WebAPI

/// The settings here that another program's stand for, and those that have none.
struct Counterparts {
    /// Texts that settings read, each with the other program's name.
    private(set) var values: [(key: String, text: String, source: String)] = []
    private(set) var leftovers: [ImportPlan.Leftover] = []
    /// Sentences about files that cannot be read.
    private(set) var notes: [String] = []

    private let settings: EaselSettings
    private let folders: ModelFolders

    /// - Parameters:
    ///   - folder: of the other program.
    ///   - settings: in force here.
    ///   - folders: with those of the other program, to find models and VAEs by name.
    init(_ folder: ProgramFolder, settings: EaselSettings, folders: ModelFolders) {
        self.settings = settings
        self.folders = folders
        switch folder.program {
        case .a1111, .forge, .sdNext: readOptions(in: folder.path + "/config.json")
        case .comfyUI: readComfyUI(in: folder.path + "/user")
        case nil: break
        }
    }

    private mutating func leave(_ name: String, _ value: JSONValue, _ reason: String? = nil) {
        leftovers.append(ImportPlan.Leftover(name: name, value: value.text ?? "", reason: reason))
    }

    private mutating func read(_ path: String) -> [String: JSONValue] {
        let settings = ProgramSettings(path: path)
        if let problem = settings.problem, !notes.contains(problem) { notes.append(problem) }
        return settings.values
    }

    // MARK: A1111, Forge, SD.Next

    /// A1111's defaults that are the sampler's own here. As settings they would be for other samplers, too.
    private static let defaults: [String: JSONValue] = ["uni_pc_order": 3, "uni_pc_variant": "bh1"]

    private mutating func readOptions(in path: String) {
        let options = read(path)
        guard !options.isEmpty else { return }
        let models = ModelLibrary(folders).listing().models.map {
            ModelSummary(name: $0.name, sha256: nil, file: $0.file, isLoaded: false)
        }
        let catalog = ModelCatalog(models, current: settings.requests.model)
        let folderKeys = FileKind.allCases.flatMap(\.sdNextKeys)
        // Previews are two options, which say more together than alone.
        let previews = options.filter { ["live_previews_enable", "show_progress_every_n_steps"].contains($0.key) }
        for (name, value) in options.sorted(by: { $0.key < $1.key })
        where value != .null && value != Self.defaults[name] && !folderKeys.contains(name) {
            switch name {
            case "live_previews_enable" where value == true && previews.count == 2: break
            case "sd_vae": readVAE(name, value)
            case "sd_model_checkpoint": readModel(name, value, catalog)
            case _ where Options.isIdle(name): leave(name, value)
            default:
                do throws(APIError) {
                    let together = previews[name] == nil ? [name: value] : previews
                    for (key, text) in try Options.changes(together, settings: settings, models: catalog)
                    where !values.contains(where: { $0.key == key }) {
                        values.append((key, text, name))
                    }
                } catch {
                    leave(name, value, error.message)
                }
            }
        }
    }

    private mutating func readModel(_ name: String, _ value: JSONValue, _ models: ModelCatalog) {
        guard case .string(let title) = value, !title.isEmpty, title != "None" else { return }
        if let model = models.find(title) {
            values.append(("model", model.name, name))
        } else {
            leave(name, value, "No such model is in the folders for checkpoints.")
        }
    }

    private mutating func readVAE(_ name: String, _ value: JSONValue) {
        guard case .string(let vae) = value else { return leave(name, value) }
        switch vae {
        case "", "Automatic", "Default": break
        case "None": values.append(("vae", "none", name))
        default:
            guard let path = folders.file(of: .vaes, named: vae) else {
                return leave(name, value, "No such file is in the folders for VAEs.")
            }
            values.append(("vae", path, name))
        }
    }

    // MARK: ComfyUI

    /// - Parameter folder: has a folder for each user, `default` where there is one only.
    private mutating func readComfyUI(in folder: String) {
        let users = (FolderEntries.names(in: folder) ?? []).filter { PathKind("\(folder)/\($0)/comfy.settings.json") == .file }
        guard let user = users.first(where: { $0 == "default" }) ?? users.first else { return }
        for (name, value) in read("\(folder)/\(user)/comfy.settings.json").sorted(by: { $0.key < $1.key }) {
            switch (name, value.text) {
            case ("Comfy.Execution.PreviewMethod", "auto"), ("Comfy.Execution.PreviewMethod", "taesd"):
                values.append(("preview_method", "auto", name))
            case ("Comfy.Execution.PreviewMethod", "latent2rgb"): values.append(("preview_method", "fast", name))
            case ("Comfy.Execution.PreviewMethod", "none"): values.append(("preview_steps", "0", name))
            case ("Comfy.Execution.PreviewMethod", "default"): break
            default: leave(name, value)
            }
        }
    }
}
