public import Generation

/// Some fields of a request by their keys, as fixtures have them: `{"grading_hue": 0.2, "hdr_clamp": true}`.
public struct FieldValues: Decodable, Sendable, CustomStringConvertible {
    /// The request that has these, and defaults for all else.
    public let request: GenerationRequest
    /// The fields in words, for failures.
    public let description: String

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        var request = GenerationRequest(prompt: "")
        var words: [String] = []
        for key in container.allKeys {
            let field = GenerationField.all.first { $0.key == key.stringValue }
            let value: GenerationField.Value =
                switch field?.form {
                case .flag: .flag(try container.decode(Bool.self, forKey: key))
                case .whole: .whole(try container.decode(Int.self, forKey: key))
                case .number: .number(try container.decode(Float.self, forKey: key))
                default: .text(try container.decode(String.self, forKey: key))
                }
            guard let field, field.set(value, in: &request) else {
                throw DecodingError.dataCorruptedError(forKey: key, in: container, debugDescription: "no field has this key and value")
            }
            words.append("\(key.stringValue) \(value)")
        }
        self.request = request
        description = words.sorted().joined(separator: ", ")
    }

    /// Any key.
    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}
