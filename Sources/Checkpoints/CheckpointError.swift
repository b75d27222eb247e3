import Files
public import Tensors

/// Why a checkpoint cannot be used. `description` is the text for the user.
public enum CheckpointError: Error, Sendable, Hashable {
    case notFound(path: String)
    /// - Parameter reason: The system's words.
    case unreadable(path: String, reason: String)
    /// A folder that is not laid out as diffusers saves pipelines.
    case notACheckpointFolder(path: String)
    case notSafetensors(file: String, Lookalike)
    case damaged(file: String, SafetensorsProblem)
    /// A configuration, or the index of a sharded checkpoint, that is not JSON.
    case notJSON(file: String, position: Int, expected: String)
    case invalidIndex(file: String, reason: String)
    /// The file on disk is no longer the one that was opened.
    case changed(file: String)
    case cannotMap(checkpoint: String, reason: String)
    /// There is no room on disk for weights with changes merged in.
    /// - Parameters:
    ///   - needed: bytes.
    ///   - free: bytes.
    case tooLittleSpace(folder: String, needed: Int, free: Int)
    /// Weights with changes merged in cannot be written.
    case cannotWrite(folder: String, reason: String)
    /// There is no room on disk for a new file.
    /// - Parameters:
    ///   - needed: bytes.
    ///   - free: bytes.
    case noSpace(path: String, needed: Int, free: Int)
    /// A new file cannot be written.
    case cannotWriteFile(path: String, reason: String)
    /// A new file does not hold what was written to it.
    case notAsWritten(file: String, key: String)
    /// A number that the new file's format has no room for.
    case tooLargeNumber(key: String, elementType: ElementType)
    /// A checkpoint whose configuration says what no single file can.
    case notASingleFile(checkpoint: String, component: String)
    /// A folder of graphs, whose weights have no names.
    case graphs(checkpoint: String)
    /// A model of another kind or family.
    case unsupportedModel(file: String, ForeignModel)
    case missingWeights(checkpoint: String, component: String, looked: String)
    case missingVAE(checkpoint: String, looked: String)
    /// A file or folder that was to replace a VAE, and holds none.
    case notAVAE(file: String)
    /// A file or folder that was to replace a text encoder, and holds none.
    case notATextEncoder(file: String)
    /// There is no tiny VAE for the model's family.
    /// - Parameters:
    ///   - folder: where it was looked for.
    ///   - name: of the file, without extension: `taesd_decoder`.
    case missingTinyVAE(folder: String, name: String)
    /// A value that diffusers or transformers know and Easel does not.
    case unsupportedSetting(file: String, key: String, value: String, supported: String)
    /// A value that no model can have.
    case invalidSetting(file: String, key: String, value: String, expected: String)
    /// - Parameters:
    ///   - name: The tensor's name in diffusers or transformers.
    ///   - key: Its name in this file's layout.
    case missingTensor(component: String, name: String, key: String, file: String)
    case wrongShape(component: String, name: String, key: String, file: String, shape: [Int], expected: [Int])
    /// Weights that are stored in a way that nothing here reads.
    /// - Parameters:
    ///   - key: the tensor or the setting that tells of it.
    ///   - method: continues "is quantised".
    case quantized(file: String, key: String, method: String)
    /// A weight whose numbers cannot be told.
    case unreadableWeight(file: String, key: String, elementType: ElementType, shape: [Int], WeightFault)
    /// Tensors of a network that change what it computes, for all that is known.
    /// - Parameter keys: at least one.
    case unknownTensors(file: String, component: String, keys: [String])
    /// A file of `torch.save`, or one that looks like it, that cannot be read as data.
    case torchFile(file: String, TorchFileProblem)
    case textualInversion(file: String, TextualInversionProblem)
    /// A graph for OpenVINO that cannot be run.
    /// - Parameter reason: continues a sentence about the file; without a full stop.
    case damagedGraph(file: String, reason: String)
}

/// Runs `work`, and tells the failure of a file as this module's own error.
func reading<Value>(_ work: () throws(FileError) -> Value) throws(CheckpointError) -> Value {
    do {
        return try work()
    } catch {
        switch error {
        case .notFound(let path): throw .notFound(path: path)
        case .unreadable(let path, let reason): throw .unreadable(path: path, reason: reason)
        }
    }
}

extension CheckpointError {
    fileprivate static let otherVersion =
        "Use a version of the model in f16, bf16 or f32, in f8 or in i8 with a scale for each tensor or row."
}

/// A fault inside a safetensors file.
public enum SafetensorsProblem: Error, Sendable, Hashable {
    case headerTooLong(byteCount: UInt64)
    case cutShort(byteCount: Int, needed: Int)
    case json(position: Int, expected: String, member: String?)
    case duplicate(key: String)
    case incomplete(key: String, member: String)
    case unknownElementType(key: String, name: String)
    case badOffsets(key: String, offsets: [Int])
    case badShape(key: String, shape: [Int])
    case wrongByteCount(key: String, elementType: String, shape: [Int], needed: Int, stored: Int)
    case absurdOffset(key: String, end: Int)
    case overlap(key: String, other: String)
    case gap(key: String, byteCount: Int)
    case trailing(byteCount: Int)

    static func json(_ error: JSONError) -> Self {
        .json(position: error.position, expected: error.expected, member: error.member)
    }
}

extension CheckpointError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .notFound(let path):
            "There is no file or folder \"\(path)\". Check the path, or list what there is with `easel models`."
        case .unreadable(let path, let reason):
            "Cannot read \"\(path)\": \(reason)."
        case .notACheckpointFolder(let path):
            """
            The folder "\(path)" has no model_index.json, so it is not a checkpoint in the diffusers layout. Name the folder that holds \
            unet/, vae/ and text_encoder/, or a .safetensors or .ckpt file.
            """
        case .notSafetensors(let file, let lookalike):
            "\"\(file)\" is not a safetensors file: \(lookalike)"
        case .damaged(let file, let problem):
            "\"\(file)\" is damaged: \(problem)"
        case .notJSON(let file, let position, let expected):
            "\"\(file)\" is not valid JSON: expected \(expected) at byte \(position)."
        case .invalidIndex(let file, let reason):
            "\"\(file)\" is not a valid index of shards: \(reason)."
        case .changed(let file):
            """
            "\(file)" was changed by another program while it was in use. Wait until it is whole again, and try again. To put a new file \
            in its place without this, write it under another name and rename it.
            """
        case .cannotMap(let checkpoint, let reason):
            "Cannot map checkpoint \"\(checkpoint)\" into memory: \(reason)."
        case .tooLittleSpace(let folder, let needed, let free):
            """
            The weights with this LoRA merged in take \(needed >> 20) MB of disk, and "\(folder)" has \(free >> 20) MB free. Make room \
            there, or name a folder on another disk by the environment variable TMPDIR.
            """
        case .cannotWrite(let folder, let reason):
            """
            Cannot write the weights with this LoRA merged in to the folder "\(folder)": \(reason). Make it writable, or name another by \
            the environment variable TMPDIR.
            """
        case .noSpace(let path, let needed, let free):
            """
            "\(path)" takes \(needed >> 20) MB, and \(free >> 20) MB are free there. Make room, or name a file on another disk.
            """
        case .cannotWriteFile(let path, let reason):
            "Cannot write \"\(path)\": \(reason)."
        case .notAsWritten(let file, let key):
            """
            Tensor "\(key)" of the new file "\(file)" does not read back as it was written, so the file was removed. The disk or the \
            memory may be failing; try again on another disk.
            """
        case .tooLargeNumber(let key, let type):
            "Tensor \"\(key)\" has a number that is too large for \(type.rawValue). Use --precision \(type == .f16 ? "bf16 or " : "")f32."
        case .notASingleFile(let checkpoint, let component):
            """
            The configuration of "\(checkpoint)" says of its \(component) what no single file can say, so that other programs would \
            draw other pictures with one. Use the folder as it is.
            """
        case .graphs(let checkpoint):
            "\"\(checkpoint)\" is a folder of graphs for OpenVINO, whose weights have no names that other programs know. Convert the model "
                + "that it was made from."
        case .unsupportedModel(let file, let kind):
            "\"\(file)\" \(kind)"
        case .quantized(let file, let key, let method):
            "\"\(file)\" is quantised \(method) (\"\(key)\"), which is not supported. \(Self.otherVersion)"
        case .unreadableWeight(let file, let key, let type, let shape, let fault):
            "Tensor \"\(key)\" in \"\(file)\" (\(type.rawValue) \(shape)) cannot be read as weights: \(fault). \(Self.otherVersion)"
        case .unknownTensors(let file, let component, let keys):
            """
            "\(file)" has \(keys.count == 1 ? "a tensor" : "\(keys.count) tensors") that Easel does not know in its \(component): \
            "\(keys[0])"\(keys.count == 1 ? "" : " and others"). Without \(keys.count == 1 ? "it" : "them") the pictures would be others, \
            so nothing is drawn. Use another version of the model; `easel models info` lists all.
            """
        case .damagedGraph(let file, let reason):
            "\"\(file)\" cannot be run: \(reason). Download or export it again."
        case .torchFile(let file, let problem):
            "\"\(file)\" \(problem)"
        case .textualInversion(let file, let problem):
            "\"\(file)\" \(problem)"
        case .missingWeights(let checkpoint, let component, let looked):
            "Checkpoint \"\(checkpoint)\" has no \(component) weights (\(looked)). "
                + (component.hasSuffix("text encoder") ? "Choose one with --text-encoder, or use" : "Use") + " a complete checkpoint."
        case .missingVAE(let checkpoint, let looked):
            "Checkpoint \"\(checkpoint)\" has no VAE (\(looked)). Name one with --vae FILE, or use a complete checkpoint."
        case .notAVAE(let file):
            """
            "\(file)" holds no VAE. Use a .safetensors, .pt or .ckpt file with a VAE, or a folder with config.json \
            and diffusion_pytorch_model.safetensors.
            """
        case .notATextEncoder(let file):
            """
            "\(file)" holds no text encoder of CLIP. Use a file such as clip_l.safetensors, a folder with config.json and \
            model.safetensors, or a checkpoint with its text encoders.
            """
        case .missingTinyVAE(let folder, let name):
            """
            There is no tiny VAE for this model in "\(folder.lastPathComponent)". Put \(name).safetensors or \(name).pth there, or use the \
            model's own VAE (full).
            """
        case .unsupportedSetting(let file, let key, let value, let supported):
            "\"\(file)\" sets \(key) to \(value), which is not supported yet. Supported: \(supported)."
        case .invalidSetting(let file, let key, let value, let expected):
            "\"\(file)\" gives \(value) for \(key), which no model can have. Expected: \(expected)."
        case .missingTensor(let component, let name, let key, let file):
            """
            "\(file)" has no tensor "\(key)" (\(component)\(name == key ? "" : ", \(name)")). The file is incomplete, or of another kind \
            than its other tensors say.
            """
        case .wrongShape(let component, let name, let key, let file, let shape, let expected):
            """
            Tensor "\(key)" in "\(file)" has the shape \(shape) instead of \(expected) (\(component)\(name == key ? "" : ", \(name)")). \
            The file does not fit its configuration, or mixes two models.
            """
        }
    }
}

extension SafetensorsProblem: CustomStringConvertible {
    public var description: String {
        switch self {
        case .headerTooLong(let byteCount):
            "its header would have \(byteCount) bytes, and at most \(SafetensorsHeader.longest) are allowed."
        case .cutShort(let byteCount, let needed):
            "it has \(byteCount) bytes and needs \(needed - byteCount) more. Download or copy it again."
        case .json(let position, let expected, let member):
            "its header is not valid: expected \(expected) at byte \(position)\(member.map { ", in \"\($0)\"" } ?? "")."
        case .duplicate(let key):
            "tensor \"\(key)\" is listed twice."
        case .incomplete(let key, let member):
            "tensor \"\(key)\" has no \(member)."
        case .unknownElementType(let key, let name):
            "tensor \"\(key)\" has the element type \"\(name)\", which Easel does not know."
        case .badOffsets(let key, let offsets):
            "tensor \"\(key)\" has the data_offsets \(offsets) instead of a begin and an end in order."
        case .badShape(let key, let shape):
            "tensor \"\(key)\" has the impossible shape \(shape)."
        case .wrongByteCount(let key, let elementType, let shape, let needed, let stored):
            "tensor \"\(key)\" (\(elementType) \(shape)) takes \(needed) bytes, but its data_offsets span \(stored)."
        case .absurdOffset(let key, let end):
            "tensor \"\(key)\" would end at byte \(end) of the data."
        case .overlap(let key, let other):
            "tensor \"\(key)\" overlaps \"\(other)\"."
        case .gap(let key, let byteCount):
            "\(byteCount) bytes before tensor \"\(key)\" belong to no tensor."
        case .trailing(let byteCount):
            "its last \(byteCount) bytes belong to no tensor."
        }
    }
}

extension Lookalike: CustomStringConvertible {
    public var description: String {
        switch self {
        case .empty: "it is empty. Download or copy it again."
        case .gitPointer:
            """
            it is a Git LFS pointer, which stands for the file. Run `git lfs pull` where it was cloned, or download the file itself.
            """
        case .webPage: "it is a web page. The download may have needed a login; download it again."
        case .torchFile: "it is a file that torch.save wrote."
        case .gguf: "it is a GGUF file. Use the .safetensors version of the model."
        case .text: "it holds text. Check that this is the model and not a note about it."
        case .unknown: "its first bytes are not a header. Download or copy it again."
        }
    }
}
