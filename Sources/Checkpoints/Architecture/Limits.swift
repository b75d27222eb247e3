/// The largest values that are believed. Each is far above any released model's,
/// and small enough that products of a few of them fit `Int`, and that all names of such a model fit in memory.
enum Limits {
    static let width = 1...65_536
    /// The distances between its waves are shares of half its width less one.
    static let guidanceWidth = 4...65_536
    static let blocks = 1...8
    static let layersPerBlock = 1...16
    static let transformerDepth = 1...32
    static let textLayers = 1...128
    static let upscalerLayers = 1...256
    static let vocabulary = 1...10_000_000
    static let positions = 1...65_536
    static let trainSteps = 2...1_000_000
}
