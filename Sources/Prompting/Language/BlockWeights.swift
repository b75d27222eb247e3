/// Strengths of a LoRA in each block of a UNet, as `lbw=` names them: `lbw=1,0,0,0,1,1,1,1,1,1,1,1,1,1,1,1,1`, `lbw=OUTD`.
///
/// They are factors of the tag's strengths. The first, BASE, is that of the text encoders. A list leaves out blocks that a common LoRA of
/// its family does not change, and these have 0: 17 numbers (those with attention) and 26 (all) are for Stable Diffusion 1 and 2, 12 and
/// 20 for XL.
/// Source: A1111's extension sd-webui-lora-block-weight.
public struct BlockWeights: Sendable, Hashable {
    /// For BASE, IN00 to IN11, M00, and OUT00 to OUT11.
    private let values: [Double]
    /// Numbers of the list; nil for a name that suits every family.
    public let count: Int?

    /// Reads a list of 12, 17, 20 or 26 numbers, or a name: ALL, NONE, ALL0.5, INS, IND, INALL, MIDD, OUTD, OUTS, OUTALL, or a block's own,
    /// such as OUT04, for that block alone.
    /// - Returns: nil for all else.
    public init?(_ text: some StringProtocol) {
        let name = String(text.filter { !$0.isWhitespace }).uppercased()
        if let value = ["ALL": 1, "NONE": 0, "ALL0.5": 0.5][name] {
            self.init(values: .init(repeating: value, count: Self.names.count))
        } else if let place = Self.names.firstIndex(of: name == "MID" ? "M00" : name) {
            self.init(values: Self.names.indices.map { $0 == place ? 1 : 0 })
        } else if let places = Self.presets[name] {
            self.init((0..<17).map { places.contains($0) || $0 == 0 ? 1 : 0 })
        } else {
            let numbers = name.split(separator: ",", omittingEmptySubsequences: false).compactMap { Double($0) }.filter { $0.isFinite }
            guard numbers.count == name.count(where: { $0 == "," }) + 1 else { return nil }
            self.init(numbers)
        }
    }

    private init?(_ numbers: [Double]) {
        guard let blocks = Self.lists[numbers.count] else { return nil }
        var values = [Double](repeating: 0, count: Self.names.count)
        for (block, number) in zip(blocks, numbers) { values[block] = number }
        self.init(values: values, count: numbers.count)
    }

    private init(values: [Double], count: Int? = nil) {
        self.values = values
        self.count = count
    }

    /// The factor of the text encoders' strength.
    public var base: Double { values[0] }

    /// Whether nothing is left of the UNet's strength.
    public var isZeroInUNet: Bool { values.dropFirst().allSatisfy { $0 == 0 } }

    /// Whether the list is one for UNets of so many levels; names suit all that have it.
    public func fits(levelCount: Int) -> Bool { count.map { Self.counts(levelCount: levelCount).contains($0) } ?? true }

    /// Lengths of lists for UNets of so many levels.
    public static func counts(levelCount: Int) -> [Int] { levelCount == 3 ? [12, 20] : [17, 26] }

    /// The factor of a UNet's layer; 1 for what is in no block, such as what embeds the time, unless all blocks have 0.
    /// - Parameter layer: its name as its weights have it, in diffusers' words: `down_blocks.0.attentions.1.proj_in`.
    public func factor(of layer: some StringProtocol) -> Double {
        let parts = layer.split(separator: ".")
        if parts.first == "conv_in" { return values[1] }
        if parts.first == "mid_block" { return values[Self.middle] }
        let elsewhere: Double = isZeroInUNet ? 0 : 1
        guard parts.count > 3, let level = Int(parts[1]), (0..<4).contains(level), let index = Int(parts[3]) else { return elsewhere }
        // Each level has three blocks: on the way down two with layers and one that halves; on the way up three with layers, the last of
        // which doubles.
        let place = parts[2].hasSuffix("samplers") ? 2 : min(max(index, 0), 2)
        let block = 3 * level + place
        return switch parts[0] {
        case "down_blocks": block < 11 ? values[2 + block] : elsewhere
        case "up_blocks": values[Self.middle + 1 + block]
        default: elsewhere
        }
    }

    private static let middle = 13

    private static let names: [String] = {
        func numbered(_ name: String) -> [String] { (0..<12).map { "\(name)\($0 < 10 ? "0" : "")\($0)" } }
        return ["BASE"] + numbered("IN") + ["M00"] + numbered("OUT")
    }()

    /// The blocks of a list by its length.
    private static let lists: [Int: [Int]] = {
        func blocks(_ down: [Int], _ up: ClosedRange<Int>) -> [Int] { [0] + down.map { 1 + $0 } + [middle] + up.map { middle + 1 + $0 } }
        return [
            12: blocks([4, 5, 7, 8], 0...5), 17: blocks([1, 2, 4, 5, 7, 8], 3...11), 20: blocks(Array(0...8), 0...8),
            26: Array(0..<26),
        ]
    }()

    /// Places in a list of 17 that have 1, beside BASE.
    private static let presets: [String: ClosedRange<Int>] = [
        "INS": 1...3, "IND": 4...6, "INALL": 1...6, "MIDD": 4...11, "OUTD": 8...11, "OUTS": 12...16, "OUTALL": 8...16,
    ]
}
