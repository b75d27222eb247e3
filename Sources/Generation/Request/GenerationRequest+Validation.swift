/// A value in a request that cannot be drawn.
public struct InvalidRequest: ReasonedError, Sendable, Equatable, CustomStringConvertible {
    /// The field's name in JSON: `width`, `steps`, …
    public let field: String
    /// The fault as data.
    public let errorReason: ErrorReason
    /// The fault with the user's value, and what to use instead.
    public let description: String

    /// Makes an error whose description is a whole sentence or two.
    public init(field: String, _ reason: ErrorReason, _ description: String) {
        self.field = field
        errorReason = reason
        self.description = description
    }

    /// Makes an error that is told in words alone.
    public init(field: String, _ description: String) { self.init(field: field, ErrorReason(.invalidValue), description) }

    /// The same error about a field of another name.
    public func named(_ field: String) -> InvalidRequest { InvalidRequest(field: field, errorReason, description) }
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
        guard sourcePictures.count <= 1 || sourcePictures.count == batchSize else {
            throw InvalidRequest(
                field: "source_pictures",
                "\(sourcePictures.count) source pictures do not fit a batch of \(batchSize). Use one, or one for each picture.")
        }
        guard !recipe.hires.isOn || sourcePictures.isEmpty else {
            throw InvalidRequest(
                field: GenerationField.hires.key, .conflict(with: "source_pictures"),
                "Hires fix draws from noise, and does not go together with a source picture. Leave one out.")
        }
        guard mask == nil || recipe.inpainting.extends == Margins() else {
            throw InvalidRequest(
                field: "mask", .conflict(with: "extend"),
                "A mask does not go together with an extended picture: drawing is around it. Leave one out.")
        }
        if recipe.upscaling.isOn { try validateUpscaling() }
        guard mask == nil || !sourcePictures.isEmpty else {
            throw InvalidRequest(field: "mask", "A mask has no effect without a source picture. Send the picture as well.")
        }
    }

    private func validateUpscaling() throws(InvalidRequest) {
        let upscaling = recipe.upscaling
        guard !sourcePictures.isEmpty else {
            throw InvalidRequest(
                field: GenerationField.upscalingMode.key, "Upscaling needs a source picture. Send the picture, or leave upscaling out.")
        }
        guard mask == nil, recipe.inpainting.extends == Margins() else {
            throw InvalidRequest(
                field: mask == nil ? GenerationField.upscalingMode.key : "mask",
                "Upscaling takes whole pictures: a mask or an extended picture does not go together with it. Leave one out.")
        }
        let side = min(recipe.width, recipe.height)
        guard upscaling.mode == .plain || upscaling.tileOverlap < side else {
            throw InvalidRequest(
                field: GenerationField.tileOverlap.key,
                .outOfRange(.init(upscaling.tileOverlap), from: 0, to: .init(side - 1)),
                "Tiles of \(recipe.width)×\(recipe.height) cannot overlap by \(upscaling.tileOverlap) pixels. Use less than \(side).")
        }
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
                throw InvalidRequest(
                    field: key, reason(refusing: "\(number)"),
                    "\(name) \(number) is not a multiple of \(step). Use \(below) or \(below + step).")
            }
        case (.number(let number)?, .number(let range)):
            guard range.contains(number) else { throw outOfRange("\(number)") }
        case (.text(let text)?, .text): try validate(text)
        case (.texts(let texts)?, _): for text in texts { try validate(text) }
        case (.text(let text)?, .pair):
            // As read, so that what a program sets is checked as well.
            var copy = request
            guard set(.text(text), in: &copy) else {
                throw InvalidRequest(field: key, reason(refusing: text), "\(name) cannot be \(text). Use \(allowed).")
            }
        default: break
        }
    }

    private func outOfRange(_ value: String) -> InvalidRequest {
        InvalidRequest(field: key, reason(refusing: value), "\(name) \(value) is out of range. Use \(allowed).")
    }

    /// Why a text cannot be the field's value.
    /// - Parameter text: a value that the field refuses, as somebody wrote it.
    public func reason(refusing text: String) -> ErrorReason {
        switch form {
        case .word(let words), .name(let words): .unknownChoice(text, of: words)
        case .flag: .wrongType(text, wanted: .flag)
        case .text: .wrongType(text, wanted: .text)
        case .texts: .wrongType(text, wanted: .texts)
        case .color: .wrongForm(text, example: "#336699")
        case .pair(let range, let example): .wrongForm(text, example: example, range: range)
        case .seed: Seed.reason(refusing: text)
        case .whole(let range, let step):
            switch Int(text) {
            case nil where Double(text) == nil: .wrongType(text, wanted: .wholeNumber)
            case let number? where range.contains(number) && !number.isMultiple(of: step):
                ErrorReason(.notAMultiple, [
                    "value": .init(number), "multiple": .init(step),
                    "nearest": .list([number / step * step, number / step * step + step].map { .init($0) }),
                ])
            case let number:
                .outOfRange(number.map { .init($0) } ?? .init(text), from: .init(range.lowerBound), to: .init(range.upperBound))
            }
        case .number(let range):
            if let number = Double(text) {
                .outOfRange(.init(number), from: .init(range.lowerBound), to: .init(range.upperBound))
            } else {
                .wrongType(text, wanted: .number)
            }
        }
    }

    /// Refuses what databases and picture files take for a text's end.
    private func validate(_ text: String) throws(InvalidRequest) {
        guard let position = text.unicodeScalars.enumerated().first(where: { $0.element == "\0" })?.offset else { return }
        throw InvalidRequest(
            field: key, ErrorReason(.nulCharacter, ["position": .init(position + 1)]),
            "\(key) has a NUL character (U+0000) at position \(position + 1). Leave it out.")
    }
}
