public import Generation

/// How a prompt is read.
public struct PromptSummary: Sendable, Equatable, Codable {
    /// A piece of a chunk that is whole characters, and its weight.
    public struct Token: Sendable, Equatable, Codable {
        /// The text: a word or a part of one, a character that several tokens spell, a textual inversion's name, or a wildcard as typed.
        public var text: String
        /// The weight from the prompt's brackets; 1 for plain text.
        public var weight: Double
        /// How many tokens spell it.
        public var tokens: Int

        /// Makes a piece with its weight.
        public init(text: String, weight: Double, tokens: Int = 1) {
            self.text = text
            self.weight = weight
            self.tokens = tokens
        }
    }

    /// The text of a part between ANDs up to an evaluation of the UNet, counted from 1. Most samplers have one in each step.
    public struct Scheduled: Sendable, Equatable, Codable {
        /// The last evaluation of the UNet that the text is for.
        public var until: Int
        /// The text without brackets of schedules; weights are still in it.
        public var text: String

        /// Makes an entry that ends with an evaluation, counted from 1.
        public init(until: Int, text: String) {
            self.until = until
            self.text = text
        }
    }

    /// A part between ANDs.
    public struct Part: Sendable, Equatable, Codable {
        /// The number behind the text; 1 when there is none.
        public var weight: Double
        /// The text without that number, with its schedules.
        public var text: String
        /// The chunks of the longest text that the part's schedule comes to, without begin, end and filling.
        public var chunks: [[Token]]
        /// The texts, in the order of the evaluations; one when nothing changes.
        public var schedule: [Scheduled]

        /// Makes a part.
        public init(weight: Double, text: String, chunks: [[Token]], schedule: [Scheduled]) {
            self.weight = weight
            self.text = text
            self.chunks = chunks
            self.schedule = schedule
        }
    }

    /// Something in a prompt that is likely not meant, or does nothing.
    public struct Problem: Sendable, Equatable, Codable {
        /// The fault. Raw values stand in the answer.
        public enum Reason: String, Sendable, Codable, CaseIterable {
            /// The bracket `sign` after `at` characters is never closed.
            case unclosed
            /// So many `characters` are outside of the text encoder's vocabulary.
            case unknownLanguage = "unknown_language"
            /// No wildcard has the `name`.
            case unknownWildcard = "unknown_wildcard"
            /// No style has the `name`.
            case unknownStyle = "unknown_style"
            /// A LoRA, whose `name` it has, does nothing yet.
            case loraIgnored = "lora_ignored"
            /// Another tag, such as a hypernetwork's, does nothing; `name` is the network's.
            case tagIgnored = "tag_ignored"
        }

        /// What is wrong.
        public var reason: Reason
        /// The same as a sentence or two.
        public var message: String
        /// unclosed: `(` or `[`.
        public var sign: String?
        /// unclosed: how many characters (Unicode scalars) of the prompt, as it was sent, stand before the sign.
        public var at: Int?
        /// unknown_language: how many.
        public var characters: Int?
        /// unknown_wildcard, unknown_style, lora_ignored, tag_ignored: whose.
        public var name: String?

        /// Makes a problem; figures and names that do not belong to the reason are nil.
        public init(
            _ reason: Reason, _ message: String, sign: String? = nil, at: Int? = nil, characters: Int? = nil, name: String? = nil
        ) {
            self.reason = reason
            self.message = message
            self.sign = sign
            self.at = at
            self.characters = characters
            self.name = name
        }
    }

    /// As A1111 counts, of the longest text that the prompt comes to.
    public var tokenCount: Int
    /// 75 for each chunk.
    public var tokenCapacity: Int
    /// The chunks of that text, without begin, end and filling.
    public var chunks: [[Token]]
    /// The schedule of each part between ANDs.
    public var schedules: [[Scheduled]]
    /// The parts between ANDs, one at least.
    public var parts: [Part]
    /// The text after styles and wildcards. Without a seed wildcards and choices stand in it as typed.
    public var expanded: String
    /// What is likely not meant, or does nothing.
    public var problems: [Problem]
    /// In sentences: the messages of `problems` and of `notices`.
    public var warnings: [String]
    /// Whatever else is to be said, as data.
    public var notices: [Notice]

    /// Makes the answer; what may be left out is for where only the chunks matter.
    public init(
        tokenCount: Int, tokenCapacity: Int, chunks: [[Token]], schedules: [[Scheduled]] = [], parts: [Part] = [], expanded: String = "",
        problems: [Problem] = [], notices: [Notice] = []
    ) {
        self.tokenCount = tokenCount
        self.tokenCapacity = tokenCapacity
        self.chunks = chunks
        self.schedules = schedules
        self.parts = parts
        self.expanded = expanded
        self.problems = problems
        warnings = problems.map(\.message) + notices.map(\.description)
        self.notices = notices
    }

    private enum CodingKeys: String, CodingKey {
        case tokenCount = "token_count", tokenCapacity = "token_capacity", chunks, schedules, parts, expanded, problems, warnings, notices
    }
}
