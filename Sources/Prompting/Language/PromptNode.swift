/// A part of a text whose wording depends on the step.
public enum PromptNode: Sendable, Hashable {
    case text(String)
    /// Brackets that stay in the text, around nodes that may change: the weight of `([red|blue] hair:1.2)`.
    case group(Bracket, [PromptNode])
    /// `[before:after:when]`; `[after:when]` has nothing before.
    case schedule(before: [PromptNode], after: [PromptNode], when: SwitchPoint)
    /// `[a|b|c]`: one after the other, a step each.
    case alternation([[PromptNode]])

    /// The brackets of a group: `( )` for more weight, `[ ]` for less.
    public enum Bracket: Sendable, Hashable {
        case round, square

        var opening: String { self == .round ? "(" : "[" }
        var closing: String { self == .round ? ")" : "]" }
    }
}
