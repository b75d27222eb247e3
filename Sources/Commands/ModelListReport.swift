import Checkpoints
import Downloads
import Generation
import Hosting

/// The output of `easel models`.
struct ModelListReport {
    private let folders: [String]
    private let models: [Model]
    /// Sentences about files that are not as a user expects.
    let notes: [String]

    private struct Model: Encodable {
        let name, path, kind: String
        let family: String?
        let bytes: Int?
        let sha256: String?
        let license, page: String?
        let baseModels: [String]
        let defaults: ModelDefaults?
        let lastDrawn: LastDrawing?

        private enum CodingKeys: String, CodingKey {
            case name, path, kind, family, bytes, sha256, license, page, defaults
            case baseModels = "base_models"
            case lastDrawn = "last_drawn"
        }
    }

    /// Reads the headers of checkpoints that are not remembered.
    /// - Parameters:
    ///   - cards: remembers what headers said.
    ///   - hash: the SHA-256 of a file, or nil when it is not known.
    ///   - lastDrawn: the latest pictures by the names of models.
    init(
        _ library: ModelLibrary, defaults: ModelDefaultsLibrary, cards: inout CheckpointCards,
        hash: (_ path: String) -> String? = { _ in nil }, lastDrawn: [String: LastDrawing] = [:]
    ) {
        let listing = library.listing()
        folders = library.folders.map(\.path)
        var notes = listing.notes
        let models = listing.models.map { model in
            let found = defaults.defaults(of: model.name, path: model.path)
            let card = cards.card(ofCheckpoint: model.path)
            let note = SourceNote(beside: model.path)
            notes += found.notes + (card.refusal.map { ["\(model.path) cannot be used: \($0)"] } ?? [])
            return Model(
                name: model.name, path: model.path,
                kind: (model.isFolder ? "folder" : "file") + (card.isForInpainting ? ", inpainting" : ""), family: card.family,
                bytes: card.byteCount > 0 ? card.byteCount : nil, sha256: card.hashedPath.flatMap(hash), license: note?.license,
                page: note?.page, baseModels: note?.baseModels ?? [], defaults: found.defaults, lastDrawn: lastDrawn[model.name])
        }
        cards.save(keeping: models.map(\.path))
        (self.models, self.notes) = (models, notes)
    }

    /// The folders that are looked through, then what is there. Columns that say nothing are left out.
    var text: String {
        var table = Table(header: ["MODEL", "FAMILY", "KIND", "SIZE", "HASH", "LICENSE", "FROM", "LAST DRAWN WITH", "PATH"])
        for model in models {
            table.append([
                model.name, model.family ?? "?", model.kind, model.bytes?.inBytes ?? "", String(model.sha256?.prefix(10) ?? ""),
                model.license?.onOneLine.shortened(to: 40) ?? "", model.page?.onOneLine ?? "", model.lastDrawn?.summary ?? "", model.path,
            ])
        }
        table.dropEmptyColumns()
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

extension LastDrawing {
    /// `20 steps, Euler a, CFG scale 7, 512x768`
    fileprivate var summary: String {
        let cfg = cfgScale.map { "CFG scale " + (Int(exactly: $0).map { "\($0)" } ?? "\($0)") }
        return [steps.map { "\($0) steps" }, sampler, cfg, "\(width)x\(height)"].compactMap { $0 }.joined(separator: ", ")
    }
}

extension String {
    fileprivate func shortened(to count: Int) -> String { self.count > count ? prefix(count - 1) + "…" : self }
}
