import Files

/// A model as people name it: the name of a repository, an address that they copied from a browser, a number, a hash or a URN.
public enum ModelSource: Sendable, Hashable {
    /// A repository of Hugging Face or ModelScope, or one file in it.
    case repository(Repository)
    /// A model of CivitAI; the version that its page shows first.
    case civitAIModel(Int)
    /// A version of a model of CivitAI.
    /// - Parameter model: the number of the model that it was said to belong to.
    case civitAIVersion(Int, model: Int?)
    /// The file of CivitAI that has this hash: AutoV1 or CRC32 with 8 digits, AutoV2 with 10, AutoV3 with 12, SHA-256 or BLAKE3 with 64.
    case civitAIHash(String)
    /// A file anywhere, by its address: `https://…`.
    case address(String)

    /// A repository, and what is wanted of it.
    public struct Repository: Sendable, Hashable {
        /// The places where repositories lie.
        public enum Hub: Sendable, Hashable { case huggingFace, modelScope }

        /// The place where it lies.
        public let hub: Hub
        /// `organisation/name`.
        public let name: String
        /// A path in it; nil for all that a model needs.
        public var file: String?
        /// A branch, a tag or a commit; nil for the hub's main branch.
        public var revision: String?
    }

    /// Reads what somebody typed or copied.
    ///
    ///     org/name    org/name@revision    org/name/path/file.safetensors    hf:org/name    modelscope:org/name
    ///     civitai:123    civitai:123@456    a hash    urn:air:sd1:checkpoint:civitai:123@456    https://…
    ///
    /// - Throws: `DownloadError.unreadable`.
    public init(_ text: String) throws(DownloadError) {
        let trimmed = text.trimmed
        let lower = trimmed.lowercased()
        func rest(after prefix: String) -> String { String(trimmed.dropFirst(prefix.count)) }
        if let prefix = ["urn:air:", "air:"].first(where: lower.hasPrefix) {
            self = try Self.resource(rest(after: prefix), in: trimmed)
        } else if ["https://", "http://"].contains(where: lower.hasPrefix) {
            self = try Self.page(trimmed)
        } else if let host = Self.pageHosts.first(where: { lower.hasPrefix($0 + "/") }) {
            self = try Self.page("https://" + host + rest(after: host))
        } else if let prefix = ["hf://", "hf:", "huggingface:"].first(where: lower.hasPrefix) {
            self = .repository(try Repository(rest(after: prefix), on: .huggingFace, in: trimmed))
        } else if let prefix = ["modelscope:", "ms:"].first(where: lower.hasPrefix) {
            self = .repository(try Repository(rest(after: prefix), on: .modelScope, in: trimmed))
        } else if lower.hasPrefix("civitai:") {
            self = try Self.civitAI(rest(after: "civitai:"), in: trimmed)
        } else if [8, 10, 12, 64].contains(lower.utf8.count), lower.utf8.allSatisfy({ $0.hexadecimalDigit != nil }) {
            self = .civitAIHash(lower)
        } else if trimmed.contains("/") {
            self = .repository(try Repository(trimmed, on: .huggingFace, in: trimmed))
        } else if let number = Int(trimmed), number > 0 {
            throw .unreadable(trimmed, hint: "For a model of CivitAI write civitai:\(number).")
        } else {
            throw .unreadable(trimmed, hint: Self.hint)
        }
    }

    static let hint = """
        Write org/name for Hugging Face, modelscope:org/name, civitai:NUMBER, a hash of CivitAI, or an address that begins with https://.
        """

    /// Reads `123` or `123@456`.
    static func civitAI(_ text: String, in source: String) throws(DownloadError) -> ModelSource {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false).map { Int($0) }
        switch (parts.count, parts[0], parts.last ?? nil) {
        case (1, let model?, _) where model > 0: return .civitAIModel(model)
        case (2, let model?, let version?) where model > 0 && version > 0: return .civitAIVersion(version, model: model)
        default: throw .unreadable(source, hint: "A model of CivitAI is written civitai:123, a version of it civitai:123@456.")
        }
    }

    /// Reads what stands behind `urn:air:`.
    ///
    /// Source: CivitAI, "AI Resource Identifier": `urn:air:{ecosystem}:{type}:{source}:{id}@{version?}:{layer?}.?{format?}`; the ecosystem
    /// may be missing. The hub itself says what type a resource has.
    private static func resource(_ text: String, in source: String) throws(DownloadError) -> ModelSource {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        for (index, hub) in parts.enumerated() where (1...2).contains(index) && index + 1 < parts.count {
            // A layer, a format and a query may follow.
            let id = String(parts[index + 1].prefix { $0 != "?" })
            switch hub.lowercased() {
            case "civitai": return try civitAI(String(id.prefix { $0 != "." }), in: source)
            case "huggingface": return .repository(try Repository(id, on: .huggingFace, in: source))
            case "modelscope": return .repository(try Repository(id, on: .modelScope, in: source))
            default: continue
            }
        }
        throw .unreadable(
            source, hint: "Models are fetched from CivitAI, Hugging Face and ModelScope: urn:air:sd1:checkpoint:civitai:123@456.")
    }

    /// The same source at another revision.
    /// - Throws: `DownloadError.unreadable` where there are no revisions, or another one is named already.
    public func at(revision: String) throws(DownloadError) -> ModelSource {
        guard case .repository(var repository) = self else {
            throw .unreadable(revision, hint: "Only repositories of Hugging Face and ModelScope have revisions.")
        }
        if let other = repository.revision, other != revision {
            throw .unreadable(revision, hint: "\(repository.name) is already asked for at \(other). Name one revision.")
        }
        guard !revision.isEmpty else { throw .unreadable(revision, hint: "A revision is a branch, a tag or a commit, such as main.") }
        repository.revision = revision
        return .repository(repository)
    }
}

extension ModelSource.Repository {
    /// Reads `org/name`, with `@revision` behind the name or behind a path that follows.
    init(_ text: String, on hub: Hub, in source: String) throws(DownloadError) {
        var parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        if parts.last?.isEmpty == true { parts.removeLast() }
        guard parts.count >= 2 else { throw .unreadable(source, hint: "A repository has an owner and a name: org/name.") }
        var revision: String?
        if let at = parts[1].firstIndex(of: "@") {
            var named = String(parts[1][parts[1].index(after: at)...])
            parts[1] = String(parts[1][..<at])
            // Pull requests are the only revisions with slashes that are met: refs/pr/1.
            if named == "refs", parts.count >= 4 {
                named += "/" + parts[2...3].joined(separator: "/")
                parts.removeSubrange(2...3)
            }
            revision = named
        } else if let last = parts.last, parts.count > 2, let at = last.lastIndex(of: "@") {
            parts[parts.count - 1] = String(last[..<at])
            revision = String(last[last.index(after: at)...])
        }
        try self.init(hub, parts[0], parts[1], file: parts.dropFirst(2).joined(separator: "/"), revision: revision, in: source)
    }

    init(_ hub: Hub, _ owner: String, _ name: String, file: String, revision: String?, in source: String) throws(DownloadError) {
        let isName: (String) -> Bool = { name in
            name.contains { $0 != "." } && name.utf8.allSatisfy { byte in
                UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
                    || "-_.".utf8.contains(byte)
            }
        }
        guard isName(owner), isName(name) else { throw .unreadable(source, hint: "A repository has an owner and a name: org/name.") }
        guard file.isEmpty || RepositoryPath.isSafe(file) else {
            throw .unreadable(source, hint: "\"\(file)\" is no path in a repository.")
        }
        guard revision?.isEmpty != true else { throw .unreadable(source, hint: "Behind the @ stands a branch, a tag or a commit.") }
        self.hub = hub
        self.name = owner + "/" + name
        self.file = file.isEmpty ? nil : file
        self.revision = revision
    }
}

extension StringProtocol {
    /// The text without white space at its ends.
    var trimmed: String {
        let start = drop { $0.isWhitespace }
        return String(start.reversed().drop { $0.isWhitespace }.reversed())
    }
}
