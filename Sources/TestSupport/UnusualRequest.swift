public import Generation

extension GenerationRequest {
    /// A request that differs from the usual one in every field of the table.
    public static var unusual: GenerationRequest {
        var request = GenerationRequest(prompt: "")
        for field in GenerationField.all {
            let usual = field.value(in: request)
            let value: GenerationField.Value =
                switch field.form {
                case .text: .text("a \(field.key), 猫")
                case .texts: .texts(["ink", "old, master"])
                case .flag: .flag(usual != .flag(true))
                case .seed: .seed(.max)
                case .whole(let range, _): .whole(usual == .whole(range.upperBound) ? range.lowerBound : range.upperBound)
                case .number(let range) where range.contains(7.3): .number(7.3)
                case .number(let range): .number(range.lowerBound + 0.7 * (range.upperBound - range.lowerBound))
                case .word(let words), .name(let words): .text(words.last { usual != .text($0) } ?? "")
                case .pair(_, let example): .text(example)
                case .color: .text("#336699")
                }
            precondition(
                field.set(value, in: &request) && field.value(in: request) != usual, "\(field.key) has no other value than the usual one")
        }
        request.sourcePictures = [InputPicture(sha256: String(repeating: "5a", count: 32))].compactMap(\.self)
        request.mask = InputPicture(sha256: String(repeating: "c3", count: 32))
        return request
    }
}
