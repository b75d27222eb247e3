/// A value in a request that cannot be drawn.
public struct InvalidRequest: Error, Sendable, Equatable, CustomStringConvertible {
    /// The field's name in JSON: `width`, `steps`, …
    public let field: String
    /// What is wrong, with the value, and what to use instead.
    public let description: String

    public init(field: String, _ description: String) {
        self.field = field
        self.description = description
    }
}

extension GenerationRequest {
    /// Largest width and height in pixels; compilers and memory give up long before.
    public static let largestSide = 4096
    /// Latents are pixels/8 in every released model, so sizes count in eights everywhere. A UNet halves them further, and takes odd ones.
    public static let sideMultiple = 8
    public static let stepRange = 1...1000
    public static let batchRange = 1...64
    public static let cfgScaleRange: ClosedRange<Float> = 0...100

    /// Checks every value that does not depend on a checkpoint.
    public func validate() throws(InvalidRequest) {
        try validate(side: width, field: "width")
        try validate(side: height, field: "height")
        guard Self.stepRange.contains(steps) else {
            throw InvalidRequest(field: "steps", "Steps \(steps) is out of range. Use 1 to \(Self.stepRange.upperBound).")
        }
        guard Self.batchRange.contains(batchSize) else {
            throw InvalidRequest(field: "batch_size", "Batch size \(batchSize) is out of range. Use 1 to \(Self.batchRange.upperBound).")
        }
        guard Self.cfgScaleRange.contains(cfgScale) else {
            throw InvalidRequest(field: "cfg_scale", "CFG scale \(cfgScale) is out of range. Use 0 to 100; 1 turns guidance off.")
        }
        guard clipSkip >= 1 else {
            throw InvalidRequest(field: "clip_skip", "Clip skip \(clipSkip) is out of range. Use 1 for the text encoder's last layer, 2 for the one before it.")
        }
        guard commaBacktrack >= 0 else {
            throw InvalidRequest(field: "comma_backtrack", "Comma backtrack \(commaBacktrack) is negative. Use 0 or more; 20 is usual.")
        }
        for (field, text) in [("prompt", prompt), ("negative_prompt", negativePrompt)] + styles.map({ ("styles", $0) }) {
            // Databases and picture files end a text there.
            guard let position = text.unicodeScalars.enumerated().first(where: { $0.element == "\0" })?.offset else { continue }
            throw InvalidRequest(field: field, "\(field) has a NUL character (U+0000) at position \(position + 1). Leave it out.")
        }
    }

    private func validate(side: Int, field: String) throws(InvalidRequest) {
        let name = field == "width" ? "Width" : "Height"
        let unit = Self.sideMultiple
        guard (unit...Self.largestSide).contains(side) else {
            throw InvalidRequest(field: field, "\(name) \(side) is out of range. Use a multiple of \(unit) from \(unit) to \(Self.largestSide).")
        }
        guard side.isMultiple(of: unit) else {
            let below = side / unit * unit
            throw InvalidRequest(field: field, "\(name) \(side) is not a multiple of \(unit). Use \(below) or \(below + unit).")
        }
    }
}
