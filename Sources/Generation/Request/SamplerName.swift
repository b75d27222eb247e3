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
        let wanted = Self.folded(text)
        for sampler in Sampler.allCases {
            for name in [sampler.rawValue] + sampler.aliases {
                let name = Self.folded(name)
                if wanted == name {
                    self.init(sampler)
                    return
                }
                for schedule in Schedule.allCases where wanted == name + Self.folded(schedule.label) {
                    self.init(sampler, schedule)
                    return
                }
            }
        }
        return nil
    }

    /// Letters, digits and pluses in lower case: what distinguishes sampler names.
    private static func folded(_ text: String) -> String {
        text.lowercased().filter { $0.isLetter || $0.isNumber || $0 == "+" }
    }
}

extension Sampler {
    /// k-diffusion's and ComfyUI's spellings.
    fileprivate var aliases: [String] {
        switch self {
        case .euler: ["k_euler"]
        case .eulerAncestral: ["euler_ancestral", "k_euler_a", "k_euler_ancestral"]
        case .heun: ["k_heun"]
        case .dpmpp2M: ["dpmpp_2m", "k_dpmpp_2m"]
        case .ddim, .lcm: []
        }
    }
}

extension Schedule {
    /// `nil` when no schedule is called that. Case and separators do not matter.
    public init?(name: String) {
        func folded(_ text: String) -> String { text.lowercased().filter(\.isLetter) }
        guard let schedule = Schedule.allCases.first(where: { folded($0.rawValue) == folded(name) }) else { return nil }
        self = schedule
    }
}
