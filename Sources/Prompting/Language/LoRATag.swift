/// A LoRA that a prompt asks for, with its strengths: `<lora:film:0.8>`, `<lora:film:te=0.5:unet=0.8>`.
///
/// The tag is `<lora:NAME:TE:UNET:DYN>`. One number counts for the text encoder and the UNet; none means 1. Names before a number
/// override its place: `te=`, `unet=`, `dyn=`. `in=`, `mid=` and `out=` are strengths of the UNet's way down, its middle and its way up.
/// `lbw=` has a factor for each block, also without its name; `start=`, `stop=` and `step=START-STOP` are steps.
/// With `scope=part` it acts on its own AND part only.
/// Sources: A1111's `extra_networks_lora.py`; SD.Next for `in`, `mid`, `out` and strengths by step; the extension
/// sd-webui-lora-block-weight for the rest.
public struct LoRATag: Sendable, Hashable {
    /// The whole tag as typed.
    public let typed: String
    /// The file's name as typed.
    public let name: String
    /// The strength in the text encoders.
    public var textEncoder: StrengthSchedule
    /// The strength in the UNet.
    public var unet: StrengthSchedule
    /// The strength in the UNet's way down; nil for the UNet's.
    public var down: StrengthSchedule?
    /// The strength in the UNet's middle; nil for the UNet's.
    public var middle: StrengthSchedule?
    /// The strength in the UNet's way up; nil for the UNet's.
    public var up: StrengthSchedule?
    /// Factors of these strengths in each block; nil for none.
    public let blocks: BlockWeights?
    /// The steps that the UNet is changed in, from 0; nil for all.
    public let steps: Range<Int>?
    /// The AND part that it acts on, from 0; nil for the whole picture.
    public let part: Int?
    /// The part of the ranks that counts; nil for all.
    public let rankLimit: Int?
    /// Arguments that could not be read, as typed.
    public let unreadArguments: [String]

    /// Reads a tag.
    /// - Parameter part: the AND part that it stands in.
    /// - Returns: nil for a tag of another kind.
    public init?(_ tag: NetworkTag, in part: Int = 0) {
        guard tag.kind == "lora" || tag.kind == "lyco" else { return nil }
        var unread: [String] = []
        var named: [String: String] = [:]
        var positional: [String] = []
        for argument in tag.arguments.dropFirst() {
            guard let equals = argument.firstIndex(of: "=") else {
                positional.append(argument)
                continue
            }
            let key = String(argument[..<equals].filter { !$0.isWhitespace })
            if Self.keys.contains(key) { named[key] = String(argument[argument.index(after: equals)...]) } else { unread.append(argument) }
        }
        let listed = positional.firstIndex { BlockWeights($0) != nil }
        let blockText = listed.map { positional.remove(at: $0) }
        blocks = (named["lbw"] ?? blockText).flatMap { BlockWeights($0) }
        if let text = named["lbw"], blocks == nil { unread.append("lbw=\(text)") }
        func strength(_ key: String, at index: Int?) -> StrengthSchedule? {
            let text = named[key] ?? index.flatMap { $0 < positional.count ? positional[$0] : nil }
            guard let text, !text.allSatisfy(\.isWhitespace) else { return nil }
            let strength = StrengthSchedule(text)
            if strength == nil { unread.append(text) }
            return strength
        }
        (typed, name) = (tag.description, tag.name)
        textEncoder = strength("te", at: 0) ?? StrengthSchedule(1)
        unet = strength("unet", at: 1) ?? textEncoder
        down = strength("in", at: nil)
        middle = strength("mid", at: nil)
        up = strength("out", at: nil)
        let limit = named["dyn"] ?? (positional.count > 2 ? positional[2] : nil)
        rankLimit = limit.flatMap { Int($0.filter { !$0.isWhitespace }) }.flatMap { $0 > 0 ? $0 : nil }
        if let limit, rankLimit == nil { unread.append(limit) }
        unread += positional.dropFirst(3)
        let scope = named["scope"]?.filter { !$0.isWhitespace }.lowercased()
        self.part = scope == "part" ? part : nil
        if let scope, !["part", "all"].contains(scope) { unread.append("scope=\(scope)") }
        let ends = named["step"].map { $0.split(separator: "-", omittingEmptySubsequences: false).map(String.init) }
        if let ends, ends.count != 2 { unread.append("step=\(ends.joined(separator: "-"))") }
        let isPair = ends?.count == 2
        steps = Self.steps(from: isPair ? ends?[0] : named["start"], to: isPair ? ends?[1] : named["stop"], unread: &unread)
        unreadArguments = unread
    }

    private static let keys: Set<String> = ["te", "unet", "dyn", "in", "mid", "out", "lbw", "start", "stop", "step", "scope"]

    /// - Parameters:
    ///   - start: the first step with the LoRA, counted from 1.
    ///   - stop: the first step without it.
    private static func steps(from start: String?, to stop: String?, unread: inout [String]) -> Range<Int>? {
        func step(_ text: String?) -> Int? {
            guard let text else { return nil }
            let step = Int(text.filter { !$0.isWhitespace }).flatMap { $0 < 0 ? nil : $0 }
            if step == nil { unread.append(text) }
            return step.map { max($0, 1) - 1 }
        }
        let (first, end) = (step(start), step(stop))
        return first == nil && end == nil ? nil : (first ?? 0)..<max(first ?? 0, end ?? .max)
    }

    /// Whether the strengths of both may be added: all else is the same.
    public func isAddable(to other: LoRATag) -> Bool {
        (blocks, rankLimit, part) == (other.blocks, other.rankLimit, other.part) && steps == other.steps
    }

    /// The tag's strengths with those of another tag added, as when a file is named twice.
    public func adding(_ other: LoRATag) -> LoRATag {
        var sum = self
        sum.textEncoder = textEncoder + other.textEncoder
        sum.unet = unet + other.unet
        func added(_ part: KeyPath<LoRATag, StrengthSchedule?>) -> StrengthSchedule? {
            if self[keyPath: part] == nil, other[keyPath: part] == nil { return nil }
            return (self[keyPath: part] ?? unet) + (other[keyPath: part] ?? other.unet)
        }
        (sum.down, sum.middle, sum.up) = (added(\.down), added(\.middle), added(\.up))
        return sum
    }

    /// Whether it changes nothing at all.
    public var isZero: Bool { isZeroInTextEncoder && isZeroInUNet }

    /// Whether text encoders stay as they are.
    public var isZeroInTextEncoder: Bool { textEncoder.isZero || blocks?.base == 0 }

    /// Whether the UNet stays as it is at every step.
    public var isZeroInUNet: Bool {
        [unet, down, middle, up].allSatisfy { $0?.isZero ?? true } || blocks?.isZeroInUNet == true || steps?.isEmpty == true
    }
}
