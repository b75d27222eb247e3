import Generation
import Prompting

/// Tells in words which text the UNet is told at which of its evaluations. Most samplers have one evaluation in each step.
struct ScheduleExplanation {
    private let schedule: PromptSchedule
    private let steps: Int
    private let counting: ScheduleCounting
    private let counts: [String]
    private let style: TextStyle

    /// - Parameter counts: what to add to each text.
    init(_ schedule: PromptSchedule, steps: Int, counting: ScheduleCounting, counts: [String], style: TextStyle) {
        self.schedule = schedule
        self.steps = steps
        self.counting = counting
        self.counts = counts
        self.style = style
    }

    var text: String {
        let evaluations = schedule.entries.last?.until ?? steps
        var span = evaluations == steps ? "\(steps) steps" : "\(evaluations) evaluations of the UNet in \(steps) steps"
        if counting == .a1111 { span += ", counted as A1111 does" }
        var lines = style.heading("Schedule") + " over \(span): \(schedule.texts.count) texts, each encoded once\n"
        let labels = schedule.texts.indices.map(stepList)
        let width = labels.map(\.count).max() ?? 0
        for (index, text) in schedule.texts.enumerated() {
            let label = labels[index] + String(repeating: " ", count: width - labels[index].count)
            let shown = index == 0 ? text.onOneLine.quoted : Self.difference(text, from: schedule.texts[0])
            lines += "  \(label)  \(shown)" + style.faint("  \(counts[index])") + "\n"
        }
        return lines
    }

    /// The evaluations of a text: `1–10`, `1, 3, 5 … 19`.
    private func stepList(_ text: Int) -> String {
        var ranges: [ClosedRange<Int>] = []
        var first = 1
        for entry in schedule.entries {
            if entry.text == text {
                if let last = ranges.last, last.upperBound == first - 1 {
                    ranges[ranges.count - 1] = last.lowerBound...entry.until
                } else {
                    ranges.append(first...entry.until)
                }
            }
            first = entry.until + 1
        }
        let names = ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)–\($0.upperBound)" }
        return names.count <= 4 ? names.joined(separator: ", ") : names.prefix(3).joined(separator: ", ") + " … " + names[names.count - 1]
    }

    /// The words of `text` that differ from the first text's, with dots for those before and after.
    static func difference(_ text: String, from first: String) -> String {
        let (words, others) = (
            text.split(separator: " ", omittingEmptySubsequences: false), first.split(separator: " ", omittingEmptySubsequences: false))
        let same = zip(words, others).prefix { $0 == $1 }.count
        let sameAtEnd = min(zip(words.reversed(), others.reversed()).prefix { $0 == $1 }.count, min(words.count, others.count) - same)
        // One word more on either side, so that one sees the place.
        let (start, end) = (max(same - 1, 0), min(words.count - sameAtEnd + 1, words.count))
        return (start > 0 ? "… " : "") + words[start..<end].joined(separator: " ").onOneLine.quoted + (end < words.count ? " …" : "")
    }
}
