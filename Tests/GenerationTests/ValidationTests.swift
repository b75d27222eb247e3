import Generation
import Testing

@Suite("Values that cannot be drawn")
struct ValidationTests {
    @Test("each is refused with its name, itself and what to use instead", arguments: [
        Refusal({ $0.width = 500 }, "width", "Width 500 is not a multiple of 8. Use 496 or 504."),
        Refusal({ $0.height = 517 }, "height", "Height 517 is not a multiple of 8. Use 512 or 520."),
        Refusal({ $0.width = 4095 }, "width", "Width 4095 is not a multiple of 8. Use 4088 or 4096."),
        Refusal({ $0.width = 9 }, "width", "Width 9 is not a multiple of 8. Use 8 or 16."),
        Refusal({ $0.width = 0 }, "width", "Width 0 is out of range. Use a multiple of 8 from 8 to 4096."),
        Refusal({ $0.width = 7 }, "width", "Width 7 is out of range. Use a multiple of 8 from 8 to 4096."),
        Refusal({ $0.height = -8 }, "height", "Height -8 is out of range. Use a multiple of 8 from 8 to 4096."),
        Refusal({ $0.height = .min }, "height", "Height -9223372036854775808 is out of range. Use a multiple of 8 from 8 to 4096."),
        Refusal({ $0.height = 4104 }, "height", "Height 4104 is out of range. Use a multiple of 8 from 8 to 4096."),
        Refusal({ $0.steps = 0 }, "steps", "Steps 0 is out of range. Use 1 to 1000."),
        Refusal({ $0.steps = 1001 }, "steps", "Steps 1001 is out of range. Use 1 to 1000."),
        Refusal({ $0.batchSize = 0 }, "batch_size", "Batch size 0 is out of range. Use 1 to 64."),
        Refusal({ $0.batchSize = 65 }, "batch_size", "Batch size 65 is out of range. Use 1 to 64."),
        Refusal({ $0.cfgScale = -0.5 }, "cfg_scale", "CFG scale -0.5 is out of range. Use 0 to 100; 1 turns guidance off."),
        Refusal({ $0.cfgScale = 101 }, "cfg_scale", "CFG scale 101.0 is out of range. Use 0 to 100; 1 turns guidance off."),
        Refusal({ $0.cfgScale = .nan }, "cfg_scale", "CFG scale nan is out of range. Use 0 to 100; 1 turns guidance off."),
        Refusal({ $0.cfgScale = .infinity }, "cfg_scale", "CFG scale inf is out of range. Use 0 to 100; 1 turns guidance off."),
            Refusal(
                { $0.clipSkip = 0 }, "clip_skip",
                "Clip skip 0 is out of range. Use 1 to 12; 1 is the text encoder's last layer, 2 the one before it."),
            Refusal(
                { $0.clipSkip = 13 }, "clip_skip",
                "Clip skip 13 is out of range. Use 1 to 12; 1 is the text encoder's last layer, 2 the one before it."),
        Refusal({ $0.commaBacktrack = -1 }, "comma_backtrack", "Comma backtrack -1 is out of range. Use 0 to 75; 20 is usual."),
            Refusal(
                { $0.sizeConditioning.original = PictureSize(width: 0, height: 8) }, "original_size",
                "Original size cannot be 0x8. Use two whole numbers from 1 to 65536, such as 1024x768."),
        Refusal(
            { $0.sizeConditioning.crop.left = -1 }, "crop_top_left",
            "Crop top left cannot be 0,-1. Use two whole numbers from 0 to 65536, such as 64,128."),
        Refusal({ $0.grading.brightness = 1.5 }, "grading_brightness", "Grading brightness 1.5 is out of range. Use -1 to 1."),
        Refusal({ $0.grading.gamma = 0 }, "grading_gamma", "Grading gamma 0.0 is out of range. Use 0.1 to 10."),
        Refusal(
            { $0.grading.colorTemperature = 999 }, "grading_color_temp", "Grading color temp 999.0 is out of range. Use 1000 to 40000."),
        Refusal({ $0.grading.equalizingGrid = 17 }, "grading_clahe_grid", "Grading clahe grid 17 is out of range. Use 2 to 16."),
        Refusal({ $0.grading.grain = .nan }, "grading_grain", "Grading grain nan is out of range. Use 0 to 1."),
        Refusal({ $0.correction.brightness = -4.5 }, "hdr_brightness", "Latent brightness -4.5 is out of range. Use -4 to 4."),
        Refusal({ $0.correction.maximizingBoundary = 0 }, "hdr_max_boundary", "Latent max range 0.0 is out of range. Use 0.5 to 2."),
        Refusal({ $0.prompt = "a\0b" }, "prompt", "prompt has a NUL character (U+0000) at position 2. Leave it out."),
            Refusal(
                { $0.negativePrompt = "\0" }, "negative_prompt", "negative_prompt has a NUL character (U+0000) at position 1. Leave it out."
            ),
        Refusal({ $0.styles = ["ink", "in\0k"] }, "styles", "styles has a NUL character (U+0000) at position 3. Leave it out."),
    ])
    fileprivate func refused(_ refusal: Refusal) {
        let error = #expect(throws: InvalidRequest.self) { try refusal.request.validate() }
        #expect(error?.field == refusal.field && error?.description == refusal.message)
        #expect(error?.errorReason.name != .invalidValue, "told as data, too")
    }

    @Test("the defaults and both ends of each range are allowed")
    func allowed() throws {
        var request = GenerationRequest(prompt: "")
        try request.validate()
        (request.width, request.height, request.steps, request.batchSize, request.cfgScale) = (8, 4096, 1, 1, 0)
        try request.validate()
        (request.width, request.height, request.steps, request.batchSize, request.cfgScale) = (4096, 8, 1000, 64, 100)
        request.seed = .max
        try request.validate()
        (request.grading.gamma, request.grading.colorTemperature, request.correction.maximizingBoundary) = (0.1, 40000, 0.5)
        try request.validate()
    }
}

/// A request with one bad value.
private struct Refusal: Sendable {
    let request: GenerationRequest
    let field: String
    let message: String

    init(_ change: (inout GenerationRequest) -> Void, _ field: String, _ message: String) {
        var request = GenerationRequest(prompt: "a cat")
        change(&request)
        self.request = request
        self.field = field
        self.message = message
    }
}
