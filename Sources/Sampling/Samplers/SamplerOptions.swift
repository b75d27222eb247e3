/// Settings of samplers. Each sampler obeys those of its `options`, and the others change nothing.
public struct SamplerOptions: Sendable, Hashable, Codable {
    /// The share of fresh noise, 0 … 1: 0 adds none. nil: the sampler's own.
    public var eta: Float?
    /// Noise that is added before each step of Euler, Heun and DPM2; `s_churn` of k-diffusion.
    public var churn: Float = 0
    /// The least σ with churn.
    public var churnMinimum: Float = 0
    /// The greatest σ with churn; 0: no limit.
    public var churnMaximum: Float = 0
    /// A factor of the noise that is added on the way; `s_noise` of k-diffusion.
    public var noiseScale: Float = 1
    /// The order of multistep solvers, 1 … 4, as far as they go; nil: the solver's own.
    public var order: Int?
    /// A variant of UniPC; nil: the sampler's own.
    public var variant: UniPCVariant?
    /// Whether solvers of higher order end with steps of lower order, which few steps need.
    public var lowersFinalOrder = true

    /// Makes the options that change nothing.
    public init() {}
}

/// The function B(h) of UniPC. Raw values are those of A1111's setting.
public enum UniPCVariant: String, Sendable, Hashable, CaseIterable, Codable {
    /// B(h) = h.
    case bh1
    /// B(h) = eʰ − 1.
    case bh2
}
