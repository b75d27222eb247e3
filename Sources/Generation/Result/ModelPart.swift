/// A part of a model that comes from a file of its own.
public struct ModelPart: Sendable, Hashable {
    /// A network of the model.
    public enum Kind: Sendable, Hashable {
        case vae, textEncoder
    }

    public let kind: Kind
    /// The file's or folder's own name.
    public let name: String
    /// In lower-case hexadecimal; nil when the file can no longer be read.
    public let sha256: String?

    /// - Parameters:
    ///   - name: of the file or folder, with its ending.
    ///   - sha256: of the file, or of the folder's weights.
    public init(kind: Kind, name: String, sha256: String?) {
        (self.kind, self.name, self.sha256) = (kind, name, sha256)
    }

    /// The first 10 digits of the hash, as A1111 shows it.
    public var shortHash: String? { sha256.map { String($0.prefix(10)) } }
}
