import Files


/// A `config.json` of diffusers or transformers, read with suspicion.
///
/// A key that is missing or null has diffusers' default; a value of the wrong kind or out of range is reported by key.
struct ConfigurationFile {
    /// As it appears in messages: "unet/config.json".
    let name: String
    private let members: [String: JSONValue]

    init(name: String, members: [String: JSONValue]) {
        self.name = name
        self.members = members
    }

    init(name: String, path: String) throws(CheckpointError) {
        var json = JSONReader(TextFile.utf8(try reading { () throws(FileError) in try OpenFile.contents(of: path) }))
        let value: JSONValue
        do {
            value = try json.readValue()
            try json.finish()
        } catch {
            throw .notJSON(file: name, position: error.position, expected: error.expected)
        }
        guard case .object(let members) = value else { throw .notJSON(file: name, position: 0, expected: "an object") }
        self.init(name: name, members: members)
    }

    /// nil when the key is missing or null.
    subscript(key: String) -> JSONValue? {
        if let value = members[key], value != .null { value } else { nil }
    }

    /// The value as it stands there; nil only when the key is missing.
    func value(asWritten key: String) -> JSONValue? { members[key] }

    func integer(_ key: String, default fallback: Int? = nil, in range: ClosedRange<Int>) throws(CheckpointError) -> Int {
        guard let value = self[key] ?? fallback.map(JSONValue.integer) else { throw missing(key, "a whole number") }
        return try integer(value, key, in: range)
    }

    /// One number for all `count` blocks, or a list of one for each.
    func integers(_ key: String, count: Int, default fallback: Int? = nil, in range: ClosedRange<Int>) throws(CheckpointError) -> [Int] {
        guard let value = self[key] ?? fallback.map(JSONValue.integer) else { throw missing(key, "a whole number or a list") }
        guard case .array(let elements) = value else {
            return Array(repeating: try integer(value, key, in: range), count: count)
        }
        guard elements.count == count else { throw invalid(key, "\(count) whole numbers, one per block") }
        return try integers(elements, key, in: range)
    }

    /// One number for all, a list with one number for each of some groups, or with a list of numbers for a group.
    /// - Parameter counts: members of each group.
    func lists(
        _ key: String, counts: [Int], default fallback: Int? = nil, in range: ClosedRange<Int>
    ) throws(CheckpointError) -> [[Int]] {
        guard let value = self[key] ?? fallback.map(JSONValue.integer) else { throw missing(key, "a whole number or a list") }
        var elements = counts.map { _ in value }
        if case .array(let listed) = value { elements = listed }
        guard elements.count == counts.count else { throw invalid(key, "\(counts.count) whole numbers or lists, one per block") }
        var lists: [[Int]] = []
        for (element, count) in zip(elements, counts) {
            if case .array(let members) = element {
                guard members.count == count else {
                    throw invalid(key, "\(count) whole numbers in the list of a block with \(count) layers")
                }
                lists.append(try integers(members, key, in: range))
            } else {
                lists.append(Array(repeating: try integer(element, key, in: range), count: count))
            }
        }
        return lists
    }

    /// A list of numbers, as long as it comes.
    func integers(_ key: String, in range: ClosedRange<Int>) throws(CheckpointError) -> [Int] {
        guard case .array(let elements) = self[key] else { throw missing(key, "a list of whole numbers") }
        return try integers(elements, key, in: range)
    }

    func number(_ key: String, default fallback: Double, in range: ClosedRange<Double>) throws(CheckpointError) -> Double {
        let number: Double
        switch self[key] {
        case nil: return fallback
        case .number(let value): number = value
        case .integer(let value): number = Double(value)
        case .unsigned(let value): number = Double(value)
        default: throw invalid(key, "a number")
        }
        guard range.contains(number) else { throw invalid(key, "\(range.lowerBound) to \(range.upperBound)") }
        return number
    }

    func boolean(_ key: String, default fallback: Bool) throws(CheckpointError) -> Bool {
        switch self[key] {
        case nil: return fallback
        case .bool(let value): return value
        default: throw invalid(key, "true or false")
        }
    }

    func string(_ key: String) throws(CheckpointError) -> String? {
        switch self[key] {
        case nil: return nil
        case .string(let value): return value
        default: throw invalid(key, "text")
        }
    }

    /// A text that only hints at something, so that nothing is refused for a value of another kind.
    func hint(_ key: String) -> String? { if case .string(let text)? = self[key] { text } else { nil } }

    func strings(_ key: String) throws(CheckpointError) -> [String]? {
        guard let value = self[key] else { return nil }
        guard case .array(let elements) = value else { throw invalid(key, "a list of names") }
        var strings: [String] = []
        for case .string(let text) in elements { strings.append(text) }
        guard strings.count == elements.count else { throw invalid(key, "a list of names") }
        return strings
    }

    /// Refuses a value that Easel has no code for. A missing key means the first of `values`.
    func require(_ key: String, _ values: JSONValue...) throws(CheckpointError) {
        guard let value = members[key], !values.contains(value) else { return }
        if case .integer(let whole) = value, values.contains(.number(Double(whole))) { return }
        if case .number(let number) = value {
            let isListed = values.contains { if case .integer(let whole) = $0 { Double(whole) == number } else { false } }
            if isListed { return }
        }
        throw unsupported(key, values.map(\.description).joined(separator: ", "))
    }

    /// Refuses weights that are stored in a way that nothing here reads; how the others are is told by their tensors.
    /// - Throws: `CheckpointError.quantized`.
    func checkQuantization() throws(CheckpointError) {
        guard let value = self["quantization_config"] else { return }
        let isBitsAndBytes = value["quant_method"] == "bitsandbytes" || value["quant_method"] == nil
        if isBitsAndBytes, value["load_in_8bit"] == true, value["load_in_4bit"] != true { return }
        let method =
            switch value["quant_method"] {
            case "bitsandbytes": value["load_in_4bit"] == true ? "with bitsandbytes in 4 bits" : "with bitsandbytes, not in 8 bits"
            case .string(let name): "with \(name)"
            default: value["load_in_4bit"] == true ? "with bitsandbytes in 4 bits" : "in a way that it does not name"
            }
        throw .quantized(file: name, key: "quantization_config", method: method)
    }

    func unsupported(_ key: String, _ supported: String) -> CheckpointError {
        .unsupportedSetting(file: name, key: key, value: self[key]?.description ?? "nothing", supported: supported)
    }

    func invalid(_ key: String, _ expected: String) -> CheckpointError {
        .invalidSetting(file: name, key: key, value: members[key]?.description ?? "nothing", expected: expected)
    }

    private func missing(_ key: String, _ expected: String) -> CheckpointError { invalid(key, expected) }

    private func integer(_ value: JSONValue, _ key: String, in range: ClosedRange<Int>) throws(CheckpointError) -> Int {
        guard case .integer(let integer) = value else { throw invalid(key, "a whole number") }
        guard range.contains(integer) else { throw invalid(key, "\(range.lowerBound) to \(range.upperBound)") }
        return integer
    }

    private func integers(_ elements: [JSONValue], _ key: String, in range: ClosedRange<Int>) throws(CheckpointError) -> [Int] {
        var integers: [Int] = []
        for element in elements { integers.append(try integer(element, key, in: range)) }
        return integers
    }
}
