/// How a picture was made, as A1111 writes it into the picture and as every gallery and tool reads it:
///
///     <prompt>
///     Negative prompt: <negative prompt>
///     Steps: 20, Sampler: Euler, Schedule type: Karras, CFG scale: 7, Seed: 1, Size: 512x768, Model: v1-5
public struct Infotext: Sendable, Hashable {
    /// The prompt; it may have several lines.
    public var prompt: String
    /// The negative prompt; empty when there is none.
    public var negativePrompt: String
    /// In the order of the text.
    public private(set) var parameters: [Parameter]

    /// One `key: value` of the last line.
    public struct Parameter: Sendable, Hashable {
        /// A letter, digit or underscore, then one or more of these, spaces, `-` and `/`; other keys cannot be read back.
        public var key: String
        /// The value without quotes; it is quoted in the text where it has to be.
        public var value: String

        /// Makes a parameter; neither text is checked.
        public init(_ key: String, _ value: String) {
            self.key = key
            self.value = value
        }
    }

    /// - Parameter parameters: in any order. Readers find them only when there are three or more.
    public init(prompt: String, negativePrompt: String = "", parameters: [Parameter] = []) {
        self.prompt = prompt
        self.negativePrompt = negativePrompt
        self.parameters = Self.ordered(parameters)
    }

    init(prompt: String, negativePrompt: String, parametersAsRead: [Parameter]) {
        self.prompt = prompt
        self.negativePrompt = negativePrompt
        parameters = parametersAsRead
    }

    /// The value of a parameter; of the last one when the key is there twice, as A1111 reads it.
    public subscript(key: String) -> String? { parameters.last { $0.key == key }?.value }

    private static let leadingKeys = [
        "Steps", "Sampler", "Schedule type", "CFG scale", "Image CFG scale", "Seed", "Size", "Model hash", "Model", "VAE hash", "VAE",
        "Text encoder", "Variation seed", "Variation seed strength", "Seed resize from", "Denoising strength", "Clip skip", "ENSD", "RNG",
        "Tiling",
    ]

    /// The keys that A1111 puts first, then all others as they came, then the version.
    private static func ordered(_ parameters: [Parameter]) -> [Parameter] {
        func place(_ key: String) -> Int {
            key == "Version" ? leadingKeys.count + 1 : leadingKeys.firstIndex(of: key) ?? leadingKeys.count
        }
        return parameters.enumerated()
            .sorted { (place($0.element.key), $0.offset) < (place($1.element.key), $1.offset) }
            .map(\.element)
    }
}

extension Infotext: CustomStringConvertible {
    /// The text as it stands in the file.
    public var description: String {
        var lines = [prompt]
        if !negativePrompt.isEmpty { lines.append("Negative prompt: " + negativePrompt) }
        if !parameters.isEmpty { lines.append(Self.line(parameters)) }
        return lines.joined(separator: "\n")
    }

    /// Parameters as they stand in the last line.
    static func line(_ parameters: [Parameter]) -> String {
        parameters.map { "\($0.key): \(QuotedValue.quoting($0.value))" }.joined(separator: ", ")
    }
}
