import Hosting
import Prompting

/// A prompt's report in words for people.
struct PromptExplanation {
    private let report: PromptReport
    private let style: TextStyle

    init(_ report: PromptReport, style: TextStyle) {
        self.report = report
        self.style = style
    }

    var text: String {
        var sections: [String] = []
        for (index, part) in report.parts.enumerated() {
            if report.parts.count > 1 {
                sections.append(
                    style.heading("Part \(index + 1) of \(report.parts.count)") + ", weight \(part.weight.short): drawn by itself, then "
                        + "added to the others")
            } else if part.weight != 1 {
                sections.append(
                    style.warning("Note: ") + "the number after the last colon, \(part.weight.short), multiplies the guidance scale. If "
                        + "that is not meant, end the prompt with a comma.")
            }
            sections += explanation(of: part)
        }
        if !report.tags.isEmpty { sections.append(tags) }
        if let warning = Prompt.warning(ofUnreadable: report.unreadableCharacterCount) {
            sections.append(
                style.warning("Note: ") + "\(warning) Their tokens are bytes or single letters, which a picture does not follow.")
        }
        return sections.map { $0.hasSuffix("\n") ? $0 : $0 + "\n" }.joined(separator: "\n")
    }

    private func explanation(of part: PromptReport.Part) -> [String] {
        var sections: [String] = []
        let schedule = part.schedule
        let chunked = schedule.texts.map(report.chunker.chunks(of:))
        if schedule.texts.count > 1 {
            sections.append(ScheduleExplanation(
                schedule, steps: report.steps, counting: report.counting, counts: chunked.map(Self.count), style: style).text)
        }
        let pieces = AttentionPiece.pieces(of: schedule.texts[0])
        let which = schedule.texts.count > 1 ? " of the first text" : ""
        sections.append(style.heading("Pieces\(which)") + " and how much they count\n" + self.pieces(pieces) + notes(on: part))
        let first = chunked[0]
        sections.append(ChunkExplanation(first, chunker: report.chunker, style: style)
            .text(heading: style.heading("Tokens\(which)") + ": \(Self.count(first))"))
        return sections
    }

    private func pieces(_ pieces: [AttentionPiece]) -> String {
        pieces.map { piece in
            if piece.isBreak { return style.faint("         BREAK: the chunk is filled up, the next begins") + "\n" }
            let weight = String(repeating: " ", count: max(0, 7 - piece.weight.short.count)) + piece.weight.short
            return style.weighted(weight, by: piece.weight) + "  " + piece.text.onOneLine.quoted + "\n"
        }.joined()
    }

    /// Notes on signs that are likely not meant.
    private func notes(on part: PromptReport.Part) -> String {
        var notes: [String] = []
        let unmatched = AttentionPiece.unmatchedBrackets(of: part.schedule.texts[0])
        switch unmatched.unclosed {
        case 0: break
        case 1: notes.append("A bracket is never closed: it weighs everything after it. Write \\( or \\[ for the sign itself.")
        default: notes.append(
            "\(unmatched.unclosed) brackets are never closed: they weigh everything after them. Write \\( or \\[ for the sign itself.")
        }
        if unmatched.unopened > 0 {
            notes.append(
                "\(unmatched.unopened) closing \(unmatched.unopened == 1 ? "bracket was" : "brackets were") never opened: taken as text.")
        }
        let unescaped = part.text.replacing("\\|", with: "")
        if unescaped.contains("|"), unescaped.contains("["), PromptTree(parsing: part.text).nodes == [.text(part.text)] {
            notes.append("A | stands outside of square brackets: the prompt is taken as typed, without schedules.")
        }
        return notes.map { "  " + style.warning("Note: ") + $0 + "\n" }.joined()
    }

    private var tags: String {
        style.heading("Tags") + ", taken out of the text\n" + report.tags.map { tag in
            let meaning =
                if let lora = LoRATag(tag) {
                    "LoRA \(lora.name.quoted), text encoder × \(lora.textEncoder.inWords), UNet × \(lora.unet.inWords)" + lora.restrictions
                        + (lora.unreadArguments.isEmpty ? "" : "; not understood: " + lora.unreadArguments.joined(separator: ", "))
                } else if tag.kind == "hypernet" {
                    "hypernetwork \(tag.name.quoted); this version does not apply it"
                } else {
                    "\(tag.kind.quoted) is not a kind of network that is known; ignored"
                }
            return "  " + style.warning(tag.description.onOneLine) + "  \(meaning)\n"
        }.joined()
    }

    static func count(_ prompt: ChunkedPrompt) -> String {
        let (tokens, chunks) = (prompt.tokenCount, prompt.chunks.count)
        return "\(tokens) \(tokens == 1 ? "token" : "tokens") in \(chunks) \(chunks == 1 ? "chunk" : "chunks")"
    }
}

extension LoRATag {
    /// `, by block, from step 5 to 14, on its AND part`; empty without restrictions.
    fileprivate var restrictions: String {
        var words = blocks == nil ? "" : ", by block"
        if let steps {
            words += steps.isEmpty ? ", at no step" : ", from step \(steps.lowerBound + 1)"
            if !steps.isEmpty, steps.upperBound != .max { words += " to \(steps.upperBound)" }
        }
        return part == nil ? words : words + ", on its AND part"
    }
}

extension StrengthSchedule {
    /// `0.8`; `0 at 0, 1 at 0.5`.
    fileprivate var inWords: String {
        isConstant ? first.short : points.map { "\($0.value.short) at \($0.position.short)" }.joined(separator: ", ")
    }
}

extension Double {
    /// With up to three decimals, and none where there are none.
    var short: String {
        guard abs(self) < 1e9 else { return "\(self)" }
        let thousandths = (self * 1000).rounded()
        return thousandths.truncatingRemainder(dividingBy: 1000) == 0 ? "\(Int(thousandths / 1000))" : "\(thousandths / 1000)"
    }
}

extension String {
    var quoted: String { "\"\(self)\"" }

    /// With line ends and other control characters spelled out.
    var onOneLine: String {
        String(String.UnicodeScalarView(unicodeScalars.flatMap { scalar -> [Unicode.Scalar] in
            switch scalar {
            case "\n": ["\\", "n"]
            case "\t": ["\\", "t"]
            case "\r": ["\\", "r"]
            default: scalar.properties.generalCategory == .control ? ["\u{FFFD}"] : [scalar]
            }
        }))
    }
}
