import Files
public import GraphIR
import Tensors

/// One network as a graph that another program wrote for OpenVINO: `openvino_model.xml`, and its weights beside it.
///
/// It is run as it is. What it allows, its inputs and outputs tell.
public struct StoredGraph: Sendable {
    /// The document's name inside the checkpoint, for messages: "unet/openvino_model.xml".
    public var fileName: String { file.name }
    /// Distance of the weights from the start of the checkpoint's mapping.
    public let weightsOffset: Int
    /// The names of its outputs.
    public let outputs: Set<String>
    /// The names of its inputs.
    public let inputs: Set<String>
    /// Extents of its inputs that are fixed.
    public let fixed: FixedExtents
    /// Whether its input `timestep` takes whole numbers only.
    public let roundsTimesteps: Bool
    /// Its numbers, which only the graph itself reads: for what counts them and tells their formats.
    let weights: ComponentWeights
    private let file: OpenFile
    private let weightsByteCount: Int

    /// Extents that a graph was made for; nil for those that are open.
    public struct FixedExtents: Sendable, Hashable {
        /// Pictures, or halves of guided ones, that one call takes.
        public var batch: Int?
        /// Height and width of the latents, or of the picture that an encoder takes.
        public var height, width: Int?
        /// Positions of the text that a UNet reads.
        public var tokens: Int?
    }

    /// Whether it is a VAE's encoder that draws latents by numbers of its own, as old exporters made it.
    public var samplesLatents: Bool { !outputs.contains("latent_parameters") && outputs.contains("latent_sample") }

    /// Reads the document anew; SDXL's UNet takes a tenth of a second.
    /// - Throws: `CheckpointError.damagedGraph`, or `.changed` when the file is another one by now.
    public func document() throws(CheckpointError) -> IRDocument {
        guard file.isUnchanged else { throw .changed(file: fileName) }
        return try Self.document(file, weightsByteCount: weightsByteCount)
    }

    /// Whether a list of whole numbers in a graph, such as a shape, has a number in it.
    private static func names(_ number: Int, _ document: IRDocument, _ bin: OpenFile) throws(CheckpointError) -> Bool {
        for constant in document.constants where constant.elementCount <= 16 {
            guard let type = ElementType(rawValue: constant.elementType), type == .i64 || type == .i32 else { continue }
            let bytes = try reading { () throws(FileError) in
                try bin.read(constant.elementCount * type.byteCount, at: constant.offset)
            }
            for start in stride(from: 0, to: bytes.count, by: type.byteCount) {
                if bytes[...].littleEndian(at: start, count: type.byteCount) == number { return true }
            }
        }
        return false
    }

    private static let largestDocument = 512 << 20

    private static func document(_ file: OpenFile, weightsByteCount: Int) throws(CheckpointError) -> IRDocument {
        guard file.byteCount <= largestDocument else {
            throw .damagedGraph(file: file.name, reason: "it has more than \(largestDocument) bytes")
        }
        let text = try reading { () throws(FileError) in try file.read(file.byteCount) }
        do {
            return try IRDocument(text, weightsByteCount: weightsByteCount)
        } catch {
            throw .damagedGraph(file: file.name, reason: error.reason)
        }
    }
}

extension StoredGraph {
    /// Opens `FOLDER/openvino_model.xml` and `.bin`.
    /// - Parameters:
    ///   - path: of the checkpoint.
    ///   - folder: of the network inside it.
    ///   - component: its name, for messages.
    ///   - files: get the weights and the document.
    /// - Returns: nil without such a document.
    init?(checkpoint path: String, folder: String, component: String, _ files: inout FileSequence) throws(CheckpointError) {
        let stem = "\(folder)/openvino_model"
        guard PathKind("\(path)/\(stem).xml") == .file else { return nil }
        guard PathKind("\(path)/\(stem).bin") == .file else {
            throw .missingWeights(checkpoint: path.lastPathComponent, component: component, looked: "there is no \(stem).bin")
        }
        let bin = try reading { () throws(FileError) in try OpenFile(path: "\(path)/\(stem).bin", name: "\(stem).bin") }
        let xml = try reading { () throws(FileError) in try OpenFile(path: "\(path)/\(stem).xml", name: "\(stem).xml") }
        let document = try Self.document(xml, weightsByteCount: bin.byteCount)
        weightsOffset = files.add(bin).mappedOffset
        _ = files.add(xml)
        (file, weightsByteCount) = (xml, bin.byteCount)
        outputs = Set(document.outputs.flatMap(\.names))
        roundsTimesteps = document.inputs.contains {
            $0.names.contains("timestep") && !$0.takesAnyType && ($0.elementType == "i64" || $0.elementType == "i32")
        }
        inputs = Set(document.inputs.flatMap(\.names))
        var fixed = FixedExtents(document)
        // Exporters say 77 for the only prompt that they tried, where no operation counts on it.
        if let tokens = fixed.tokens, try !Self.names(tokens, document, bin) { fixed.tokens = nil }
        self.fixed = fixed
        weights = ComponentWeights(component: component, fileName: "\(stem).bin", of: document, at: weightsOffset)
    }
}

extension StoredGraph.FixedExtents {
    fileprivate init(_ document: IRDocument) {
        for input in document.inputs {
            guard let shape = input.shape else { continue }
            func extent(_ axis: Int) -> Int? { if case .fixed(let count) = shape[axis] { count } else { nil } }
            if shape.count == 4, !input.names.contains(where: { $0.hasSuffix("_mask") }) {
                (batch, height, width) = (extent(0), extent(2), extent(3))
            } else if shape.count == 3, input.names.contains("encoder_hidden_states") {
                tokens = extent(1)
            } else if shape.count == 2, input.names.contains("input_ids") {
                batch = extent(0)
            }
        }
    }
}

extension ComponentWeights {
    /// The numbers of a graph, which only the graph itself reads: for what counts them.
    fileprivate init(component: String, fileName: String, of document: IRDocument, at offset: Int) {
        var tensors: [String: StoredTensor] = [:]
        for (index, constant) in document.constants.enumerated() where constant.elementCount > 1 {
            // No layer has such a name, so that nothing takes them for a layer's.
            let key = "graph/\(index)/\(constant.name)"
            let type = ElementType(rawValue: constant.elementType)
            // Shapes and axes.
            if type == .i64 || type == .i32 { continue }
            let count = type == nil ? (constant.elementCount + 1) / 2 : constant.elementCount
            tensors[key] = StoredTensor(key: key, elementType: type ?? .u8, shape: [count], offset: offset)
        }
        self.init(component: component, fileName: fileName, tensors: tensors)
    }
}

