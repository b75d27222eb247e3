import Glibc

/// The plan of what a family tells its denoiser, and which text encoder it comes from.
public struct ConditioningPlan: Sendable, Hashable {
    /// A part of the context: the hidden state of one text encoder.
    public struct Source: Sendable, Hashable {
        /// The place in `Checkpoint.textEncoders`, from 0.
        public var encoder: Int
        /// Its hidden state that counts.
        public var state: State

        /// - Parameter encoder: the place in `Checkpoint.textEncoders`, from 0.
        public init(encoder: Int, state: State) {
            self.encoder = encoder
            self.state = state
        }
    }

    /// A hidden state of a text encoder.
    public enum State: Sendable, Hashable {
        /// The state that clip skip chooses, after the final norm.
        case clipSkip
        /// The state before the last layer, without a norm. Clip skip does not change it.
        case penultimate
    }

    /// How the parts of the context become one.
    public enum Joining: Sendable, Hashable {
        /// There is one part.
        case alone
        /// Side by side along the channels, in their order.
        case channels
    }

    /// Numbers about a picture that the denoiser is told besides the pooled text.
    public enum SizeNumbers: Sendable, Hashable {
        /// Original height and width, top and left of the crop, target height and width.
        case base
        /// Original height and width, top and left of the crop, aesthetic score.
        case refiner

        /// How many numbers there are.
        public var count: Int {
            switch self {
            case .base: 6
            case .refiner: 5
            }
        }

        /// Waves that each number becomes.
        public static let embeddingWidth = 256

        /// The waves of one number: 128 cosines, then 128 sines, of frequencies 10000^(−i/128), as for timesteps.
        ///
        /// Rounded to single precision at each step where torch does. Source: diffusers `get_timestep_embedding`.
        public static func waves(of number: Float) -> [Float] {
            let count = embeddingWidth / 2
            let angles = (0..<count).map { index in
                number * Float(exp(Double(Float(-log(10_000.0)) * Float(index) / Float(count))))
            }
            return angles.map { Float(cos(Double($0))) } + angles.map { Float(sin(Double($0))) }
        }
    }

    /// The parts of the context, one for each text encoder, in their order.
    public var context: [Source]
    /// How the parts become one context.
    public var joining: Joining
    /// The text encoder whose projected end-of-text state is the pooled text, the first part of the UNet's `vector`. nil without one.
    public var pooled: Int?
    /// The numbers that follow the pooled text in the UNet's `vector`. nil without any.
    public var sizes: SizeNumbers?
    /// Context and pooled text are zeros where all of the negative prompt is empty.
    public var zeroesEmptyNegative: Bool

    /// Stable Diffusion 1's form, a context alone, unless more is said.
    public init(
        context: [Source], joining: Joining = .alone, pooled: Int? = nil, sizes: SizeNumbers? = nil, zeroesEmptyNegative: Bool = false
    ) {
        self.context = context
        self.joining = joining
        self.pooled = pooled
        self.sizes = sizes
        self.zeroesEmptyNegative = zeroesEmptyNegative
    }

    /// Numbers of the UNet's `vector`; nil when it takes none.
    /// - Parameter pooledWidth: of the pooled text.
    public func vectorWidth(pooledWidth: Int) -> Int? { sizes.map { pooledWidth + $0.count * SizeNumbers.embeddingWidth } }
}
