import Files
public import Tensors

/// How the tensors of one directory are quantised, as other tensors beside them and the file's metadata say.
///
/// Scales are understood where one number counts for a whole tensor, or one for each of its rows:
/// - ComfyUI's scaled f8 and i8, `X.scale_weight` or `X.weight_scale` beside `X.weight`: weight = stored · scale.
///   Marks say the format: `scaled_fp8`, `X.comfy_quant` (JSON as u8), or `_quantization_metadata` in the header.
/// - bitsandbytes' i8, `X.SCB` beside `X.weight`: weight = stored · SCB / 127. `X.weight_format` must be 0, row by row.
///
/// `X.scale_input` and `X.input_scale` say how activations may be rounded. They are left out, for nothing is rounded here.
/// Sources: ComfyUI `convert_old_quants` and `_load_quantized_module`, bitsandbytes `Linear8bitLt`.
struct Quantization {
    /// The tensors beside a weight that say how it is read.
    private struct Companions {
        var scales: [(tensor: StoredTensor, factor: Float)] = []
        var formats: [StoredTensor] = []
        var rowFormat: StoredTensor?
        var activationScales: [String] = []

        var keys: [String] { scales.map(\.tensor.key) + formats.map(\.key) + (rowFormat.map { [$0.key] } ?? []) }
    }

    let directory: TensorDirectory
    /// Keys that tell that there are scales, and no more.
    private(set) var marks: Set<String> = []
    /// By the key of the weight that they belong to.
    private var companions: [String: Companions] = [:]
    /// `_quantization_metadata`: formats by layer; nil when it cannot be read.
    private var layerFormats: [String: JSONValue]? = [:]
    /// A tensor that only formats have which nothing here reads, and what is known of it.
    private var foreign: (key: String, method: String)?

    init(_ directory: TensorDirectory) {
        self.directory = directory
        for (key, tensor) in directory.tensors {
            if let (kind, weight) = Kind.of(key) {
                switch kind {
                case .scale(let factor): companions[weight, default: Companions()].scales.append((tensor, factor))
                case .format: companions[weight, default: Companions()].formats.append(tensor)
                case .rowFormat: companions[weight, default: Companions()].rowFormat = tensor
                case .activationScale: companions[weight, default: Companions()].activationScales.append(key)
                case .mark: marks.insert(key)
                case .foreign(let method): if key < foreign?.key ?? "\u{10FFFF}" { foreign = (key, method) }
                }
            }
        }
        guard let text = directory.metadata["_quantization_metadata"] else { return }
        layerFormats = if case .object(let layers) = (try? JSONValue(parsing: Array(text.utf8)))?["layers"] { layers } else { nil }
    }

    /// Refuses the whole file when its weights are stored in a form that is not understood; nil when they are not.
    var refusal: CheckpointError? { foreign.map { .quantized(file: directory.fileName, key: $0.key, method: $0.method) } }

    /// Why nothing can be drawn with networks that have tensors of the given names; nil when no network has one.
    /// - Parameters:
    ///   - keys: those that nothing reads, sorted.
    ///   - network: what a picture is drawn with and the key belongs to.
    func refusal(of keys: [String], network: (String) -> String?) -> CheckpointError? {
        guard let component = keys.lazy.compactMap(network).first else { return nil }
        return refusal ?? .unknownTensors(file: directory.fileName, component: component, keys: keys.filter { network($0) == component })
    }

    /// The keys that say how the tensor `key` is read.
    func keys(of key: String) -> [String] { companions[key]?.keys ?? [] }

    /// The keys beside the tensor `key` that concern activations.
    func activationScales(of key: String) -> [String] { companions[key]?.activationScales ?? [] }

    /// The tensor with its scale, or with the type that a mark says its bytes have.
    /// - Parameter prefix: stands before the network's keys; layers in the header's metadata may go without it.
    /// - Throws: when its numbers mean something else than they look like, in a way that is not understood.
    func read(_ tensor: StoredTensor, prefix: String) throws(CheckpointError) -> StoredTensor {
        var tensor = tensor
        let beside = companions[tensor.key]
        let format = try format(of: tensor, beside, prefix)
        if let format, tensor.elementType == .u8, format != .i8 { tensor.elementType = format }
        if let format, tensor.elementType != format {
            throw fault(tensor, .otherFormat(format))
        }
        if let rowFormat = beside?.rowFormat, try directory.bytes(of: rowFormat).contains(where: { $0 != 0 }) {
            throw fault(tensor, .format("the order that \"\(rowFormat.key)\" gives it"))
        }
        let scales = (beside?.scales ?? []).sorted { $0.tensor.key < $1.tensor.key }
        guard let (scale, factor) = scales.first else {
            if tensor.elementType.isWhole || format != nil { throw fault(tensor, .noScale) }
            return tensor
        }
        if scales.count > 1 { throw fault(tensor, .severalScales(scale.key, scales[1].tensor.key)) }
        guard tensor.elementType.isQuantized else { throw fault(tensor, .scaleOfUnquantized(scale.key)) }
        guard scale.elementType.isFloatingPoint else { throw fault(tensor, .scaleType(scale.key, scale.elementType)) }
        guard scale.elementCount == 1 || (scale.shape.first == tensor.shape.first && scale.elementCount == tensor.shape.first) else {
            throw fault(tensor, .scaleShape(scale.key, scale.shape))
        }
        tensor.scale = StoredScale(
            key: scale.key, elementType: scale.elementType, count: scale.elementCount, offset: scale.offset, factor: factor)
        return tensor
    }

    private func fault(_ tensor: StoredTensor, _ fault: WeightFault) -> CheckpointError {
        .unreadableWeight(file: directory.fileName, key: tensor.key, elementType: tensor.elementType, shape: tensor.shape, fault)
    }

    /// How marks say that the tensor's numbers are stored; nil without a mark.
    private func format(of tensor: StoredTensor, _ beside: Companions?, _ prefix: String) throws(CheckpointError) -> ElementType? {
        if layerFormats == nil, tensor.elementType.isQuantized {
            throw fault(tensor, .format("a format that the header's _quantization_metadata does not tell"))
        }
        var marks = layerFormats?.isEmpty == false ? layers(of: tensor.key, prefix).compactMap { layerFormats?[$0] } : []
        for mark in beside?.formats ?? [] {
            guard let value = try? JSONValue(parsing: directory.bytes(of: mark)) else {
                throw fault(tensor, .format("a format that \"\(mark.key)\" does not tell in JSON"))
            }
            marks.append(value)
        }
        var types: Set<ElementType> = []
        for mark in marks {
            // Some tools write the name alone.
            let members = if case .object(let members) = mark { members } else { ["format": mark] }
            guard case .string(let name) = members["format"] else { throw fault(tensor, .format("a format without a name")) }
            guard let type = Self.formats[name] else { throw fault(tensor, .format("the format \"\(name)\"")) }
            if let member = members.keys.sorted().first(where: { !Self.isHarmless($0, members[$0] ?? .null) }) {
                throw fault(tensor, .format("the format \"\(name)\" with \"\(member)\""))
            }
            types.insert(type)
        }
        if types.count > 1 { throw fault(tensor, .format("two formats at once")) }
        return types.first
    }

    private func layers(of key: String, _ prefix: String) -> [String] {
        guard key.hasSuffix(".weight") else { return [] }
        let layer = String(key.dropLast(".weight".count))
        return layer.hasPrefix(prefix) && !prefix.isEmpty ? [layer, String(layer.dropFirst(prefix.count))] : [layer]
    }

    private static let formats: [String: ElementType] = [
        "float8_e4m3fn": .f8e4m3, "float8_e4m3fn_rowwise": .f8e4m3, "float8_e5m2": .f8e5m2, "int8_tensorwise": .i8,
    ]

    /// Whether a member of a format changes nothing about what the numbers stand for. Groups of a rotation count for nothing without one.
    private static func isHarmless(_ member: String, _ value: JSONValue) -> Bool {
        switch member {
        case "format", "full_precision_matrix_mult", "orig_dtype", "orig_shape", "per_row", "per_channel", "convrot_groupsize": true
        case "params": if case .object(let members) = value { members.allSatisfy { isHarmless($0.key, $0.value) } } else { value == .null }
        default: value == .null || value == .bool(false)
        }
    }

    /// The meaning of a tensor for the weight beside it.
    private enum Kind {
        case scale(factor: Float)
        case format, rowFormat, activationScale, mark
        case foreign(method: String)

        private static let suffixes: [(String, Kind)] = [
            ("scale_weight", .scale(factor: 1)), ("weight_scale", .scale(factor: 1)), (".SCB", .scale(factor: 1 / 127)),
            (".comfy_quant", .format), (".weight_format", .rowFormat), (".scale_input", .activationScale),
            (".input_scale", .activationScale),
            ("scaled_fp8", .mark), (".weight.absmax", .foreign(method: "with bitsandbytes in 4 bits")),
            (".qweight", .foreign(method: "with GPTQ or AWQ")),
            (".weight_scale_2", .foreign(method: "in nvfp4")),
        ]

        /// - Returns: also the key of the weight.
        static func of(_ key: String) -> (Kind, weight: String)? {
            // Most keys are plain ones.
            if key.hasSuffix(".weight") || key.hasSuffix(".bias") { return nil }
            for (suffix, kind) in suffixes where key.hasSuffix(suffix) {
                return (kind, key.dropLast(suffix.drop { $0 == "." }.count) + "weight")
            }
            return nil
        }
    }
}

/// Why the numbers of a stored tensor cannot be taken for weights.
public enum WeightFault: Error, Sendable, Hashable {
    case noScale
    case severalScales(String, String)
    case scaleOfUnquantized(String)
    case scaleType(String, ElementType)
    case scaleShape(String, [Int])
    /// - Parameter description: continues "it is stored in".
    case format(String)
    /// A mark says that the tensor holds numbers of another type.
    case otherFormat(ElementType)
}

extension WeightFault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noScale: "no scale beside it says what its numbers stand for"
        case .severalScales(let first, let second): "both \"\(first)\" and \"\(second)\" would be its scale"
        case .scaleOfUnquantized(let key): "\"\(key)\" is a scale for it, though its numbers are not quantised"
        case .scaleType(let key, let type): "its scale \"\(key)\" is stored as \(type.rawValue), which is not understood"
        case .scaleShape(let key, let shape): "its scale \"\(key)\" has the shape \(shape), neither one number nor one for each row"
        case .format(let text): "it is stored in \(text), which is not understood"
        case .otherFormat(let type): "a mark says that it is stored as \(type.rawValue)"
        }
    }
}

extension ElementType {
    /// Whole numbers, or yes and no: never weights by themselves.
    fileprivate var isWhole: Bool { !isFloatingPoint && !isQuantized || self == .i8 }

    /// Whether weights of this type may have a scale.
    fileprivate var isQuantized: Bool { isEightBitFloat || self == .i8 }

    var isEightBitFloat: Bool { self == .f8e4m3 || self == .f8e5m2 }

    /// Floating-point numbers of at least 16 bits.
    var isFloatingPoint: Bool {
        switch self {
        case .f64, .f32, .f16, .bf16: true
        default: false
        }
    }
}
