import Files

/// The files that a model needs, before anything is fetched.
public struct DownloadPlan: Sendable {
    /// The source as it was named.
    public let source: String
    /// `Hugging Face`, `ModelScope`, `CivitAI`, or a server's name.
    public let hub: String
    /// The page for people.
    public let page: String
    /// A commit, or the number of a version.
    public let revision: String?
    /// The hub's word for it, or a guess by the repository's tags: checkpoint when nothing says otherwise.
    public let kind: ModelKind
    /// The license in the hub's words; nil when it states none.
    public let license: String?
    /// Models that it was made from or for.
    public let baseModels: [String]
    /// Words that a prompt needs for it.
    public let triggerWords: [String]
    /// The name of the file with its ending, or of the folder.
    public let name: String
    /// Whether the files make a folder together.
    public let isFolder: Bool
    /// At least one; in the order in which they are fetched.
    public let files: [PlannedFile]
    /// Sentences about what is left out, and what is not as wished.
    public let notes: [String]

    /// Bytes of all files, as far as they are known.
    public var byteCount: Int { files.reduce(0) { $0 + ($1.byteCount ?? $1.estimatedByteCount ?? 0) } }
}

/// A file to be fetched.
public struct PlannedFile: Sendable {
    /// The place below the folder, or the name of the only file.
    public let path: String
    /// The address it comes from. It holds no token.
    public let address: String
    /// nil when nobody has said it exactly.
    public let byteCount: Int?
    /// Roughly, where the exact size is not said.
    public let estimatedByteCount: Int?
    /// In lower-case hexadecimal, as the hub states it; nil when it does not.
    public let sha256: String?
    /// Headers that tell the hub who asks.
    let secrets: [(String, String)]
}

extension DownloadPlan {
    /// Asks the hub what a source is.
    /// - Parameters:
    ///   - source: what is wanted.
    ///   - text: the source as somebody typed it, for messages.
    ///   - choice: which of its files.
    /// - Throws: `DownloadError`, for a source that is not there, or that cannot be used.
    public init(
        _ source: ModelSource, named text: String, choice: FileChoice = FileChoice(), access: HubAccess, web: WebClient
    ) async throws(DownloadError) {
        var choice = choice
        let model: HubModel
        switch source {
        case .repository(let repository):
            if let file = repository.file {
                guard choice.file == nil || choice.file == file else {
                    throw .unreadable(text, hint: "It names a file already, and --file names another.")
                }
                choice.file = file
            }
            model = switch repository.hub {
            case .huggingFace: try await HuggingFace(access: access, web: web).model(repository)
            case .modelScope: try await ModelScope(access: access, web: web).model(repository)
            }
        case .civitAIModel(let number): model = try await CivitAI(access: access, web: web).model(number)
        case .civitAIVersion(let number, let parent): model = try await CivitAI(access: access, web: web).version(number, model: parent)
        case .civitAIHash(let hash): model = try await CivitAI(access: access, web: web).version(hash: hash)
        case .address(let address): model = try await PlainAddress(web: web).model(address)
        }
        // A key may stand behind the question mark of an address.
        let isAddress = if case .address = source { true } else { false }
        try self.init(model, named: isAddress ? model.page : text, choice: choice)
    }

    init(_ model: HubModel, named text: String, choice: FileChoice) throws(DownloadError) {
        self.init(model, named: text, try model.choose(choice))
    }

    init(_ model: HubModel, named text: String, _ chosen: ChosenFiles) {
        source = text
        hub = model.hub
        page = model.page
        revision = model.revision
        kind = chosen.isFolder || model.hub == "CivitAI" ? model.kind : Self.kind(of: chosen.files.first?.path ?? "", in: model)
        license = model.license
        baseModels = model.baseModels
        triggerWords = model.triggerWords
        isFolder = chosen.isFolder
        let name = chosen.isFolder ? model.name : Self.name(of: chosen.files.first?.path ?? "", in: model)
        self.name = name
        files = chosen.files.map { file in
            PlannedFile(
                path: chosen.isFolder ? file.path : name, address: file.address, byteCount: file.byteCount,
                estimatedByteCount: file.estimatedByteCount, sha256: file.sha256, secrets: file.secrets)
        }
        var notes = model.notes + chosen.notes
        if let pickle = chosen.files.map(\.path).first(where: \.hasPickleExtension) {
            notes.append(
                "\"\(pickle)\" is a pickle: other programs that load it may run what it says. Easel reads such files as data.")
        }
        if files.contains(where: { $0.sha256 == nil && ($0.byteCount ?? .max) > 1_000_000 }) {
            notes.append("\(model.hub) states no SHA-256, so that only the size can be checked.")
        }
        self.notes = notes
    }

    /// The name to keep a file under. Every second LoRA is called `pytorch_lora_weights.safetensors`: then the repository's name says more.
    private static func name(of path: String, in model: HubModel) -> String {
        let name = path.lastPathComponent
        let stem = name.deletingPathExtension
        let plain = stem.split(separator: ".").first.map(String.init) ?? stem
        let saysNothing = ["diffusion_pytorch_model", "pytorch_lora_weights", "model", "learned_embeds", "adapter_model"].contains(plain)
        return saysNothing ? model.name + name.dropFirst(plain.count) : name
    }

    /// Files of a repository may be of other kinds than the whole.
    private static func kind(of path: String, in model: HubModel) -> ModelKind {
        let name = path.lastPathComponent.lowercased()
        if name.hasPrefix("taesd") { return .tinyVAE }
        if model.kind == .checkpoint {
            if path.hasPrefix("vae/") || ["_vae.", "-vae.", ".vae."].contains(where: name.contains) { return .vae }
            if name.pathExtension == "pth" { return .upscaler }
            if name.contains("lora") { return .lora }
        }
        return model.kind
    }
}
