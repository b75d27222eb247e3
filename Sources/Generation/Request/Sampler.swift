/// A way to go from noise to a picture. Raw values are A1111's names.
public enum Sampler: String, Sendable, Hashable, CaseIterable, Codable {
    case euler = "Euler"
    case eulerAncestral = "Euler a"
    case heun = "Heun"
    case dpmpp2M = "DPM++ 2M"
    case ddim = "DDIM"
    case lcm = "LCM"

    /// How often the UNet is asked in each step; Heun's last step has no second time.
    public var evaluationsPerStep: Int { self == .heun ? 2 : 1 }

    /// How often the UNet is asked in all.
    public func evaluationCount(steps: Int) -> Int { steps * evaluationsPerStep - (evaluationsPerStep - 1) }
}

/// How noise levels are spaced over the steps. Raw values are A1111's names in its API.
public enum Schedule: String, Sendable, Hashable, CaseIterable, Codable {
    case normal, karras, exponential
    case sgmUniform = "sgm_uniform"

    /// A1111's label, as in a picture's parameters: `Karras`, `SGM Uniform`.
    public var label: String {
        switch self {
        case .normal: "Normal"
        case .karras: "Karras"
        case .exponential: "Exponential"
        case .sgmUniform: "SGM Uniform"
        }
    }
}

/// Whose random numbers a seed stands for.
public enum NoiseSource: String, Sendable, Hashable, CaseIterable, Codable {
    /// PyTorch's CPU generator: the pictures of diffusers and SD.Next.
    case torch
    /// A1111's imitation of PyTorch on CUDA.
    case philox
}
