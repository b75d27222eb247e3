import Files
import FoundationEssentials

/// A style as SD.Next's JSON has it.
struct StoredStyle: Decodable {
    var name: String?
    var prompt: String
    var negativePrompt: String
    var ignoredFields: [String]

    private enum Key: String, CodingKey, CaseIterable { case name, prompt, negative, negativePrompt = "negative_prompt", extra, wildcards }

    init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: Key.self)
        name = try members.decodeIfPresent(String.self, forKey: .name)
        prompt = try members.decodeIfPresent(String.self, forKey: .prompt) ?? ""
        negativePrompt = try members.decodeIfPresent(String.self, forKey: .negative)
            ?? members.decodeIfPresent(String.self, forKey: .negativePrompt) ?? ""
        ignoredFields = [Key.extra, .wildcards].filter {
            (try? members.decodeIfPresent(String.self, forKey: $0))??.trimmingSpace.isEmpty == false
        }
            .map(\.rawValue)
    }

    /// The styles of a file: one object or a list.
    static func styles(in bytes: [UInt8], path: String) throws(StyleError) -> [StoredStyle] {
        let data = Data(TextFile.utf8(bytes))
        do {
            let isList = data.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) } == UInt8(ascii: "[")
            return isList
                ? try JSONDecoder().decode([StoredStyle].self, from: data) : [try JSONDecoder().decode(StoredStyle.self, from: data)]
        } catch let error as DecodingError {
            throw .unreadable(path: path, reason: error.reason)
        } catch {
            throw .unreadable(path: path, reason: "\(error)")
        }
    }
}

extension DecodingError {
    /// Without a full stop.
    fileprivate var reason: String {
        let context: Context
        switch self {
        case .typeMismatch(_, let found), .valueNotFound(_, let found), .keyNotFound(_, let found), .dataCorrupted(let found):
            context = found
        @unknown default: return "it is not a style or a list of styles"
        }
        let place = context.codingPath.map { $0.intValue.map { "style \($0 + 1)" } ?? $0.stringValue }.joined(separator: ", ")
        return place.isEmpty ? "it is not JSON that holds a style or a list of styles" : "\(place) is not as SD.Next writes styles"
    }
}
