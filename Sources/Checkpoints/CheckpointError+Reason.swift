import Files
public import Generation

extension CheckpointError: ReasonedError {
    public var errorReason: ErrorReason {
        switch self {
        case .notFound(let path): ErrorReason(.noSuchFile, ["file": .text(path)])
        case .unreadable(let path, let reason), .cannotMap(let path, let reason): .unreadableFile(path, detail: reason)
        case .notACheckpointFolder(let path): ErrorReason(.notAModel, ["file": .text(path), "looks_like": "folder"])
        case .pickle(let file), .pickledVAE(let file, _), .notSafetensors(let file, .zipArchive), .notSafetensors(let file, .pickle):
            ErrorReason(.pickleFile, ["file": .text(file)])
        case .notSafetensors(let file, let lookalike):
            ErrorReason(.notAModel, ["file": .text(file), "looks_like": .text(lookalike.name)])
        case .changed(let file): ErrorReason(.fileChanged, ["file": .text(file)])
        case .missingWeights(let checkpoint, let component, _):
            ErrorReason(.missingPart, ["file": .text(checkpoint), "part": .init(component)])
        case .missingVAE(let file, _), .notAVAE(let file): ErrorReason(.missingPart, ["file": .text(file), "part": "VAE"])
        case .missingTinyVAE(let folder, let name):
            ErrorReason(.missingTinyVAE, ["folder": .text(folder.lastPathComponent), "file": .text(name)])
        case .damaged(let file, let problem): .damagedFile(file, detail: problem.description)
        case .notJSON(let file, _, _), .invalidIndex(let file, _), .invalidSetting(let file, _, _, _), .missingTensor(_, _, _, let file),
            .wrongShape(_, _, _, let file, _, _):
            .damagedFile(file, detail: description)
        case .torchFile(let file, .unknownFormat), .torchFile(let file, .script), .torchFile(let file, .instruction),
            .torchFile(let file, .code), .torchFile(let file, .excessive):
            ErrorReason(.unsupportedModel, ["file": .text(file), "detail": .text(description)])
        case .torchFile(let file, let problem): .damagedFile(file, detail: problem.description)
        case .unsupportedModel(let file, let kind):
            ErrorReason(.unsupportedModel, ["file": .text(file), "detail": .text(kind.description)])
        case .unsupportedSetting(let file, _, _, _), .quantized(let file, _, _), .unreadableWeight(let file, _, _, _, _),
            .unknownTensors(let file, _, _), .textualInversion(let file, _):
            ErrorReason(.unsupportedModel, ["file": .text(file), "detail": .text(description)])
        }
    }
}

extension Lookalike {
    /// Name of the kind as reasons of errors have it.
    fileprivate var name: String {
        switch self {
        case .empty: "empty"
        case .gitPointer: "git_pointer"
        case .webPage: "web_page"
        case .zipArchive: "zip_archive"
        case .pickle: "pickle"
        case .gguf: "gguf"
        case .text: "text"
        case .unknown: "unknown"
        }
    }
}
