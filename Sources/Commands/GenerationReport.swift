import Fidelity
import Generation
import Glibc

/// The output of `easel generate --json`.
struct GenerationReport: Encodable {
    let images: [String]
    /// The file of a grid's sheet; nil without one.
    let sheet: String?
    let seeds: [UInt64]
    /// The prompt of each picture, with styles, and with the words that were drawn for wildcards.
    let prompts: [String]
    let negativePrompts: [String]
    let model: String
    /// Keys of what the model's own defaults filled in.
    let modelDefaults: [String]
    let tokens: Int
    let chunks: Int
    /// Parts of the prompt that have no effect, such as `<lora:film:0.8>`.
    let ignored: [String]
    let warnings: [String]
    let device: PerStage<String>
    let precision: PerStage<String>
    let timings: GenerationTimings
    /// Networks that were compiled for these pictures.
    let compiles: [CompileRecord]
    /// Components that failed and went on elsewhere.
    let moves: [Move]
    /// The tables that `auto` chose from.
    let precisionTables: [PrecisionTable]
    /// Largest resident set of the process, mapped checkpoint pages included.
    let peakMemoryBytes: Int

    private enum CodingKeys: String, CodingKey {
        case images, sheet, seeds, prompts, model, tokens, chunks, ignored, warnings, device, precision, timings, compiles, moves
        case negativePrompts = "negative_prompts"
        case modelDefaults = "model_defaults"
        case precisionTables = "precision_tables"
        case peakMemoryBytes = "peak_memory_bytes"
    }

    /// - Parameters:
    ///   - modelDefaults: keys of what the model's own defaults filled in.
    ///   - total: seconds from the start of the command to its last file.
    init(
        paths: [String], sheet: String? = nil, model: String, modelDefaults: [String] = [], result: GenerationResult,
        precisionTables: [PrecisionTable] = [],
        total: Double
    ) {
        self.modelDefaults = modelDefaults
        images = paths
        self.sheet = sheet
        seeds = result.pictures.map(\.seed)
        prompts = result.pictures.map(\.prompt)
        negativePrompts = result.pictures.map(\.negativePrompt)
        self.model = model
        tokens = result.tokenCount
        chunks = result.chunkCount
        ignored = result.ignored
        warnings = result.warnings.map(\.description)
        device = result.places.map(\.device)
        precision = result.places.map(\.precision)
        compiles = result.compiles
        moves = result.moves
        self.precisionTables = precisionTables
        var timings = result.timings
        timings.total = total
        self.timings = timings
        peakMemoryBytes = Self.peakMemory
    }

    var text: String { jsonLine(self) }

    /// Largest resident set of the process so far, in bytes; mapped files are part of it.
    static var peakMemory: Int {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        // Linux counts ru_maxrss in KiB.
        return usage.ru_maxrss * 1024
    }
}
