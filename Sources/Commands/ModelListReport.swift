import Generation
import Hosting

/// The output of `easel models`.
struct ModelListReport {
    private let folders: [String]
    private let models: [Model]
    /// Sentences about files that are not as a user expects.
    let notes: [String]

    private struct Model: Encodable {
        let name, path: String
        let defaults: ModelDefaults?
    }

    init(_ library: ModelLibrary, defaults: ModelDefaultsLibrary) {
        let listing = library.listing()
        folders = library.folders.map(\.path)
        var notes = listing.notes
        models = listing.models.map { model in
            let found = defaults.defaults(of: model.name, path: model.path)
            notes += found.notes
            return Model(name: model.name, path: model.path, defaults: found.defaults)
        }
        self.notes = notes
    }

    /// Where models are looked for, then what is there.
    var text: String {
        var table = Table(header: ["MODEL", "PATH"])
        for model in models { table.append([model.name, model.path]) }
        return "Models are looked for in these folders, and in the folders below them:\n"
            + folders.map { "  \($0)\n" }.joined()
            + "--model-folder FOLDER adds those of A1111, SD.Next, Forge or ComfyUI; `easel import --from FOLDER` for good.\n\n"
            + (models.isEmpty ? "There are no models yet. Put a .safetensors or .ckpt file into one of them.\n" : table.text)
    }

    /// One line, keys in alphabetical order.
    var json: String { jsonLine(Document(folders: folders, models: models)) }

    private struct Document: Encodable {
        let folders: [String]
        let models: [Model]
    }
}
