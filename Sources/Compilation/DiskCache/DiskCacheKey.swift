import Crypto
import Files
import FoundationEssentials

/// All that a compiled network on disk depends on. Any difference makes another entry.
public struct DiskCacheKey: Sendable, Hashable, Codable {
    /// The checkpoint's name, for people; two of the same name differ in `weights`.
    public var model: String
    /// `UNet` or `UNet with LoRAs`, for people; `graph` says more.
    public var component: String
    /// The fixed inputs in words, for people: `batch 2, latents 64×64, up to 4 chunks`.
    public var shape: String
    /// SHA-256 of the graph's text and its literals: architecture, shapes, tiling and layout of the weights.
    public var graph: String
    /// SHA-256 of the contents of the checkpoint's files. With LoRAs merged in, a plus sign and the SHA-256 of theirs follow.
    public var weights: String
    /// OpenVINO's name of the device, what its maker calls it, and its driver's version where it tells: `GPU, Intel Arc A770, 25.18`.
    public var device: String
    /// The properties that the device was asked for, as `NAME=value`, sorted.
    public var properties: [String]
    /// OpenVINO's build: compiled networks of one cannot be loaded by another.
    public var runtime: String
    /// The content of the entry, with or without the weights.
    public var form: CacheForm

    /// Makes a key; the properties are put in order.
    public init(
        model: String, component: String, shape: String, graph: String, weights: String, device: String, properties: [String],
        runtime: String,
        form: CacheForm
    ) {
        self.model = model
        self.component = component
        self.shape = shape
        self.graph = graph
        self.weights = weights
        self.device = device
        self.properties = properties.sorted()
        self.runtime = runtime
        self.form = form
    }

    /// Whether LoRAs are merged into the weights.
    var hasPatches: Bool { weights.contains("+") }

    /// The name of the entry's folder: 32 hexadecimal digits.
    public var folderName: String {
        // A length before each part keeps "a" + "bc" apart from "ab" + "c".
        let parts = [model, component, shape, graph, weights, device, runtime, form.rawValue] + properties
        var hash = SHA256()
        for part in parts {
            hash.update(data: Data("\(part.utf8.count):".utf8))
            hash.update(data: Data(part.utf8))
        }
        return String(hash.finalize().hexadecimal.prefix(32))
    }
}
