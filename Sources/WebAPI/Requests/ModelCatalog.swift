/// The models that requests can name.
public struct ModelCatalog: Sendable {
    /// In order of their names.
    public let models: [ModelSummary]
    /// The name of the one that is used when none is named.
    public let current: String

    public init(_ models: [ModelSummary], current: String) {
        self.models = models
        self.current = current
    }

    /// The model that somebody means by A1111's title, a name, a file's name, or the first digits of its hash.
    public func find(_ text: String) -> ModelSummary? {
        if let exact = models.first(where: { $0.name == text || $0.title == text || $0.file == text }) { return exact }
        // A title may have been remembered from before its hash was known, or with another.
        let withoutHash = text.replacing(/\s*\[[0-9a-fA-F]*\]$/, with: "")
        if let named = models.first(where: { $0.name == withoutHash || $0.file == withoutHash }) { return named }
        let hash = text.lowercased()
        if hash.count >= 8, let hashed = models.first(where: { $0.sha256?.hasPrefix(hash) == true }) { return hashed }
        return models.first { $0.name.lowercased() == hash || $0.file.lowercased() == hash }
    }

    /// A1111's title of the current model; its name as long as nothing is known of it.
    public var currentTitle: String { models.first { $0.name == current }?.title ?? current }

    /// The refusal of a name that no model has.
    func unknown(_ text: String, field: String) -> APIError {
        let names = models.map(\.name).joined(separator: ", ")
        return APIError(.invalidValue, field: field, "There is no model \"\(text.clipped)\". \(names.isEmpty ? "There are no models at all." : "Use \(names).")")
    }
}

extension ModelSummary {
    /// `name.safetensors [6ce0161689]`, as A1111 lists it; without the brackets until the hash is known.
    public var title: String { shortHash.map { "\(file) [\($0)]" } ?? file }

    /// The first 10 digits of the SHA-256.
    public var shortHash: String? { sha256.map { String($0.prefix(10)) } }
}
