import Generation
import Synchronization

/// The models that requests can name.
///
/// A hash that is not known to be any model's is noted in `hashQuestions`: whoever can find it out makes a catalog that knows, and reads
/// the request again.
public struct ModelCatalog: Sendable {
    /// In order of their names.
    public let models: [ModelSummary]
    /// The name of the one that is used when none is named.
    public let current: String
    /// Names of models by hash, as far as it was asked for; nil where no model has it.
    private let namesByHash: [String: String?]
    private let questions = Questions()

    private final class Questions: Sendable { let asked = Mutex<[HashQuestion]>([]) }

    /// Makes a catalog. Hashes that are not in `namesByHash`, and no model's, become questions when a request names them.
    public init(_ models: [ModelSummary], current: String, namesByHash: [String: String?] = [:]) {
        self.models = models
        self.current = current
        self.namesByHash = namesByHash
    }

    /// Hashes that were looked for and are not known.
    public var hashQuestions: [HashQuestion] { questions.asked.withLock { $0 } }

    /// The model that somebody means; see `matches`.
    /// - Returns: nil when there is none, and when there are several.
    public func find(_ text: String) -> ModelSummary? {
        let found = matches(text)
        return found.count == 1 ? found[0] : nil
    }

    /// The models that a text may stand for. The first of these that any model has counts:
    ///
    /// the name, the file's name or A1111's title as they are; the same without a hash in brackets, with `/` for `\`, in any case;
    /// the last part of a name alone; `_` for `/`, as A1111 names models; the first 8 or more digits of the hash, or A1111's old one.
    /// A title whose hash is known to be another model's means that one: files are renamed.
    public func matches(_ text: String) -> [ModelSummary] {
        // Names are compared by their bytes here: "é" can be written in two ways, and a disk may have both.
        func among(_ isMeant: (ModelSummary) -> Bool) -> [ModelSummary]? {
            let found = models.filter(isMeant)
            return found.isEmpty ? nil : found
        }
        let plain = Self.withoutHash(text)
        let place = Self.place(plain)
        let folded = place.lowercased()
        let named =
            among { $0.name.utf8.elementsEqual(text.utf8) || $0.file.utf8.elementsEqual(text.utf8) }
            ?? among { $0.name == text || $0.file == text || $0.title == text }
            ?? among { $0.name == plain || $0.file == plain }
            ?? among { $0.name == place || $0.file == place }
            ?? among { $0.name.lowercased() == folded || $0.file.lowercased() == folded }
            ?? among { $0.name.lastPart == place || $0.file.lastPart == place }
            ?? among { $0.name.lowercased().lastPart == folded || $0.file.lowercased().lastPart == folded }
            ?? among { $0.name.replacing("/", with: "_") == plain }
        let hash = Self.hash(text) ?? Self.hash(ofTitle: text)
        guard let named else { return hash.map { models(withHash: $0, named: nil) } ?? [] }
        if let hash, text != plain, !named.contains(where: { $0.sha256?.hasPrefix(hash) ?? true }) {
            let renamed = models.filter { $0.sha256?.hasPrefix(hash) == true }
            if !renamed.isEmpty { return renamed }
        }
        return named
    }

    /// The model that a file tells of which it was drawn with.
    /// - Parameters:
    ///   - hash: as it stands there; it counts more than the name.
    /// - Returns: nil for the model when it is not here; and what is to be told, as a sentence.
    func drawnWith(hash: String?, name: String?) -> (model: ModelSummary?, note: String?) {
        let named = name.flatMap(find)
        guard let text = hash else {
            guard let name, named == nil else { return (named, nil) }
            return (nil, "The model \"\(name.clipped)\" that the infotext names is not here: drawn with \(current).")
        }
        let hashed = Self.hash(text).map { models(withHash: $0, named: named?.name) } ?? []
        if let model = hashed.first(where: { $0.name == named?.name }) ?? hashed.first { return (model, nil) }
        guard let named else {
            return (
                nil,
                "The model \(name.map { "\"\($0.clipped)\" " } ?? "")with the hash \(text.clipped) that the infotext names is not "
                    + "here: drawn with \(current)."
            )
        }
        return (
            named,
            "No model here has the hash \(text.clipped) that the infotext names: drawn with \(named.name), which has the model's "
                + "name\(named.shortHash.map { " and the hash \($0)" } ?? "")."
        )
    }

    private func models(withHash hash: String, named name: String?) -> [ModelSummary] {
        let known = models.filter { $0.sha256?.hasPrefix(hash) == true }
        if !known.isEmpty { return known }
        if let found = namesByHash[hash] { return models.filter { $0.name == found } }
        questions.asked.withLock { asked in
            if !asked.contains(where: { $0.hash == hash }) { asked.append(HashQuestion(hash: hash, name: name)) }
        }
        return []
    }

    /// The digits of a hash in lower case; nil for what can be none.
    private static func hash(_ text: some StringProtocol) -> String? {
        (8...64).contains(text.utf8.count) && text.allSatisfy(\.isHexDigit) ? text.lowercased() : nil
    }

    private static func hash(ofTitle text: String) -> String? {
        guard text.hasSuffix("]"), let bracket = text.lastIndex(of: "[") else { return nil }
        return hash(text[text.index(after: bracket)...].dropLast())
    }

    /// A title may have been remembered from before its hash was known, or with another.
    private static func withoutHash(_ text: String) -> String {
        guard text.hasSuffix("]"), let bracket = text.lastIndex(of: "["),
            text[text.index(after: bracket)...].dropLast().allSatisfy(\.isHexDigit)
        else { return text }
        return String(text[..<bracket].reversed().drop(while: \.isWhitespace).reversed())
    }

    /// A1111 separates folders by `\` where Windows does, and begins with one in some versions.
    private static func place(_ text: String) -> String {
        String(text.map { $0 == "\\" ? "/" : $0 }.trimmingPrefix { $0 == "/" })
    }

    /// A1111's title of the current model; its name as long as nothing is known of it.
    public var currentTitle: String { models.first { $0.name == current }?.title ?? current }

    /// The model that a field of a request names.
    /// - Throws: what is wrong with the name, as an error of that kind.
    public func named(_ text: String, field: String, kind: APIError.Kind = .invalidValue) throws(APIError) -> ModelSummary {
        if let model = find(text) { return model }
        let error = unknown(text, field: field)
        throw APIError(kind, field: field, reason: error.reason, error.message)
    }

    /// The refusal of a name that no model has, or several have.
    func unknown(_ text: String, field: String) -> APIError {
        let several = matches(text).map(\.name)
        if several.count > 1 {
            return APIError(
                .invalidValue, field: field, reason: .ambiguousModel(text, choices: several),
                "There are several models that \"\(text.clipped)\" may stand for: \(Self.list(several)). Use one of these names.")
        }
        let names = models.map(\.name)
        return APIError(
            .invalidValue, field: field, reason: .unknownModel(text, choices: names),
            "There is no model \"\(text.clipped)\". \(names.isEmpty ? "There are no models at all." : "Use \(Self.list(names)).")")
    }

    /// Names for a sentence; some of very many.
    private static func list(_ names: [String]) -> String {
        names.prefix(20).joined(separator: ", ") + (names.count > 20 ? " or one of \(names.count - 20) others" : "")
    }
}

/// A hash that a request names and no model is known to have.
public struct HashQuestion: Sendable, Hashable {
    /// In lower case.
    public let hash: String
    /// The name of the model that it probably is.
    public let name: String?
}

extension ModelSummary {
    /// `name.safetensors [6ce0161689]`, as A1111 lists it; without the brackets until the hash is known.
    public var title: String { shortHash.map { "\(file) [\($0)]" } ?? file }

    /// The first 10 digits of the SHA-256.
    public var shortHash: String? { sha256.map { String($0.prefix(10)) } }
}

extension String {
    /// Behind the last slash.
    fileprivate var lastPart: Substring { split(separator: "/", omittingEmptySubsequences: false).last ?? "" }
}
