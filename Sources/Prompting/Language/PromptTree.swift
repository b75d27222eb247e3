/// A text over the steps: its schedules and alternations as a tree.
///
/// Any text has a tree: what does not parse is text. Trees are at most `depthLimit` levels deep, so walking, comparing and
/// releasing one needs little of the stack.
public struct PromptTree: Sendable, Hashable, CustomStringConvertible {
    /// The parts of the text in their order.
    public var nodes: [PromptNode]

    /// Deeper nesting is text.
    public static let depthLimit = 100

    /// Makes a tree from its parts, without a check of their depth.
    public init(_ nodes: [PromptNode]) { self.nodes = nodes }

    /// Reads the tree of a text.
    /// Source: the grammar of A1111 1.10's `get_learned_conditioning_prompt_schedules`; reference schedules in Tests/Fixtures/prompting.
    public init(parsing text: String) {
        var reader = TreeReader(text)
        nodes = reader.read()
    }

    /// The tree as a text that has it.
    public var description: String {
        var text = ""
        Self.print(nodes, to: &text)
        return text
    }

    private static func print(_ nodes: [PromptNode], to text: inout String) {
        for node in nodes {
            switch node {
            case .text(let string):
                text += string
            case .group(let bracket, let content):
                text += bracket.opening
                print(content, to: &text)
                text += bracket.closing
            case .schedule(let before, let after, let when):
                text += "["
                print(before, to: &text)
                text += ":"
                print(after, to: &text)
                text += ":\(when)]"
            case .alternation(let options):
                for (index, option) in options.enumerated() {
                    text += index == 0 ? "[" : "|"
                    print(option, to: &text)
                }
                text += "]"
            }
        }
    }
}
