public import Settings

/// What requests are read with.
public struct RequestContext: Sendable {
    /// What stands where a request says nothing, and how much it may ask for.
    public var settings: EaselSettings
    public var models: ModelCatalog
    /// Whose request it is; see `JobRequest.client`.
    public var client: String
    /// The seed of a request that leaves it open.
    public var randomSeed: UInt64

    /// - Parameter randomSeed: of 32 bits, as A1111 draws it: seeds are typed, and put into other programs.
    public init(settings: EaselSettings, models: ModelCatalog, client: String, randomSeed: UInt64 = .random(in: 0...UInt64(UInt32.max))) {
        self.settings = settings
        self.models = models
        self.client = client
        self.randomSeed = randomSeed
    }
}
