import Tensors

/// A name of Python that a pickle of tensors may use, told by what calling it would make. It is never looked up, and nothing is called.
enum PickleName: Sendable, Hashable {
    case dictionary, list, tuple
    /// `_rebuild_tensor` and `_rebuild_tensor_v2`: storage, offset, shape, strides, …
    case tensor
    /// `_rebuild_tensor_v3`: the same, with an element type as the seventh argument.
    case typedTensor
    /// A tensor that is the first argument.
    case parameter
    /// `_rebuild_from_type_v2`: a name, a class, and the arguments that the name is called with.
    case subclass
    case storage(ElementType)
    case elementType(ElementType)
    /// Makes something that is of no use here.
    case opaque

    /// nil for every other name: code.
    init?(module: String, name: String) {
        if module == "torch", let type = Self.storages[name] {
            self = .storage(type)
        } else if module == "torch", let type = Self.elementTypes[name] {
            self = .elementType(type)
        } else if let known = Self.others["\(module).\(name)"] {
            self = known
        } else if Self.companions.contains(where: { "\(module).\(name)".hasPrefix($0) }) {
            self = .opaque
        } else {
            return nil
        }
    }

    private static let storages: [String: ElementType] = [
        "FloatStorage": .f32, "HalfStorage": .f16, "BFloat16Storage": .bf16, "DoubleStorage": .f64, "Float8_e4m3fnStorage": .f8e4m3,
        "Float8_e5m2Storage": .f8e5m2, "LongStorage": .i64, "IntStorage": .i32, "ShortStorage": .i16, "CharStorage": .i8,
        "ByteStorage": .u8, "BoolStorage": .boolean,
    ]

    private static let elementTypes: [String: ElementType] = [
        "float32": .f32, "float": .f32, "float16": .f16, "half": .f16, "bfloat16": .bf16, "float64": .f64, "float8_e4m3fn": .f8e4m3,
        "float8_e5m2": .f8e5m2, "int64": .i64, "int32": .i32, "int16": .i16, "int8": .i8, "uint8": .u8, "bool": .boolean,
    ]

    private static let others: [String: PickleName] = [
        "collections.OrderedDict": .dictionary, "builtins.dict": .dictionary, "torch.nn.modules.container.ParameterDict": .dictionary,
        "builtins.set": .list, "__builtin__.set": .list, "builtins.list": .list,
        "builtins.tuple": .tuple, "torch.Size": .tuple,
        "torch._utils._rebuild_tensor": .tensor, "torch._utils._rebuild_tensor_v2": .tensor,
        "torch._utils._rebuild_tensor_v3": .typedTensor,
        "torch._utils._rebuild_parameter": .parameter, "torch.nn.parameter.Parameter": .parameter,
        "torch._tensor._rebuild_from_type_v2": .subclass,
        "torch.storage.UntypedStorage": .storage(.u8),
        "torch.Tensor": .opaque, "torch.device": .opaque, "torch.serialization._get_layout": .opaque,
        "builtins.int": .opaque, "builtins.float": .opaque, "_codecs.encode": .opaque,
        "numpy.core.multiarray.scalar": .opaque, "numpy._core.multiarray.scalar": .opaque,
        "numpy.core.multiarray._reconstruct": .opaque, "numpy._core.multiarray._reconstruct": .opaque,
        "numpy.dtype": .opaque, "numpy.ndarray": .opaque,
    ]

    /// Beginnings of the names of objects that checkpoints carry beside their weights.
    private static let companions = [
        "pytorch_lightning.", "lightning.", "lightning_fabric.", "omegaconf.", "argparse.Namespace", "pathlib.",
    ]
}
