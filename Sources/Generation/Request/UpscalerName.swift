/// Names of upscalers, as clients write them: in any case, and by the names that A1111 gives to the files that it downloads itself.
public enum UpscalerName {
    /// Leaves a picture as it is.
    public static let none = "None"

    /// The upscalers that need no file, in the order of A1111's lists.
    public static let builtIn = [none] + PictureUpscaler.allCases.map(\.rawValue)

    /// A1111's names of Real-ESRGAN's networks, and the names of the files, without their extensions, that they stand for.
    ///
    /// Source: A1111 1.10 `modules/realesrgan_model.py`.
    public static let realESRGAN: KeyValuePairs<String, String> = [
        "R-ESRGAN 4x+": "RealESRGAN_x4plus",
        "R-ESRGAN 4x+ Anime6B": "RealESRGAN_x4plus_anime_6B",
        "R-ESRGAN 2x+": "RealESRGAN_x2plus",
        "R-ESRGAN General 4xV3": "realesr-general-x4v3",
        "R-ESRGAN General WDN 4xV3": "realesr-general-wdn-x4v3",
        "R-ESRGAN AnimeVideo": "realesr-animevideov3",
    ]
    /// The file that A1111 gets for "ESRGAN_4x", as its authors name it.
    ///
    /// Source: A1111 1.10 `modules/esrgan_model.py`.
    private static let esrgan = ("ESRGAN_4x", "ESRGAN")

    /// Finds the upscaler that a text stands for: its name, the same in any case, or A1111's name of its file.
    /// - Parameter names: those that there are.
    /// - Returns: one of `names`; nil when the text is none of them.
    public static func find(_ text: String, among names: [String]) -> String? {
        func named(_ text: String) -> String? {
            let folded = text.lowercased()
            return names.first { $0 == text } ?? names.first { $0.lowercased() == folded }
        }
        if let name = named(text) { return name }
        let aliases = realESRGAN.map { ($0.key, $0.value) } + [esrgan]
        return aliases.first { $0.0.lowercased() == text.lowercased() }.flatMap { named($0.1) }
    }
}
