/// What a prompt says during a number of steps.
public struct PromptSchedule: Sendable, Hashable {
    /// A text and the last step, counted from 1, that has it.
    public struct Entry: Sendable, Hashable {
        public var until: Int
        /// An index into `texts`.
        public var text: Int
    }

    /// The distinct texts, in order of their first step: each is to be encoded once.
    public private(set) var texts: [String] = []
    /// In order of the steps; the last is until the last step. Neighbours may have the same text.
    public private(set) var entries: [Entry] = []

    /// The index into `texts` of what is said at `step`, 1 ... the step count.
    public func text(atStep step: Int) -> Int {
        entries.first { step <= $0.until }?.text ?? entries[entries.count - 1].text
    }

    fileprivate mutating func append(_ text: String, until step: Int, indices: inout [String: Int]) {
        let index = indices[text] ?? texts.count
        if index == texts.count {
            texts.append(text)
            indices[text] = index
        }
        entries.append(Entry(until: step, text: index))
    }
}

extension PromptTree {
    /// What the text says at each step.
    /// - Parameter steps: at least 1.
    public func schedule(steps: Int) -> PromptSchedule {
        var schedule = PromptSchedule()
        var indices: [String: Int] = [:]
        var ends: Set<Int> = [steps]
        Self.collectEnds(of: nodes, steps: steps, into: &ends)
        for step in ends.sorted() { schedule.append(text(atStep: step, of: steps), until: step, indices: &indices) }
        return schedule
    }

    /// What the text says at `step`, 1 ... `steps`.
    public func text(atStep step: Int, of steps: Int) -> String {
        var text = ""
        Self.render(nodes, atStep: step, of: steps, into: &text)
        return text
    }

    /// The steps after which something may switch, including where that is inside of what is not said.
    private static func collectEnds(of nodes: [PromptNode], steps: Int, into ends: inout Set<Int>) {
        for node in nodes {
            switch node {
            case .text:
                break
            case .group(_, let content):
                collectEnds(of: content, steps: steps, into: &ends)
            case .schedule(let before, let after, let when):
                let step = when.lastStep(of: steps)
                if step >= 1 { ends.insert(step) }
                collectEnds(of: before, steps: steps, into: &ends)
                collectEnds(of: after, steps: steps, into: &ends)
            case .alternation(let options):
                ends.formUnion(1...max(steps, 1))
                for option in options { collectEnds(of: option, steps: steps, into: &ends) }
            }
        }
    }

    private static func render(_ nodes: [PromptNode], atStep step: Int, of steps: Int, into text: inout String) {
        for node in nodes {
            switch node {
            case .text(let string):
                text += string
            case .group(let bracket, let content):
                text += bracket.opening
                render(content, atStep: step, of: steps, into: &text)
                text += bracket.closing
            case .schedule(let before, let after, let when):
                render(step <= when.lastStep(of: steps) ? before : after, atStep: step, of: steps, into: &text)
            case .alternation(let options):
                render(options[(step - 1) % options.count], atStep: step, of: steps, into: &text)
            }
        }
    }
}
