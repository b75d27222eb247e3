import Files
public import Tensors

/// A word that was learned: vectors that take the place of its tokens.
public struct TextualInversion: Sendable, Equatable {
    /// A word does not straddle chunks, which hold 75 tokens.
    public static let mostVectors = 75
    static let largestFile = 64 << 20

    /// The vectors of a word, by the kind of model that they were made for.
    public enum Vectors: Sendable, Equatable {
        /// `[vectors, width]`, for a model with one text encoder.
        case single(NDArray)
        /// The same for each of Stable Diffusion XL's two.
        case pair(clipL: NDArray, clipG: NDArray)
    }

    /// The file's name without its ending: what the prompt says.
    public let name: String
    /// The file's name, for messages.
    public let file: String
    /// Its vectors as they are in the file, in single precision.
    public let vectors: Vectors

    /// How many positions the word takes.
    public var vectorCount: Int {
        switch vectors {
        case .single(let array), .pair(let array, _): array.shape[0]
        }
    }

    /// Width of its vectors; of those for the first text encoder, where there are two.
    public var width: Int {
        switch vectors {
        case .single(let array), .pair(let array, _): array.shape[1]
        }
    }

    /// The vectors for a model with one text encoder.
    /// - Parameter width: of its embeddings.
    /// - Throws: `CheckpointError.textualInversion` when they were made for another model.
    public func vectors(width: Int) throws(CheckpointError) -> NDArray {
        switch vectors {
        case .single(let array) where array.shape[1] == width: return array
        case .single(let array): throw .textualInversion(file: file, .width(array.shape[1], textEncoder: width))
        case .pair(let clipL, let clipG):
            throw .textualInversion(file: file, .otherFamily(clipL: clipL.shape[1], clipG: clipG.shape[1], textEncoder: width))
        }
    }

    /// The vectors for each of a model's text encoders, in their order: `clip_l` for the first of two, `clip_g` for the second.
    /// - Parameter widths: of the encoders' embeddings; one or two.
    /// - Returns: as many arrays, `[vectors, width]`.
    /// - Throws: `CheckpointError.textualInversion` when they were made for another model.
    public func vectors(widths: [Int]) throws(CheckpointError) -> [NDArray] {
        guard widths.count > 1 else { return try widths.map { width throws(CheckpointError) in try vectors(width: width) } }
        switch vectors {
        case .pair(let clipL, let clipG) where [clipL.shape[1], clipG.shape[1]] == widths: return [clipL, clipG]
        case .pair(let clipL, let clipG):
            throw .textualInversion(file: file, .widths([clipL.shape[1], clipG.shape[1]], textEncoders: widths))
        case .single(let array): throw .textualInversion(file: file, .widths([array.shape[1]], textEncoders: widths))
        }
    }

    /// Reads `.safetensors`, or what `torch.save` wrote (`.pt`, `.bin`). No code in the file is run.
    ///
    /// Known forms: A1111's (`string_to_param`), kohya's (`emb_params`), diffusers' (one tensor under the word), and Stable Diffusion XL's
    /// (`clip_l` and `clip_g`).
    public init(path: String) throws(CheckpointError) {
        let opened = try reading { () throws(FileError) in try OpenFile(path: path) }
        guard opened.byteCount <= Self.largestFile else {
            throw .textualInversion(file: opened.name, .tooLarge(byteCount: opened.byteCount))
        }
        name = path.lastPathComponent.deletingPathExtension
        file = opened.name
        vectors = try Vectors(opened)
    }

    init(name: String, file: String, vectors: Vectors) { (self.name, self.file, self.vectors) = (name, file, vectors) }
}

extension TextualInversion.Vectors {
    init(_ file: OpenFile) throws(CheckpointError) {
        var files = FileSequence()
        let tensors = try files.open(file).tensors
        try self.init(tensors, in: MappedWeights(files.files, of: file.name), of: file.name)
    }

    /// - Parameters:
    ///   - tensors: of one word, by their names.
    ///   - file: its name, for messages.
    init(_ tensors: [String: StoredTensor], in mapping: MappedWeights, of file: String) throws(CheckpointError) {
        do throws(TextualInversionProblem) {
            try self.init(names: tensors.keys.sorted()) { name throws(TextualInversionProblem) in
                guard let tensor = tensors[name] else { throw .noVectors }
                return try NDArray(vectors: tensor, in: mapping)
            }
        } catch {
            throw .textualInversion(file: file, error)
        }
        if let changed = mapping.changedFile { throw .changed(file: changed) }
    }

    /// Chooses among the tensors of a file.
    private init(names: [String], _ read: (String) throws(TextualInversionProblem) -> NDArray) throws(TextualInversionProblem) {
        func vectors(_ name: String) throws(TextualInversionProblem) -> NDArray {
            let array = try read(name)
            guard array.isFinite else { throw .notFinite }
            return array
        }
        let parameters = names.filter { $0.hasPrefix("string_to_param") }
        if names.contains("clip_l"), names.contains("clip_g") {
            let (clipL, clipG) = (try vectors("clip_l"), try vectors("clip_g"))
            guard clipL.shape[0] == clipG.shape[0] else { throw .shape(clipG.shape) }
            self = .pair(clipL: clipL, clipG: clipG)
        } else if names.contains("emb_params") {
            self = .single(try vectors("emb_params"))
        } else if parameters.count == 1 || names.count == 1 {
            self = .single(try vectors(parameters.first ?? names[0]))
        } else {
            throw names.isEmpty ? .noVectors : .severalTensors(names)
        }
    }
}

extension NDArray {
    /// The numbers of a tensor that is a word's vectors, `[vectors, width]`; a single vector has no axis for its number.
    fileprivate init(vectors tensor: StoredTensor, in mapping: MappedWeights) throws(TextualInversionProblem) {
        let shape = tensor.shape.count == 1 ? [1] + tensor.shape : tensor.shape
        guard shape.count == 2, (1...TextualInversion.mostVectors).contains(shape[0]), Limits.width.contains(shape[1]) else {
            throw .shape(tensor.shape)
        }
        guard [.f32, .f16, .bf16].contains(tensor.elementType) else { throw .elementType(tensor.elementType.rawValue) }
        self.init(shape: shape, values: mapping.numbers(of: tensor))
    }
}
