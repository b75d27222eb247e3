public import Tensors

/// Whose random numbers a seed stands for.
public enum NoiseSource: String, Sendable, Hashable, CaseIterable, Codable {
    /// PyTorch's CPU generator: the pictures of diffusers and SD.Next.
    case torch
    /// A1111's imitation of PyTorch on CUDA.
    case philox

    /// A generator at its beginning.
    public func generator(seed: UInt64) -> any NoiseGenerator {
        switch self {
        case .torch: TorchGenerator(seed: seed)
        case .philox: PhiloxGenerator(seed: seed)
        }
    }
}
