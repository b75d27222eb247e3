/// The words of a model's name or description, in lower case: "juggernautXL_v9Lightning_4step" as juggernaut, xl, v, 9, lightning, 4, step.
///
/// A word ends at anything but letters and digits of ASCII, between a letter and a digit, and where a capital follows a small letter.
struct ModelNameWords {
    /// Bytes of a text that are read. Names and descriptions come from files that nobody vouches for.
    static let longestText = 4096

    let words: [String]

    init(_ text: some StringProtocol) {
        let bytes = Array(text.utf8.prefix(Self.longestText))
        var words: [String] = []
        var word: [UInt8] = []
        func end() {
            if !word.isEmpty { words += Self.parts(of: String(decoding: word, as: UTF8.self)) }
            word = []
        }
        for (index, byte) in bytes.enumerated() {
            let sign = Sign(byte)
            if sign == .other || !word.isEmpty && Self.isBorder(before: index, in: bytes) { end() }
            if sign != .other { word.append(sign == .upper ? byte | 0x20 : byte) }
        }
        end()
        self.words = words
    }

    private enum Sign {
        case upper, lower, digit, other

        init(_ byte: UInt8) {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): self = .upper
            case UInt8(ascii: "a")...UInt8(ascii: "z"): self = .lower
            case UInt8(ascii: "0")...UInt8(ascii: "9"): self = .digit
            default: self = .other
            }
        }
    }

    /// Whether a word begins at a letter or digit that follows another.
    private static func isBorder(before index: Int, in bytes: [UInt8]) -> Bool {
        switch (Sign(bytes[index - 1]), Sign(bytes[index])) {
        case (.lower, .lower), (.digit, .digit): return false
        case (.upper, .upper):
            // "XLTurbo": a word's capital follows an abbreviation. "XLturbo": the abbreviation ends behind its last capital.
            guard index + 1 < bytes.count, Sign(bytes[index + 1]) == .lower else { return false }
            return !isAbbreviation(endingAt: index, in: bytes)
        case (.upper, .lower): return isAbbreviation(endingAt: index - 1, in: bytes)
        default: return true
        }
    }

    /// Whether the capitals up to an index are the name of a family.
    private static func isAbbreviation(endingAt index: Int, in bytes: [UInt8]) -> Bool {
        let start = bytes[...index].lastIndex { Sign($0) != .upper }.map { $0 + 1 } ?? 0
        return ["SD", "XL", "SDXL"].contains(String(decoding: bytes[start...index], as: UTF8.self))
    }

    /// Takes families off methods that are written together with them: "sdxlturbo" is sdxl and turbo.
    private static func parts(of word: String) -> [String] {
        for family in ["sdxl", "xl", "sd"] {
            let (head, tail) = (String(word.dropLast(family.count)), String(word.dropFirst(family.count)))
            if word.hasPrefix(family), methods.contains(tail) { return [family, tail] }
            if word.hasSuffix(family), methods.contains(head) { return [head, family] }
        }
        return [word]
    }

    private static let methods = Set(FewStepPreset.Kind.allCases.map(\.word))
}

extension ModelNameWords {
    /// Whether the words name a method, and not something that happens to be called like it.
    func names(_ kind: FewStepPreset.Kind) -> Bool {
        words.indices.contains { words[$0] == kind.word && isMethod(kind, at: $0) }
    }

    private func isMethod(_ kind: FewStepPreset.Kind, at index: Int) -> Bool {
        switch kind {
        case .dmd2, .tcd, .lcm: return true
        // "Hyper realistic" is often two words.
        case .hyper: return isTechnical(at: index + 1)
        case .lightning, .turbo:
            // Methods follow a model's own name. At the beginning the word is a name itself, unless what follows speaks of models.
            if index + 1 < words.count, Self.subjects.contains(words[index + 1]) { return false }
            return index > 0 || isTechnical(at: index + 1)
        }
    }

    /// Whether a name ends before an index, or goes on with a word about models.
    private func isTechnical(at index: Int) -> Bool {
        guard index < words.count else { return true }
        if words[index].isNumber { return index + 1 == words.count || Self.steps.contains(words[index + 1]) }
        return Self.technical.contains(words[index])
    }

    /// Whether the name has nothing but a method, a family and words about models, as makers' releases have it and merges do not.
    var isReleaseName: Bool { namesFamily && words.allSatisfy { $0.isNumber || Self.methods.contains($0) || Self.release.contains($0) } }

    /// Whether the name has a word.
    func contains(_ word: String) -> Bool { words.contains(word) }

    /// Whether the name says that the model is one of Stable Diffusion XL.
    var namesXL: Bool { contains("xl") || contains("sdxl") }

    private var namesFamily: Bool { namesXL || contains("sd") || contains("stable") }

    /// The number of steps that the model was trained for: 4 in "4step" and "4 steps".
    var trainedSteps: Int? {
        for (number, unit) in zip(words, words.dropFirst()) where Self.steps.contains(unit) {
            if let steps = Int(number), (1...16).contains(steps) { return steps }
        }
        return nil
    }

    /// Whether a phrase is in the text, and is not denied right before it.
    func affirms(_ phrase: [String]) -> Bool {
        guard words.count >= phrase.count else { return false }
        return (0...words.count - phrase.count).contains { start in
            words[start..<start + phrase.count].elementsEqual(phrase)
                && !words[max(0, start - 3)..<start].contains { Self.denials.contains($0) }
        }
    }

    private static let steps: Set = ["step", "steps"]
    /// Words that follow a method in the names of models. "LoRA" is two words by its capitals.
    private static let technical: Set = [
        "sd", "sdxl", "xl", "pony", "illustrious", "turbo", "lightning", "hyper", "lcm", "tcd", "dmd", "lora", "lo", "ra", "unet",
        "unified", "cfg", "vae", "bakedvae", "baked", "fp", "bf", "v", "version", "pruned", "ema", "emaonly", "inpainting", "dpmpp", "dpm",
        "sde", "dpmsde", "euler", "karras", "by", "safetensors",
    ]
    /// Words that releases have in their names beside the method and the family.
    private static let release: Set = [
        "sd", "sdxl", "xl", "stable", "diffusion", "step", "steps", "unet", "lora", "lo", "ra", "unified", "cfg", "fp", "bf", "f", "v",
        "x", "base", "model", "official", "pruned", "ema", "emaonly", "safetensors",
    ]
    /// Words before which lightning and turbo are no methods.
    private static let subjects: Set = [
        "mc", "mcqueen", "bolt", "bolts", "storm", "storms", "strike", "farron", "granny", "charged", "charger",
    ]
    private static let denials: Set = ["no", "not", "non", "without", "than", "unlike", "compatible"]
}

extension FewStepPreset.Kind {
    /// The word in names.
    fileprivate var word: String { self == .dmd2 ? "dmd" : rawValue }
}

extension String {
    fileprivate var isNumber: Bool { utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } }
}
