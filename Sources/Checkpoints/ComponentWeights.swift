import Tensors

/// The tensors of one network, under the names that diffusers and transformers give them.
///
/// A checkpoint in another layout is renamed when it is opened, so that networks know one set of names.
/// Names of a text encoder go without `text_model.`: `encoder.layers.0.self_attn.q_proj.weight`.
public struct ComponentWeights: Sendable {
    /// The network's name in messages: "UNet", "text encoder", "VAE".
    public let component: String
    /// The file that holds the tensors, or the index of its shards, for messages.
    public let fileName: String
    private let tensors: [String: StoredTensor]
    /// Why some tensors cannot be read as weights, by their names.
    private let faults: [String: CheckpointError]
    /// The file's keys that are accounted for: those of the tensors, and of what says how they are read.
    let keys: Set<String>
    /// Keys beside them that make no difference here.
    let ignoredKeys: Set<String>

    /// - Parameter tensors: by the names that networks know.
    public init(component: String, fileName: String = "", tensors: [String: StoredTensor]) {
        self.init(component: component, fileName: fileName, tensors: tensors, faults: [:], keys: [], ignoredKeys: [])
    }

    init(
        component: String, fileName: String, tensors: [String: StoredTensor], faults: [String: CheckpointError], keys: Set<String>,
        ignoredKeys: Set<String>
    ) {
        self.component = component
        self.fileName = fileName
        self.tensors = tensors
        self.faults = faults
        self.keys = keys
        self.ignoredKeys = ignoredKeys
    }

    /// The names of all tensors, in no order.
    public var names: some Collection<String> { tensors.keys }
    /// The tensor as it is stored; nil when there is none of the name.
    public subscript(name: String) -> StoredTensor? { tensors[name] }

    /// Why the network cannot be computed, when it cannot: of the first of its tensors that have no meaning here.
    public var fault: CheckpointError? { faults.keys.min().flatMap { faults[$0] } }
    /// Tensors whose numbers are multiplied by a scale.
    public var scaledCount: Int { tensors.values.count { $0.scale != nil } }

    /// The same network with other tensors in the place of some.
    func replacing(_ others: [String: StoredTensor]) -> ComponentWeights {
        ComponentWeights(
            component: component, fileName: fileName, tensors: tensors.merging(others) { $1 },
            faults: faults.filter { others[$0.key] == nil }, keys: keys, ignoredKeys: ignoredKeys)
    }

    /// Bytes that the tensors take in their files.
    public var byteCount: Int { tensors.values.reduce(0) { $0 + $1.byteCount } }
    /// Numbers that the network has learned.
    public var parameterCount: Int { tensors.values.reduce(0) { $0 + $1.elementCount } }

    /// The formats that the tensors are stored in, sorted.
    public var elementTypes: [String] { Set(tensors.values.map(\.elementType.rawValue)).sorted() }

    /// The tensor `name`, seen as `shape`.
    ///
    /// Leading and trailing axes of extent 1 may differ, because the original release stores the VAE's attention as 1×1
    /// convolutions, `[c, c, 1, 1]`, and diffusers as linear layers, `[c, c]`. Both hold the same numbers in the same order.
    /// - Throws: `CheckpointError`: `.missingTensor`, `.wrongShape`, or why its numbers cannot be read.
    public func tensor(_ name: String, shape: [Int]) throws(CheckpointError) -> StoredTensor {
        guard var tensor = tensors[name] else {
            throw .missingTensor(component: component, name: name, key: name, file: fileName)
        }
        if let fault = faults[name] { throw fault }
        let hasScaleForEach = tensor.scale.map { $0.count == 1 || $0.count == shape.first } ?? true
        guard tensor.shape.trimmingOnes == shape.trimmingOnes, hasScaleForEach else {
            throw .wrongShape(component: component, name: name, key: tensor.key, file: fileName, shape: tensor.shape, expected: shape)
        }
        tensor.shape = shape
        return tensor
    }
}

extension [Int] {
    /// The shape without leading and trailing axes of extent 1.
    fileprivate var trimmingOnes: ArraySlice<Int> {
        guard let first = firstIndex(where: { $0 != 1 }), let last = lastIndex(where: { $0 != 1 }) else { return [] }
        return self[first...last]
    }
}
