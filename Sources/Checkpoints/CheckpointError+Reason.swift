import Files
public import Generation

extension CheckpointError: ReasonedError {
    public var errorReason: ErrorReason {
        switch self {
        case .notFound(let path): ErrorReason(.noSuchFile, ["file": .text(path)])
        case .unreadable(let path, let reason), .cannotMap(let path, let reason): .unreadableFile(path, detail: reason)
        case .tooLittleSpace(let folder, _, _), .cannotWrite(let folder, _):
            ErrorReason(.notSaved, ["file": .text(folder), "detail": .text(description)])
        case .noSpace(let file, _, _), .cannotWriteFile(let file, _), .notAsWritten(let file, _), .tooLargeNumber(let file, _),
            .notASingleFile(let file, _), .graphs(let file):
            ErrorReason(.notSaved, ["file": .text(file), "detail": .text(description)])
        case .notACheckpointFolder(let path): ErrorReason(.notAModel, ["file": .text(path), "looks_like": "folder"])
        case .notSafetensors(let file, let lookalike):
            ErrorReason(.notAModel, ["file": .text(file), "looks_like": .text(lookalike.name)])
        case .changed(let file): ErrorReason(.fileChanged, ["file": .text(file)])
        case .missingWeights(let checkpoint, let component, _):
            ErrorReason(.missingPart, ["file": .text(checkpoint), "part": .init(component)])
        case .missingVAE(let file, _), .notAVAE(let file): ErrorReason(.missingPart, ["file": .text(file), "part": "VAE"])
        case .notATextEncoder(let file): ErrorReason(.missingPart, ["file": .text(file), "part": "text encoder"])
        case .missingTinyVAE(let folder, let name):
            ErrorReason(.missingTinyVAE, ["folder": .text(folder.lastPathComponent), "file": .text(name)])
        case .damaged(let file, let problem): .damagedFile(file, problem.kind, detail: problem.description)
        case .notJSON(let file, _, _), .invalidIndex(let file, _): .damagedFile(file, .badJSON, detail: description)
        case .invalidSetting(let file, _, _, _): .damagedFile(file, .badSetting, detail: description)
        case .missingTensor(_, _, let key, let file):
            .damagedFile(file, .missingTensor, detail: description).with("tensor", .init(key))
        case .wrongShape(_, _, let key, let file, _, _):
            .damagedFile(file, .wrongShape, detail: description).with("tensor", .init(key))
        case .torchFile(let file, .unknownFormat): .unsupportedModel(file, .unknownFormat, detail: description)
        case .torchFile(let file, .script), .torchFile(let file, .instruction), .torchFile(let file, .code),
            .torchFile(let file, .excessive):
            .unsupportedModel(file, .code, detail: description)
        case .torchFile(let file, let problem): .damagedFile(file, .badArchive, detail: problem.description)
        case .unsupportedModel(let file, let model): .unsupportedModel(file, model.kind, detail: model.description)
        case .quantized(let file, _, _): .unsupportedModel(file, .quantized, detail: description)
        case .unsupportedSetting(let file, let key, let value, _):
            .unsupportedModel(file, .setting, detail: description).with("key", .init(key)).with("value", .init(value))
        case .unreadableWeight(let file, let key, _, _, _):
            .unsupportedModel(file, .numbers, detail: description).with("tensor", .init(key))
        case .unknownTensors(let file, _, _): .unsupportedModel(file, .strangeTensors, detail: description)
        case .damagedGraph(let file, let reason): .damagedFile(file, .badGraph, detail: reason)
        case .textualInversion(let file, _): .unsupportedModel(file, .textualInversion, detail: description)
        }
    }
}

extension SafetensorsProblem {
    fileprivate var kind: ErrorReason.FileKind {
        switch self {
        case .cutShort: .cutShort
        default: .badHeader
        }
    }
}

extension ForeignModel {
    fileprivate var kind: ErrorReason.FileKind {
        switch self {
        case .lora: .lora
        case .textualInversion: .textualInversion
        case .controlNet: .controlNet
        case .motionModule: .motionModule
        case .imageAdapter: .imageAdapter
        case .vae: .vae
        case .textEncoder: .textEncoder
        case .unet: .unet
        case .sdxlRefiner: .refiner
        case .playground: .playground
        case .cosXL: .cosXL
        case .sd3: .sd3
        case .flux: .flux
        case .videoDiffusion: .video
        case .unCLIP: .unCLIP
        case .instructPix2Pix: .instructPix2Pix
        case .depth: .depth
        case .upscaler, .foreignUpscaler: .upscaler
        case .otherInput, .irregularUNet: .otherUNet
        case .foreignTinyVAE: .tinyVAE
        case .pipeline: .otherPipeline
        case .unknown: .unknown
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
        case .torchFile: "torch_file"
        case .gguf: "gguf"
        case .text: "text"
        case .unknown: "unknown"
        }
    }
}
