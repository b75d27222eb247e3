/// A value in a request that cannot be drawn.
public struct InvalidRequest: Error, Sendable, Equatable, CustomStringConvertible {
    /// The field's name in JSON: `width`, `steps`, …
    public let field: String
    /// The fault with the user's value, and what to use instead.
    public let description: String

    /// Makes an error whose description is a whole sentence or two.
    public init(field: String, _ description: String) {
        self.field = field
        self.description = description
    }
}

extension GenerationRequest {
    /// Largest width and height in pixels; compilers and memory give up long before.
    public static let largestSide = 4096
    /// Sides of pictures are multiples of this many pixels: latents are pixels/8. A UNet halves them further, and takes odd ones.
    public static let sideMultiple = 8

    /// Checks every value that does not depend on a checkpoint.
    /// - Throws: the first field that is out of its range, with its value.
    public func validate() throws(InvalidRequest) {
        for field in GenerationField.all { try field.validate(self) }
    }
}

extension GenerationField {
    /// Checks that the field is within its range.
    public func validate(_ request: GenerationRequest) throws(InvalidRequest) {
        switch (value(in: request), form) {
        case (.whole(let number)?, .whole(let range, let step)):
            guard range.contains(number) else { throw outOfRange("\(number)") }
            guard number.isMultiple(of: step) else {
                let below = number / step * step
                throw InvalidRequest(field: key, "\(name) \(number) is not a multiple of \(step). Use \(below) or \(below + step).")
            }
        case (.number(let number)?, .number(let range)):
            guard range.contains(number) else { throw outOfRange("\(number)") }
        case (.text(let text)?, .text): try validate(text)
        case (.texts(let texts)?, _): for text in texts { try validate(text) }
        case (.text(let text)?, .pair):
            // As read, so that what a program sets is checked as well.
            var copy = request
            guard set(.text(text), in: &copy) else {
                throw InvalidRequest(field: key, "\(name) cannot be \(text). Use \(allowed).")
            }
        default: break
        }
    }

    private func outOfRange(_ value: String) -> InvalidRequest {
        InvalidRequest(field: key, "\(name) \(value) is out of range. Use \(allowed).")
    }

    /// Refuses what databases and picture files take for a text's end.
    private func validate(_ text: String) throws(InvalidRequest) {
        guard let position = text.unicodeScalars.enumerated().first(where: { $0.element == "\0" })?.offset else { return }
        throw InvalidRequest(field: key, "\(key) has a NUL character (U+0000) at position \(position + 1). Leave it out.")
    }
}
