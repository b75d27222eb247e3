import Files

extension WebClient {
    /// Asks a hub's API.
    /// - Parameter asking: what is looked for, for the message when it is not there.
    func json(_ address: String, secrets: [(String, String)], asking: String) async throws(DownloadError) -> JSONValue {
        let answer = try await get(address, headers: [("Accept", "application/json")], secrets: secrets)
        switch answer.status {
        case 200: break
        // Hugging Face says 401 also for what is not there, so that nobody learns what is private.
        case 401 where answer["X-Error-Code"] == "RepoNotFound": throw .notFound(asking, host: answer.host)
        case 401, 403: throw .notAllowed(host: answer.host, hint: HubAccess.hint(forHost: answer.host))
        case 404: throw .notFound(asking, host: answer.host)
        default: throw .status(answer.status, host: answer.host)
        }
        let bytes = try await answer.bytes()
        do {
            return try JSONValue(parsing: bytes)
        } catch {
            throw .unexpectedAnswer(host: answer.host, reason: "does not answer with JSON")
        }
    }
}

// Readings of values that may be of any kind: nil for those of another.
extension JSONValue {
    var string: String? { if case .string(let text) = self, !text.isEmpty { text } else { nil } }

    /// A list of texts, or one text alone.
    var strings: [String] {
        if case .array(let elements) = self { elements.compactMap(\.string) } else { string.map { [$0] } ?? [] }
    }

    var elements: [JSONValue] { if case .array(let elements) = self { elements } else { [] } }

    /// A whole number from 0.
    var count: Int? { if case .integer(let number) = self, number >= 0 { number } else { nil } }

    /// A SHA-256 in lower-case hexadecimal.
    var sha256: String? {
        let text = string?.lowercased()
        return text?.utf8.count == 64 && text?.utf8.allSatisfy { $0.hexadecimalDigit != nil } == true ? text : nil
    }
}
