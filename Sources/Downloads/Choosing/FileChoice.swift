import Files

/// A wish for some of the files that a source has.
public struct FileChoice: Sendable, Hashable {
    /// The path of a file in a repository, or its name; nil for what a model needs.
    public var file: String?
    /// `fp16`, `bf16`, `fp32`, `non_ema` and whatever else stands before `.safetensors`; `default` for the plain files. nil for fp16
    /// where there is one.
    public var variant: String?

    /// - Parameters:
    ///   - file: a path in a repository, or a file's name.
    ///   - variant: a variant's name.
    public init(file: String? = nil, variant: String? = nil) {
        self.file = file
        self.variant = variant
    }
}

/// The files that were chosen.
struct ChosenFiles {
    var files: [HubFile]
    /// Whether they make a folder together; otherwise there is one file.
    var isFolder: Bool
    /// Sentences about what was not as wished, and what was left out.
    var notes: [String] = []
}

extension HubModel {
    /// Chooses the files that are wanted.
    /// - Throws: `DownloadError.severalFiles`, `.notFound`, `.nothingUsable`.
    func choose(_ choice: FileChoice) throws(DownloadError) -> ChosenFiles {
        if let name = choice.file { return ChosenFiles(files: [try file(named: name)], isFolder: false) }
        if hub == "CivitAI" { return try civitAIFile(choice) }
        let paths = Set(files.map(\.path))
        if paths.contains("model_index.json") { return try DiffusersFiles(model: self, variant: choice.variant).pipeline() }
        if kind == .vae || kind == .tinyVAE, paths.contains("config.json"),
            paths.contains(where: { $0.hasPrefix("diffusion_pytorch_model.") }) {
            return try DiffusersFiles(model: self, variant: choice.variant).network()
        }
        return try singleFile(choice)
    }

    /// The file with this path, or the only one with this name.
    private func file(named name: String) throws(DownloadError) -> HubFile {
        let found = files.filter { $0.path == name }
        let others = found.isEmpty ? files.filter { $0.path.hasSuffix("/" + name) } : []
        guard others.count < 2 else { throw .severalFiles(page, names: others.map(\.path)) }
        guard let file = (found + others).first else {
            guard !files.isEmpty else { throw .nothingUsable(page, reason: "It has no files at all.") }
            let near = files.map(\.path).nearest(to: name).map { " Did you mean \"\($0)\"?" } ?? ""
            throw .nothingUsable(page, reason: "There is no file \"\(name)\" in it.\(near)")
        }
        return file
    }

    /// The only file of weights.
    private func singleFile(_ choice: FileChoice) throws(DownloadError) -> ChosenFiles {
        var candidates = files.filter { $0.path.pathExtension == "safetensors" }
        if let variant = choice.variant {
            let fitting = candidates.filter { file in
                let words = file.path.lastPathComponent.lowercased().split { !($0.isLetter || $0.isNumber) }
                return words.contains { $0 == variant.lowercased() }
            }
            guard !fitting.isEmpty || candidates.isEmpty else {
                let names = candidates.map(\.path).joined(separator: ", ")
                throw .nothingUsable(page, reason: "No file has \"\(variant)\" in its name: \(names).")
            }
            candidates = fitting
        }
        // Upscalers, tiny VAEs and old checkpoints are stored so, and read as data.
        if candidates.isEmpty { candidates = files.filter { ["pth", "ckpt"].contains($0.path.pathExtension) } }
        guard candidates.count < 2 else {
            throw .severalFiles(page, names: candidates.map { file in
                file.path + (file.byteCount.map { "  (\(($0 + 999_999) / 1_000_000) MB)" } ?? "")
            })
        }
        guard let file = candidates.first else {
            let pickles = files.map(\.path).filter(\.hasPickleExtension).prefix(5).joined(separator: ", ")
            throw .nothingUsable(page, reason: pickles.isEmpty
                ? "It has no .safetensors file."
                : "Its weights are in pickles: \(pickles). --file takes one of these, which Easel reads as data.")
        }
        return ChosenFiles(files: [file], isFolder: false)
    }

    /// The file that CivitAI's own button fetches, unless another one is asked for or that one is a pickle beside a .safetensors file.
    private func civitAIFile(_ choice: FileChoice) throws(DownloadError) -> ChosenFiles {
        let safe = files.filter { $0.path.pathExtension == "safetensors" }
        let data = safe.isEmpty ? files.filter { ["ckpt", "pth", "pt", "bin"].contains($0.path.pathExtension) } : safe
        guard choice.variant == nil || data.count < 2 else { throw .severalFiles(page, names: data.map(\.path)) }
        guard let file = data.first else {
            let names = files.map(\.path).joined(separator: ", ")
            throw .nothingUsable(page, reason: files.isEmpty
                ? "The version has no file of a model."
                : "It has no .safetensors file and none that torch.save wrote: \(names). --file takes one of these all the same.")
        }
        let others = data.dropFirst().map(\.path)
        return ChosenFiles(
            files: [file], isFolder: false,
            notes: others.isEmpty ? [] : ["Left out: \(others.joined(separator: ", ")). --file takes one of them instead."])
    }
}
