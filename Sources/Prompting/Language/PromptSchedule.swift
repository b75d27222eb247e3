public import Generation
public import Sampling

/// The texts of a prompt during the evaluations of a sampler.
public struct PromptSchedule: Sendable, Hashable {
    /// A text and the last evaluation, counted from 1, that has it. Most samplers have one evaluation a step.
    public struct Entry: Sendable, Hashable {
        /// The last evaluation that has the text, counted from 1.
        public var until: Int
        /// An index into `texts`.
        public var text: Int
    }

    /// The distinct texts, in order of their first evaluation: each is to be encoded once.
    public private(set) var texts: [String] = []
    /// In order of the evaluations; the last is until the last one. Neighbours may have the same text.
    public private(set) var entries: [Entry] = []

    /// For each evaluation, an index into `texts`.
    public var textOfEachEvaluation: [Int] {
        var indices: [Int] = []
        for entry in entries { indices += .init(repeating: entry.text, count: max(0, entry.until - indices.count)) }
        return indices
    }

    fileprivate mutating func append(_ text: String, until evaluation: Int, indices: inout [String: Int]) {
        let index = indices[text] ?? texts.count
        if index == texts.count {
            texts.append(text)
            indices[text] = index
        }
        entries.append(Entry(until: evaluation, text: index))
    }
}

extension PromptTree {
    /// The text at each evaluation.
    ///
    /// A1111 1.10 makes its schedules for all evaluations that it expects, twice the steps with Heun, and keeps a text while the
    /// evaluation,
    /// counted from 0, is no larger than the text's last step: `modules/prompt_parser.py`, `modules/processing.py`.
    /// - Parameters:
    ///   - steps: at least 1.
    ///   - first: the steps of the pass before; nil for a first pass.
    public func schedule(
        steps: Int, sampler: Sampler = .euler, counting: ScheduleCounting = .sdnext, after first: Int? = nil
    ) -> PromptSchedule {
        let (count, perStep) = (sampler.evaluationCount(steps: steps), sampler.evaluationsPerStep)
        let steps = counting == .a1111 ? steps * perStep : steps
        let first = first.map { counting == .a1111 ? $0 * perStep : $0 }
        var schedule = PromptSchedule()
        var indices: [String: Int] = [:]
        var ends: Set<Int> = [steps]
        Self.collectEnds(of: nodes, steps: steps, after: first, into: &ends)
        for step in ends.sorted() {
            let evaluation = min(counting == .a1111 ? step + 1 : step * perStep, count)
            schedule.append(text(atStep: step, of: steps, after: first), until: evaluation, indices: &indices)
            // A1111 has later texts, too, but never reaches them.
            if evaluation == count { break }
        }
        return schedule
    }

    /// Whether the text is another at some evaluation when its schedules count otherwise.
    public func dependsOnCounting(steps: Int, sampler: Sampler, after first: Int? = nil) -> Bool {
        let texts = ScheduleCounting.allCases.map { counting in
            let schedule = schedule(steps: steps, sampler: sampler, counting: counting, after: first)
            return schedule.textOfEachEvaluation.map { schedule.texts[$0] }
        }
        return Set(texts).count > 1
    }

    /// The text at `step`, 1 ... `steps`.
    public func text(atStep step: Int, of steps: Int, after first: Int? = nil) -> String {
        var text = ""
        Self.render(nodes, atStep: step, of: steps, after: first, into: &text)
        return text
    }

    /// The steps after which something may switch, including where that is inside of what is not said.
    private static func collectEnds(of nodes: [PromptNode], steps: Int, after first: Int?, into ends: inout Set<Int>) {
        for node in nodes {
            switch node {
            case .text:
                break
            case .group(_, let content):
                collectEnds(of: content, steps: steps, after: first, into: &ends)
            case .schedule(let before, let after, let when):
                let step = when.lastStep(of: steps, after: first)
                if step >= 1 { ends.insert(step) }
                collectEnds(of: before, steps: steps, after: first, into: &ends)
                collectEnds(of: after, steps: steps, after: first, into: &ends)
            case .alternation(let options):
                ends.formUnion(1...max(steps, 1))
                for option in options { collectEnds(of: option, steps: steps, after: first, into: &ends) }
            }
        }
    }

    private static func render(_ nodes: [PromptNode], atStep step: Int, of steps: Int, after first: Int?, into text: inout String) {
        for node in nodes {
            switch node {
            case .text(let string):
                text += string
            case .group(let bracket, let content):
                text += bracket.opening
                render(content, atStep: step, of: steps, after: first, into: &text)
                text += bracket.closing
            case .schedule(let before, let after, let when):
                let part = step <= when.lastStep(of: steps, after: first) ? before : after
                render(part, atStep: step, of: steps, after: first, into: &text)
            case .alternation(let options):
                render(options[(step - 1) % options.count], atStep: step, of: steps, after: first, into: &text)
            }
        }
    }
}
