import Tensors

/// A value in a pickle. Containers, storages and tensors lie in `PickledData` and are named by their place there, so that values never
/// nest: a file cannot make them deep enough to exhaust the stack.
enum PickleValue: Sendable, Hashable {
    case none
    case integer(Int)
    case string(String)
    /// A value that the reader has no use for: truth values, fractions, bytes, whole numbers too long for `Int`, and objects that
    /// checkpoints carry beside their weights.
    case opaque
    case name(PickleName)
    case container(Int)
    case storage(Int)
    case tensor(Int)
}

/// Numbers that are stored beside the pickle, under a key.
struct PickledStorage: Sendable, Hashable {
    var key: String
    var elementType: ElementType
}

/// A view of a storage. Extents and strides are as many, at most 8, and neither negative nor above 2⁴⁰; nothing else is checked.
struct PickledTensor: Sendable, Hashable {
    var storage: PickledStorage
    /// In elements, as the strides.
    var offset: Int
    var shape: [Int]
    var strides: [Int]
}

/// The value that a pickle builds.
struct PickledData: Sendable {
    struct Container: Sendable {
        enum Kind { case list, tuple, dictionary }
        let kind: Kind
        /// Elements; of a dictionary, keys and values by turns. Of a key that is there twice, the last one counts.
        var elements: [PickleValue]
    }

    var containers: [Container] = []
    var storages: [PickledStorage] = []
    var tensors: [PickledTensor] = []
    var root = PickleValue.none

    func elements(_ value: PickleValue, of kind: Container.Kind) -> [PickleValue]? {
        guard case .container(let index) = value, containers[index].kind == kind else { return nil }
        return containers[index].elements
    }

    /// Bytes of the longest key that is believed. Longer ones, many times, would take long to compare.
    static let longestKey = 1024

    /// The members of a dictionary, by the keys that can name a weight: texts and whole numbers.
    func members(_ value: PickleValue) -> [String: PickleValue]? {
        guard let elements = elements(value, of: .dictionary) else { return nil }
        var members: [String: PickleValue] = [:]
        for index in stride(from: 0, to: elements.count - 1, by: 2) {
            switch elements[index] {
            case .string(let key) where key.utf8.count <= Self.longestKey: members[key] = elements[index + 1]
            case .integer(let key): members[String(key)] = elements[index + 1]
            default: break
            }
        }
        return members
    }
}
