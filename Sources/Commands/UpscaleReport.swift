import Checkpoints
import Generation

/// The output of `easel upscale --json`.
struct UpscaleReport: Encodable {
    private let upscaler: String
    private var images: [Image] = []
    private var device: String?
    private var precision: String?
    private var warnings: [String] = []
    private var compiles: [CompileRecord] = []
    private var moves: [Move] = []
    /// Seconds from the start of the command to its last file.
    var total = 0.0

    private struct Image: Encodable {
        let source, path: String
        let width, height: Int
        let seconds: Double
    }

    private enum CodingKeys: String, CodingKey {
        case upscaler, images, device, precision, warnings, compiles, moves, total
        case peakMemoryBytes = "peak_memory_bytes"
    }

    init(upscaler: String) { self.upscaler = upscaler }

    /// Adds a picture that was written.
    mutating func add(_ result: GenerationResult, from source: String, savedAt path: String) {
        let image = result.pictures[0].content
        images.append(Image(source: source, path: path, width: image.width, height: image.height, seconds: result.timings.upscale))
        (device, precision) = (result.places.decode.device, result.places.decode.precision)
        warnings += result.warnings.map(\.description).filter { !warnings.contains($0) }
        compiles += result.compiles
        moves += result.moves
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(upscaler, forKey: .upscaler)
        try container.encode(images, forKey: .images)
        try container.encodeIfPresent(device, forKey: .device)
        try container.encodeIfPresent(precision, forKey: .precision)
        try container.encode(warnings, forKey: .warnings)
        try container.encode(compiles, forKey: .compiles)
        try container.encode(moves, forKey: .moves)
        try container.encode(total, forKey: .total)
        try container.encode(GenerationReport.peakMemory, forKey: .peakMemoryBytes)
    }
}

/// The output of `easel upscale --list`.
struct UpscalerListReport {
    private let folders: [String]
    private let upscalers: [Upscaler]

    private struct Upscaler: Encodable {
        let name: String
        let kind: String?
        let scale: Int?
        let path: String?
        /// Why the file cannot be used.
        var problem: String?
    }

    init(_ library: UpscalerLibrary) {
        folders = library.folders
        upscalers = library.entries.map { entry in
            do throws(CheckpointError) {
                guard case .network(let file) = try library.upscaler(entry) else {
                    return Upscaler(name: entry.name, kind: nil, scale: nil, path: nil)
                }
                let configuration = file.network.configuration
                return Upscaler(name: entry.name, kind: configuration.kindName, scale: configuration.scale, path: entry.path)
            } catch {
                return Upscaler(name: entry.name, kind: nil, scale: nil, path: entry.path, problem: error.description)
            }
        }
    }

    func output(asJSON: Bool) -> String {
        if asJSON { return jsonLine(Document(folders: folders, upscalers: upscalers)) + "\n" }
        var table = Table(header: ["UPSCALER", "SCALE", "KIND", "PATH"])
        for upscaler in upscalers {
            let kind = upscaler.kind ?? (upscaler.path == nil ? "built in" : "cannot be used")
            table.append([upscaler.name, upscaler.scale.map { "\($0)x" } ?? "any", kind, upscaler.problem ?? upscaler.path ?? ""])
        }
        return "Files (.safetensors, .pth) are looked for in these folders, and in the folders below them:\n"
            + folders.map { "  \($0)\n" }.joined() + "EASEL_UPSCALERS=FOLDER:FOLDER adds others, such as models/ESRGAN of A1111.\n\n"
            + table.text
    }

    private struct Document: Encodable {
        let folders: [String]
        let upscalers: [Upscaler]
    }
}
