import Tensors

/// A value in a pickle. Containers lie in `PickledData` and are named by their place there, so that values never nest: a file cannot make
/// them
/// deep enough to exhaust the stack.
enum PickleValue: Sendable, Hashable {
    case none
    case boolean(Bool)
    case integer(Int)
    case number(Double)
    case string(String)
    /// A value that the reader has no use for: bytes, and whole numbers too long for `Int`.
    case opaque
    case global(PickleGlobal)
    case container(Int)
    case tensor(PickledTensor)
    case storage(PickledStorage)
}

/// The names that a pickle of tensors may use. None of them runs code here.
enum PickleGlobal: Sendable, Hashable {
    case orderedDictionary
    case set
    case rebuildTensor
    case rebuildParameter
    case parameterDictionary
    case storage(ElementType)

    /// nil for every other name.
    init?(module: String, name: String) {
        switch (module, name) {
        case ("collections", "OrderedDict"): self = .orderedDictionary
        case ("__builtin__", "set"), ("builtins", "set"): self = .set
        case ("torch._utils", "_rebuild_tensor_v2"): self = .rebuildTensor
        case ("torch._utils", "_rebuild_parameter"): self = .rebuildParameter
        case ("torch.nn.modules.container", "ParameterDict"): self = .parameterDictionary
        case ("torch", "FloatStorage"): self = .storage(.f32)
        case ("torch", "HalfStorage"): self = .storage(.f16)
        case ("torch", "BFloat16Storage"): self = .storage(.bf16)
        case ("torch", "DoubleStorage"): self = .storage(.f64)
        case ("torch", "LongStorage"): self = .storage(.i64)
        case ("torch", "IntStorage"): self = .storage(.i32)
        default: return nil
        }
    }
}

/// Numbers that are stored beside the pickle, under a key.
struct PickledStorage: Sendable, Hashable {
    var key: String
    var elementType: ElementType
    var elementCount: Int
}

/// A view of a storage. Everything is as the file says: not checked.
struct PickledTensor: Sendable, Hashable {
    var storage: PickledStorage
    var offset: Int
    var shape: [Int]
    var strides: [Int]
}

/// A value that a pickle builds.
struct PickledData: Sendable {
    struct Container: Sendable {
        enum Kind { case list, tuple, dictionary }
        let kind: Kind
        /// Elements; of a dictionary, keys and values by turns.
        var elements: [PickleValue]
    }

    /// The attribute of a `ParameterDict` that holds its tensors.
    static let parameters = "_parameters"

    var containers: [Container] = []
    /// All that were named, by their keys.
    var storages: [String: PickledStorage] = [:]
    var root = PickleValue.none

    func list(_ value: PickleValue) -> [PickleValue]? {
        guard case .container(let index) = value, containers[index].kind != .dictionary else { return nil }
        return containers[index].elements
    }

    func members(_ value: PickleValue) -> [(key: PickleValue, value: PickleValue)]? {
        guard case .container(let index) = value, containers[index].kind == .dictionary else { return nil }
        let elements = containers[index].elements
        return stride(from: 0, to: elements.count - 1, by: 2).map { (elements[$0], elements[$0 + 1]) }
    }

    func member(_ key: String, of value: PickleValue) -> PickleValue? {
        members(value)?.last { $0.key == .string(key) }?.value
    }
}
