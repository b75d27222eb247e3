public import Generation

/// Text that is outside of a text encoder's vocabulary.
///
/// Any text has tokens, for every byte has one. But CLIP was trained on English, and most other scripts come to it as bytes, or letter by
/// letter: `猫` is three tokens of which none is a character, `кот` is four for three letters. A picture does not follow such words.
/// Its vocabulary is what tells: it has whole words and names (`방탄소년단` is one token), accented letters, and several hundred emoji.
extension CLIPTokenizer {
    /// How many characters of a text mean nothing to a text encoder with this vocabulary.
    ///
    /// They are counted by words, stretches of letters of one kind, so that a rare letter in a readable word is no reason:
    /// - a word in Latin letters when more than half of them have no token that holds all of the letter's bytes;
    /// - a word in other letters when it is no token by itself and has less than two characters for each of its tokens;
    /// - an emoji when no token holds all bytes of its first scalar.
    ///
    /// Digits and signs are not counted. Takes a time proportional to the length.
    /// - Parameter names: words that are not read but stand for something, as names of textual inversions do.
    public func unreadableCharacterCount(in text: String, except names: [String] = []) -> Int {
        // Every byte of ASCII is a token, and few prompts have anything else.
        guard text.utf8.contains(where: { $0 >= 0x80 }) else { return 0 }
        let known = Set(names.flatMap { Self.words(in: $0) }.map { $0.text.lowercased() })
        // Words come again, and so do emoji.
        var counts: [String: Int] = [:]
        return Self.words(in: text).reduce(0) { sum, word in
            guard word.kind != .other, !word.isASCII else { return sum }
            if let count = counts[word.text] { return sum + count }
            let count = known.contains(word.text.lowercased()) || canRead(word) ? 0 : word.text.count
            counts[word.text] = count
            return sum + count
        }
    }

    private func canRead(_ word: Word) -> Bool {
        let tokens = encode(word.text)
        let counts = tokens.map { spelling(of: $0)?.bytes.count ?? 0 }
        switch word.kind {
        case .latin:
            let letters = Normalization.normalized(word.text)
            return 2 * Self.brokenCount(of: letters, tokens: counts) <= letters.count
        case .letters: return tokens.count <= 1 || 2 * tokens.count <= word.text.count
        case .emoji: return counts.first ?? 0 >= word.text.unicodeScalars.first.map { UTF8.width($0) } ?? 0
        case .other: return true
        }
    }

    /// How many scalars lie in several tokens.
    /// - Parameter counts: bytes of each token.
    private static func brokenCount(of scalars: [Unicode.Scalar], tokens counts: [Int]) -> Int {
        var ends = counts.reduce(into: [Int]()) { $0.append(($0.last ?? 0) + $1) }[...]
        var (position, broken) = (0, 0)
        for scalar in scalars {
            while let end = ends.first, end <= position { ends.removeFirst() }
            position += UTF8.width(scalar)
            if ends.first ?? .max < position { broken += 1 }
        }
        return broken
    }

    /// A stretch of characters of one kind; an emoji is a word by itself.
    private struct Word {
        var text: String
        var kind: Kind
        var isASCII: Bool { text.utf8.allSatisfy { $0 < 0x80 } }
    }

    private enum Kind {
        case latin, letters, emoji, other

        init(_ character: Character) {
            guard let scalar = character.unicodeScalars.first else {
                self = .other
                return
            }
            switch scalar.properties.generalCategory {
            case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
                self = Self.isLatin(scalar) ? .latin : .letters
            // Digits, # and * are emoji to Unicode, and © and ® are signs.
            case .otherSymbol where scalar.value >= 0x2190 && scalar.properties.isEmoji: self = .emoji
            default: self = .other
            }
        }

        /// The blocks of Latin letters. Full-width and mathematical letters are others: the vocabulary has none of them.
        private static func isLatin(_ scalar: Unicode.Scalar) -> Bool {
            switch scalar.value {
            case ..<0x2B0, 0x1E00...0x1EFF, 0x2C60...0x2C7F, 0xA720...0xA7FF, 0xAB30...0xAB6F: true
            default: false
            }
        }
    }

    private static func words(in text: String) -> [Word] {
        var words: [Word] = []
        for character in text {
            let kind = Kind(character)
            if let last = words.last, last.kind == kind, kind != .emoji {
                words[words.count - 1].text.append(character)
            } else {
                words.append(Word(text: String(character), kind: kind))
            }
        }
        return words
    }
}

extension Prompt {
    /// Says that characters mean nothing to a model.
    /// - Parameters:
    ///   - count: of the characters; see `CLIPTokenizer.unreadableCharacterCount`.
    ///   - isNegative: whether they are in the negative prompt.
    /// - Returns: nil for no character.
    public static func warning(ofUnreadable count: Int, isNegative: Bool = false) -> Notice? {
        if count < 1 { return nil }
        let (characters, verb) = count == 1 ? ("1 character", "means") : ("\(count) characters", "mean")
        return Notice(
            .unreadableCharacters, ["count": .init(count), "field": isNegative ? "negative_prompt" : "prompt"],
            "This model reads English: \(characters) of the \(isNegative ? "negative prompt" : "prompt") \(verb) nothing to it.")
    }
}
