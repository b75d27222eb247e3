import Sampling

/// Pictures to draw: their own texts and seeds, and the recipe that one run of the sampler follows for all of them.
///
/// The recipe's fields can be written as if they were the request's own: `request.steps` is `request.recipe.steps`.
@dynamicMemberLookup
public struct GenerationRequest: Sendable, Hashable, Codable {
    /// The picture to draw, in the prompt language.
    public var prompt: String
    /// The things not to draw, in the prompt language.
    public var negativePrompt = ""
    /// Names of styles that are put on the prompts, one after another, before anything else is read.
    public var styles: [String] = []
    /// How schedules in the prompts count.
    public var scheduleCounting = ScheduleCounting.sdnext
    /// Seed of the first picture; the others of the batch count up from it, unless there is a variation.
    public var seed: UInt64 = 0
    /// Seed of the first picture's variation; the others of the batch count up from it.
    public var variationSeed: UInt64 = 0
    /// How far the noise is turned from the seed's to the variation's, 0 … 1; 0 for no variation.
    public var variationStrength: Float = 0
    /// How many pictures are drawn, at the same time.
    public var batchSize = 1
    /// The pictures to start from: none for noise alone, one for all pictures of the batch, or one for each.
    public var sourcePictures: [InputPicture] = []
    /// The mask of the source pictures: white is drawn anew. nil draws everything anew.
    public var mask: InputPicture?
    /// Everything else: what one run of the sampler is told.
    public var recipe: Recipe

    /// Makes a request for one picture.
    public init(prompt: String, recipe: Recipe = Recipe()) {
        self.prompt = prompt
        self.recipe = recipe
    }

    /// A field of the recipe.
    public subscript<Value>(dynamicMember field: WritableKeyPath<Recipe, Value>) -> Value {
        get { recipe[keyPath: field] }
        set { recipe[keyPath: field] = newValue }
    }

    /// A prompt that every checkpoint can draw, the bundled one too.
    public static let examplePrompt = "red apple on a white background"
}

extension GenerationRequest {
    /// The source picture of a picture of the batch; nil when it starts from noise.
    public func sourcePicture(at index: Int) -> InputPicture? {
        sourcePictures.count > 1 ? sourcePictures[index] : sourcePictures.first
    }

    /// The input pictures that the request names, each once.
    public var inputPictures: Set<InputPicture> { Set(sourcePictures + (mask.map { [$0] } ?? [])) }

    /// Whether one run of the sampler can draw the pictures of both requests, and each is what it is alone. With DPM adaptive, the
    /// pictures of a run decide together on its steps.
    public func canBeDrawnTogether(with other: GenerationRequest) -> Bool {
        recipe == other.recipe && recipe.sampler != .dpmAdaptive && sourcePictures.isEmpty == other.sourcePictures.isEmpty
    }

    /// The seeds of the pictures, in their order. They count up, past the largest to 0; with a variation they are all the same, and the
    /// variation's count up.
    public var seeds: [UInt64] { (0..<batchSize).map { variationStrength == 0 ? seed &+ UInt64($0) : seed } }

    /// The seeds of the pictures' variations, in their order; nil without.
    public var variationSeeds: [UInt64]? {
        variationStrength == 0 ? nil : (0..<batchSize).map { variationSeed &+ UInt64($0) }
    }

    /// The names of styles among `names`: clients write "None", or nothing at all, where no style is chosen.
    public static func styles(named names: [String]) -> [String] {
        names.filter { name in name != "None" && name.contains { !$0.isWhitespace } }
    }
}
