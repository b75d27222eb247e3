/// A sampler as people write it: any case, with or without the schedule fused to it (`DPM++ 2M Karras`, `euler a`, `dpmpp_2m`).
public struct SamplerName: Sendable, Hashable {
    /// The sampler that is named.
    public let sampler: Sampler
    /// The schedule named together with the sampler; `nil` when there was none.
    public let schedule: Schedule?

    /// Makes a name from a sampler, and a schedule if one is named with it.
    public init(_ sampler: Sampler, _ schedule: Schedule? = nil) {
        self.sampler = sampler
        self.schedule = schedule
    }

    /// `nil` when no sampler is called that.
    public init?(_ text: String) {
        guard let (sampler, schedule) = Self.known[text.lowercased()] ?? Self.known[Self.folded(text)] else { return nil }
        self.init(sampler, schedule)
    }

    /// Every spelling in lower case, without and with a schedule: as it is, and folded. Of two samplers with one folded name, as
    /// `KDPM2` and `k_dpm_2`, the one whose name comes first in the list has it.
    private static let known: [String: (Sampler, Schedule?)] = {
        let names = Sampler.all.map { ($0.name, $0) } + Sampler.all.flatMap { sampler in sampler.aliases.map { ($0, sampler) } }
        let plain = names.map { ($0, $1, nil as Schedule?) }
        let fused = names.flatMap { name, sampler in
            Schedule.all.flatMap { schedule in
                ([schedule.label] + schedule.aliases).map { ("\(name) \($0)", sampler, schedule as Schedule?) }
            }
        }
        return (plain + fused).reduce(into: [:]) { known, entry in
            for name in [entry.0.lowercased(), folded(entry.0)] where known[name] == nil { known[name] = (entry.1, entry.2) }
        }
    }()

    /// Letters, digits and pluses in lower case: what distinguishes sampler names.
    private static func folded(_ text: String) -> String {
        text.lowercased().filter { $0.isLetter || $0.isNumber || $0 == "+" }
    }
}

extension Sampler {
    /// Finds the sampler that SD.Next calls so: diffusers', where A1111 has another algorithm of that name.
    public init?(sdNext name: String) {
        guard let sampler = Self(name == "UniPC" ? Self.uniPCbh2.name : "\(name) (diffusers)") ?? Self(name) else { return nil }
        self = sampler
    }
}

extension Schedule {
    /// `nil` when no schedule is called that. Case and separators do not matter.
    public init?(name: String) {
        guard let schedule = Self.known[Self.folded(name)] else { return nil }
        self = schedule
    }

    private static let known = Dictionary(
        all.flatMap { schedule in ([schedule.name, schedule.label] + schedule.aliases).map { (folded($0), schedule) } }
    ) { first, _ in first }

    private static func folded(_ text: String) -> String { text.lowercased().filter(\.isLetter) }
}
