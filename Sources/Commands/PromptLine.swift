import Files
import Generation
import Hosting
import Sampling

/// A line of a file of prompts: a prompt, or options as A1111's "Prompts from file" reads them.
///
/// Source: AUTOMATIC1111, `scripts/prompts_from_file.py`.
struct PromptLine: Equatable {
    /// Number of the line in the file, from 1.
    let number: Int
    /// Options of the line, in its order: keys of fields, or `model`, with their values.
    let values: [Value]

    struct Value: Equatable {
        let key: String
        let text: String
    }

    private static let mostBytes = 16 << 20
    private static let mostLines = 10_000
    private static let modelKey = "model"
    /// A1111's names of fields that have others here.
    private static let otherNames = [
        "sampler_name": "sampler", "scheduler": "schedule", "sd_model": modelKey, "denoising_strength": "strength",
    ]

    /// Reads a file.
    /// - Throws: `.badInput` for a file that cannot be read, and for the first line that cannot be used, with its number.
    static func lines(ofFile path: String) throws(CommandFailure) -> [PromptLine] {
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try OpenFile.contents(of: UserFolders().path(path), atMost: mostBytes)
        } catch {
            throw CommandFailure(.badInput, "Cannot read \"\(path)\": \(error.reason).")
        }
        let lines = try lines(in: bytes, of: path)
        guard !lines.isEmpty else { throw CommandFailure(.badInput, "There is no prompt in \"\(path)\".") }
        return lines
    }

    /// Reads a text.
    /// - Parameter name: of the file, for errors.
    static func lines(in bytes: [UInt8], of name: String) throws(CommandFailure) -> [PromptLine] {
        var lines: [PromptLine] = []
        for (index, bytes) in TextLines(TextFile.utf8(bytes)).enumerated() {
            let line = String(decoding: bytes, as: UTF8.self).trimmed
            if line.isEmpty || line.hasPrefix("#") { continue }
            guard lines.count < mostLines else {
                throw CommandFailure(.badInput, "\"\(name)\" has more than \(mostLines) prompts. Cut it into several files.")
            }
            do throws(Fault) {
                lines.append(PromptLine(number: index + 1, values: try values(in: line)))
            } catch {
                throw CommandFailure(.badInput, "Line \(index + 1) of \"\(name)\": \(error.text)")
            }
        }
        return lines
    }

    private struct Fault: Error { let text: String }

    private static func values(in line: String) throws(Fault) -> [Value] {
        guard line.hasPrefix("--") else { return [Value(key: GenerationField.prompt.key, text: line)] }
        let words = try words(in: line)
        var values: [Value] = []
        var rest = words[...]
        while let word = rest.popFirst() {
            guard word.hasPrefix("--") else {
                throw Fault(text: "\"\(word.prefix(60))\" stands behind no option. Put a value with spaces between quotation marks.")
            }
            let name = word.dropFirst(2).replacing("-", with: "_").lowercased()
            let key = otherNames[name] ?? name
            guard key == modelKey || GenerationField.all.contains(where: { $0.key == key }) else {
                throw Fault(text: "there is no option \(word.prefix(60)). Use \(known).")
            }
            guard var text = rest.popFirst() else { throw Fault(text: "\(word) has no value.") }
            // Prompts may go without quotation marks.
            if key == GenerationField.prompt.key || key == GenerationField.negativePrompt.key {
                while let next = rest.first, !next.hasPrefix("--") {
                    text += " " + next
                    rest.removeFirst()
                }
            }
            guard !values.contains(where: { $0.key == key }) else { throw Fault(text: "\(word) is there twice.") }
            values.append(Value(key: key, text: text))
        }
        return values
    }

    private static var known: String { (GenerationField.all.map(\.key) + [modelKey]).map { "--" + $0 }.joined(separator: ", ") }

    /// The words of a line as a shell has them: parts between quotation marks are one, and a backslash takes the next character as it is.
    private static func words(in line: String) throws(Fault) -> [String] {
        var words: [String] = []
        var word: String?
        var quote: Character?
        var rest = Substring(line)
        while let character = rest.popFirst() {
            switch character {
            case "\\" where quote != "'":
                // Within quotation marks it is a character like others, unless it stands before one that it is needed for.
                guard let next = rest.first else { throw Fault(text: "it ends with a backslash.") }
                if quote == nil || next == "\"" || next == "\\" {
                    word = (word ?? "") + String(rest.removeFirst())
                } else {
                    word = (word ?? "") + "\\"
                }
            case quote: quote = nil
            case "\"", "'":
                if quote == nil { (quote, word) = (character, word ?? "") } else { word?.append(character) }
            case _ where character.isWhitespace && quote == nil:
                if let whole = word { words.append(whole) }
                word = nil
            default: word = (word ?? "") + String(character)
            }
        }
        if let quote { throw Fault(text: "a quotation mark \(quote) has no end.") }
        if let word { words.append(word) }
        return words
    }

    /// The model that the line names; nil for the command's.
    var model: String? { values.first { $0.key == Self.modelKey }?.text }

    /// Puts the values into a request. A seed of -1 is a random one.
    /// - Throws: `.badInput` naming the line and the value that a field cannot have.
    func apply(to request: inout GenerationRequest) throws(CommandFailure) {
        // In the order of the fields: a schedule that is said comes before one in a sampler's name.
        for field in GenerationField.all {
            guard let text = values.first(where: { $0.key == field.key })?.text else { continue }
            let isSet = switch (field.form, text.lowercased()) {
            case (.seed, "-1"): field.set(.seed(.random(in: Seed.drawn)), in: &request)
            case (.texts, _): field.set(.texts(GenerationRequest.styles(named: GridValues.parts(of: text))), in: &request)
            // As A1111 says it.
            case (_, "true") where field.key == GenerationField.tiling.key: field.set(text: Tiling.both.rawValue, in: &request)
            case (_, "false") where field.key == GenerationField.tiling.key: field.set(text: Tiling.none.rawValue, in: &request)
            default: field.set(text: text, in: &request)
            }
            do throws(InvalidRequest) {
                guard isSet else { throw field.refusal(of: text) }
                try field.validate(request)
            } catch {
                throw failure(error)
            }
        }
    }

    /// An error of a request that the line makes.
    func failure(_ error: InvalidRequest) -> CommandFailure { CommandFailure(.badInput, "Line \(number): \(error.description)") }
}

extension String {
    fileprivate var trimmed: String {
        var text = Substring(self)
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
