public import Files
public import FoundationEssentials
public import Generation
import Jobs
import Sampling
import Settings

/// The answer to `POST /sdapi/v1/txt2img` and `/img2img`.
public struct A1111Answer: Codable, Sendable {
    /// Base64 without a prefix; none when the request says `send_images: false`.
    public var images: [String]
    /// The request, with A1111's defaults filled in.
    public var parameters: [String: JSONValue]
    /// `GenerationInfo` as JSON text: clients parse it a second time.
    public var info: String

    /// - Parameters:
    ///   - pictures: the files of all pictures of the job, in order.
    ///   - warnings: what the user should know of them, in sentences.
    ///   - model: that drew them.
    ///   - finishedAt: when the job ended.
    ///   - version: of the program: `Easel 0.1.0`.
    /// - Throws: `ImageCodecError` when pictures of masks cannot be made.
    public init(
        _ request: A1111Request, pictures: [Picture<Data>], warnings: [String] = [], model: ModelSummary?, finishedAt: Date,
        version: String
    ) throws {
        images = try (request.sendsImages ? pictures : []).enumerated().flatMap { index, picture in
            let masks = try request.returnedMasks?.files(behind: picture.content, at: index, as: request.format) ?? []
            return ([picture.content] + masks).map { $0.base64EncodedString() }
        }
        let warnings = warnings + (request.returnedMasks?.isApproximate ?? false
            ? ["The mask in the answer is the one that was sent: soft inpainting laid the picture over the source by another."] : [])
        parameters = request.parameters
        info = WebJSON.text(
            GenerationInfo(request, pictures: pictures, warnings: warnings, model: model, finishedAt: finishedAt, version: version))
    }
}

/// `info` of the answer: what A1111 tells of a generation.
struct GenerationInfo: Codable {
    var prompt: String
    var allPrompts: [String]
    var negativePrompt: String
    var allNegativePrompts: [String]
    var seed: UInt64
    var allSeeds: [UInt64]
    var subseed: Int64
    var allSubseeds: [Int64]
    var subseedStrength: Double
    var width: Int
    var height: Int
    var samplerName: String
    var cfgScale: Double
    var steps: Int
    var batchSize: Int
    var restoreFaces = false
    @OrNull var faceRestorationModel: String?
    var sdModelName: String
    @OrNull var sdModelHash: String?
    @OrNull var sdVaeName: String?
    @OrNull var sdVaeHash: String?
    var seedResizeFromW: Int
    var seedResizeFromH: Int
    @OrNull var denoisingStrength: Double?
    var extraGenerationParams: [String: String]
    var indexOfFirstImage = 0
    var infotexts: [String]
    var styles: [String]
    var jobTimestamp: String
    var clipSkip: Int
    var isUsingInpaintingConditioning = false
    var version: String

    init(
        _ request: A1111Request, pictures: [Picture<Data>], warnings: [String], model: ModelSummary?, finishedAt: Date,
        version: String
    ) {
        let generation = request.job.generation
        prompt = pictures.first?.prompt ?? generation.prompt
        allPrompts = pictures.map(\.prompt)
        negativePrompt = pictures.first?.negativePrompt ?? generation.negativePrompt
        allNegativePrompts = pictures.map(\.negativePrompt)
        seed = pictures.first?.seed ?? generation.seed
        allSeeds = pictures.map(\.seed)
        allSubseeds = pictures.map { $0.variationSeed.map(Int64.init(truncatingIfNeeded:)) ?? -1 }
        subseed = allSubseeds.first ?? -1
        subseedStrength = generation.variationStrength.asWritten
        seedResizeFromW = generation.seedResizedFrom?.width ?? -1
        seedResizeFromH = generation.seedResizedFrom?.height ?? -1
        width = generation.width
        height = generation.height
        samplerName = generation.sampler.name
        cfgScale = generation.cfgScale.asWritten
        steps = generation.steps
        batchSize = generation.batchSize
        sdModelName = model?.name ?? request.job.model
        sdModelHash = model?.shortHash
        extraGenerationParams = ["Schedule type": generation.sampler.followed(generation.schedule).label]
        if !request.ignored.isEmpty { extraGenerationParams["Ignored"] = request.ignored.joined(separator: ", ") }
        let warnings = request.notes + warnings
        if !warnings.isEmpty { extraGenerationParams["Warnings"] = warnings.joined(separator: " ") }
        if request.kind == .imageToImage {
            denoisingStrength = generation.imageToImage.strength.asWritten
            isUsingInpaintingConditioning = model?.isForInpainting ?? false
        }
        infotexts = pictures.map(\.infotext)
        styles = generation.styles
        jobTimestamp = finishedAt.a1111Timestamp
        clipSkip = generation.clipSkip
        self.version = version
    }

    private enum CodingKeys: String, CodingKey {
        case prompt, seed, subseed, width, height, steps, infotexts, styles, version
        case allPrompts = "all_prompts"
        case negativePrompt = "negative_prompt"
        case allNegativePrompts = "all_negative_prompts"
        case allSeeds = "all_seeds"
        case allSubseeds = "all_subseeds"
        case subseedStrength = "subseed_strength"
        case samplerName = "sampler_name"
        case cfgScale = "cfg_scale"
        case batchSize = "batch_size"
        case restoreFaces = "restore_faces"
        case faceRestorationModel = "face_restoration_model"
        case sdModelName = "sd_model_name"
        case sdModelHash = "sd_model_hash"
        case sdVaeName = "sd_vae_name"
        case sdVaeHash = "sd_vae_hash"
        case seedResizeFromW = "seed_resize_from_w"
        case seedResizeFromH = "seed_resize_from_h"
        case denoisingStrength = "denoising_strength"
        case extraGenerationParams = "extra_generation_params"
        case indexOfFirstImage = "index_of_first_image"
        case jobTimestamp = "job_timestamp"
        case clipSkip = "clip_skip"
        case isUsingInpaintingConditioning = "is_using_inpainting_conditioning"
    }
}

extension Date {
    /// `20261123080522`, in UTC.
    var a1111Timestamp: String {
        ISO8601Format(.iso8601.year().month().day().dateSeparator(.omitted).time(includingFractionalSeconds: false).timeSeparator(.omitted))
            .filter(\.isNumber)
    }
}
