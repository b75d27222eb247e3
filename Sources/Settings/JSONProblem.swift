// For JSONSerialization: JSONDecoder does not tell where it stopped.
import Foundation

/// Why data is no JSON object, in words that end a sentence: `line 3 cannot be read from "tru" on`.
func jsonProblem(in contents: Data) -> String {
    if contents.allSatisfy({ $0 <= 0x20 }) { return "it is empty" }
    do {
        _ = try JSONSerialization.jsonObject(with: contents, options: .fragmentsAllowed)
        return "it is a list or a single value"
    } catch {
        let message = (error as NSError).userInfo["NSDebugDescription"] as? String ?? ""
        // "Invalid value around character 9."
        guard let digits = message.firstMatch(of: /character (\d+)/)?.1, let index = Int(digits), index < contents.count else {
            return "it ends too early"
        }
        let line = contents.prefix(index).count { $0 == UInt8(ascii: "\n") } + 1
        let rest = String(decoding: contents.dropFirst(index).prefix { $0 >= 0x20 }.prefix(20), as: UTF8.self)
        return "line \(line) cannot be read from \"\(rest)\" on"
    }
}
