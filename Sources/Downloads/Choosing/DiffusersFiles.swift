import Files

/// The choice among the files of a repository in diffusers' layout, which often has the same weights several times.
struct DiffusersFiles {
    let model: HubModel
    /// nil for fp16 where there is one.
    let variant: String?

    /// The folders that Easel reads: with weights, and with graphs for OpenVINO.
    private static let components = ["scheduler", "text_encoder", "text_encoder_2", "tokenizer", "tokenizer_2", "unet", "vae"]
    private static let graphComponents: [String] = components.dropLast() + ["vae_decoder", "vae_encoder"]
    /// A network as a graph for OpenVINO.
    private static let graph = ["openvino_model.xml", "openvino_model.bin"]
    /// Variants in the order of preference, when none is asked for; "" are the plain files.
    static let preferred = ["fp16", "", "bf16", "fp32", "non_ema", "ema"]

    /// All that a checkpoint needs.
    func pipeline() throws(DownloadError) -> ChosenFiles {
        var chosen = ChosenFiles(files: model.files.filter { $0.path == "model_index.json" }, isFolder: true)
        let unet = model.files.map(\.path).filter { $0.hasPrefix("unet/") }.map(\.lastPathComponent)
        let hasWeights = unet.contains { WeightName($0) != nil || Self.torchName($0) }
        let components = !hasWeights && unet.contains(Self.graph[0]) ? Self.graphComponents : Self.components
        for component in components { try add(component + "/", to: &chosen) }
        for (folder, part) in [("unet/", "UNet"), ("text_encoder", "text encoder")] {
            guard chosen.files.contains(where: { $0.path.hasPrefix(folder) && $0.path.pathExtension != "json" }) else {
                throw .nothingUsable(model.page, reason: "It has no \(part), so that it is no Stable Diffusion 1, 2 or XL.")
            }
        }
        noteRest(of: &chosen)
        return chosen
    }

    /// The files of one network whose repository has no others, such as a VAE.
    func network() throws(DownloadError) -> ChosenFiles {
        var chosen = ChosenFiles(files: [], isFolder: true)
        try add("", to: &chosen)
        noteRest(of: &chosen)
        return chosen
    }

    /// Adds what one folder has: its weights in one variant, and the small files beside them.
    /// - Parameter folder: ends with a slash; empty for the repository itself.
    private func add(_ folder: String, to chosen: inout ChosenFiles) throws(DownloadError) {
        let files = model.files.filter { $0.path.hasPrefix(folder) && !$0.path.dropFirst(folder.count).contains("/") }
        let weights = files.compactMap { file in WeightName(file.path.lastPathComponent).map { (file: file, name: $0) } }
        let small = files.filter { file in
            let name = file.path.lastPathComponent
            // Lists of shards belong to weights in other formats.
            return WeightName(name) == nil && (name.pathExtension == "json" && !name.hasSuffix(".index.json") || name == "merges.txt")
        }
        let available = Set(weights.map(\.name.variant))
        if !available.isEmpty {
            let wanted = variant.map { [$0 == "default" ? "" : $0] + Self.preferred } ?? Self.preferred
            guard let taken = wanted.first(where: available.contains) ?? available.min() else { return }
            if let variant, taken != wanted[0] {
                let place = folder.isEmpty ? "the repository" : folder
                chosen.notes.append(
                    "There is no variant \"\(variant)\" in \(place); \(taken.isEmpty ? "the plain files are" : taken + " is") taken there.")
            }
            let same = weights.filter { $0.name.variant == taken }
            // One whole file, or else all shards and their index.
            let whole = same.filter { $0.name.form == .whole }
            chosen.files += (whole.isEmpty ? same : Array(whole.prefix(1))).map(\.file)
        } else if case let torch = files.filter({ Self.torchName($0.path.lastPathComponent) }), !torch.isEmpty {
            chosen.files += torch
            let place = folder.isEmpty ? "the repository" : folder
            chosen.notes.append("There is no .safetensors file in \(place); its .bin is taken, which Easel reads as data.")
        } else if case let graph = files.filter({ Self.graph.contains($0.path.lastPathComponent) }), graph.count == Self.graph.count {
            chosen.files += graph
        } else if ["unet/", "vae/", "text_encoder/", "text_encoder_2/", ""].contains(folder), !files.isEmpty {
            let pickles = files.map(\.path).filter(\.hasPickleExtension)
            let others = pickles.isEmpty
                ? "." : ", only \(pickles.joined(separator: ", ")). Look for another copy of the model, or fetch the files by yourself."
            throw .nothingUsable(model.page, reason: "There is no .safetensors file in \(folder.isEmpty ? "it" : folder)" + others)
        }
        chosen.files += small
    }

    /// Whether a name is that of weights which `torch.save` wrote, whole or in shards.
    private static func torchName(_ name: String) -> Bool {
        name.wholeMatch(of: /(diffusion_pytorch_model|pytorch_model)(-[0-9]+-of-[0-9]+)?\.bin(\.index\.json)?/) != nil
    }

    /// Tells of the large files that are not fetched.
    private func noteRest(of chosen: inout ChosenFiles) {
        let paths = Set(chosen.files.map(\.path))
        let rest = model.files.filter { !paths.contains($0.path) && ($0.byteCount ?? 0) > 1_000_000 }
        guard !rest.isEmpty else { return }
        let size = rest.reduce(0.0) { $0 + Double($1.byteCount ?? 0) / 1e9 }
        let single = rest.map(\.path).filter { $0.pathExtension == "safetensors" && !$0.contains("/") }
        chosen.notes.append(
            "Left out: \(rest.count) files of \((size * 10).rounded() / 10) GB, other variants and formats of the same and what Easel does "
                + "not use." + (single.isEmpty ? "" : " --file takes one of these instead: \(single.prefix(5).joined(separator: ", ")).")
                + (variant == nil ? " --variant chooses another variant." : ""))
    }
}

/// The name of a file of weights as diffusers writes it.
///
///     diffusion_pytorch_model.safetensors    model.fp16.safetensors    model.fp16-00001-of-00002.safetensors
///     diffusion_pytorch_model.safetensors.index.json    diffusion_pytorch_model.safetensors.index.fp16.json
struct WeightName: Equatable {
    enum Form { case whole, shard, index }

    let form: Form
    /// Empty for the plain files.
    let variant: String

    /// - Returns: nil for names of other files.
    init?(_ name: String) {
        let stems = ["diffusion_pytorch_model", "model"]
        guard let stem = stems.first(where: { name.hasPrefix($0 + ".") || name.hasPrefix($0 + "-") }) else { return nil }
        let rest = name.dropFirst(stem.count)
        if let match = rest.wholeMatch(of: /\.safetensors\.index(?:\.([A-Za-z0-9_]+))?\.json/) {
            (form, variant) = (.index, match.1.map(String.init) ?? "")
        } else if let match = rest.wholeMatch(of: /(?:\.([A-Za-z0-9_]+))?-[0-9]+-of-[0-9]+\.safetensors/) {
            (form, variant) = (.shard, match.1.map(String.init) ?? "")
        } else if let match = rest.wholeMatch(of: /(?:\.([A-Za-z0-9_]+))?\.safetensors/) {
            (form, variant) = (.whole, match.1.map(String.init) ?? "")
        } else {
            return nil
        }
    }
}
