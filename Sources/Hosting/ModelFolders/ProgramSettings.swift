import Files

/// A file of another program's settings: a JSON object.
struct ProgramSettings {
    /// Larger files are not read.
    static let largestFile = 16 << 20

    /// Empty when there is no file.
    private(set) var values: [String: JSONValue] = [:]
    /// Why nothing could be read, as a sentence; nil also when there is no file.
    private(set) var problem: String?

    init(path: String) {
        do throws(FileError) {
            let bytes = TextFile.utf8(try OpenFile.contents(of: path, atMost: Self.largestFile))
            do throws(JSONError) {
                guard case .object(let values) = try JSONValue(parsing: bytes) else {
                    problem = "\(path) is left out: it is not a JSON object."
                    return
                }
                self.values = values
            } catch {
                problem = "\(path) is left out: it is not JSON: \(error.expected) was expected at byte \(error.position)."
            }
        } catch {
            if case .unreadable(_, let reason) = error { problem = "\(path) is left out: \(reason)." }
        }
    }
}
