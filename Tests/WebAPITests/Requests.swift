import Files
import Foundation
import Generation
import Jobs
import Settings
import WebAPI

// What the tests of this folder share.

let demoHash = "6ce0161689b3853acaa03779ec93eafe75a02f4ced659bee03f50797806fa2fa"

let twoModels = catalog()

/// Has a value for everything.
let someDefaults: ModelDefaults = {
    var defaults = ModelDefaults()
    (defaults.steps, defaults.cfgScale, defaults.sampler, defaults.schedule) = (12, 4, "DPM++ 2M", "karras")
    (defaults.width, defaults.height, defaults.clipSkip, defaults.negativePrompt) = (512, 768, 2, "lowres")
    defaults.promptExamples = ["a cat"]
    return defaults
}()

func catalog(current: String = "demo") -> ModelCatalog {
    ModelCatalog([
        ModelSummary(name: "anime", sha256: nil, file: "anime", isLoaded: false),
        ModelSummary(name: "demo", sha256: demoHash, file: "demo.safetensors", isLoaded: true),
    ], current: current)
}

/// The built-in upscalers, and two files.
let someUpscalers = UpscalerSummary.builtIn + [
    UpscalerSummary(name: "4x-Sharp", path: "/secret/4x-Sharp.pth", scale: 4),
    UpscalerSummary(name: "RealESRGAN_x2plus", path: "/secret/RealESRGAN_x2plus.safetensors", scale: 2),
]

/// - Parameter changes: settings by key.
func context(_ changes: [String: String] = [:]) throws -> RequestContext {
    let settings = LiveSettings(EaselSettings(), file: nil)
    try settings.change(changes)
    return RequestContext(
        settings: settings.current, models: catalog(current: settings.current.requests.model), upscalers: someUpscalers, client: "tester",
        randomSeed: 4711)
}

func textToImage(_ json: String, _ changes: [String: String] = [:]) throws -> A1111Request {
    try A1111Request(body: Data(json.utf8), context(changes))
}

/// The error that is thrown, if one is.
func refusal(_ body: () throws -> Void) -> APIError? {
    do {
        try body()
        return nil
    } catch {
        return error as? APIError
    }
}

extension APIError {
    var errorName: ErrorReason.Name { reason.name }
}

/// A JSON text, taken apart.
func json(_ text: some StringProtocol) throws -> JSONValue { try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8)) }

extension JSONValue {
    subscript(key: String) -> JSONValue? { if case .object(let values) = self { values[key] } else { nil } }
    var keys: Set<String> { if case .object(let values) = self { Set(values.keys) } else { [] } }
}
