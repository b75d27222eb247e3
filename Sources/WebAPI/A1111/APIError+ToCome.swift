extension APIError {
    /// The answer to `/interrogate`.
    public static let interrogation = APIError(
        .notImplemented, "Easel has no model that describes pictures. /sdapi/v1/png-info reads the prompt that stands in a picture's file.")

    /// The answer to scripts of A1111's that draw from pictures in ways of their own; nil for all others.
    /// - Parameter script: as `script_name` has it.
    static func script(_ script: String) -> APIError? {
        let instead: String? = switch script.lowercased() {
        case "outpainting mk2", "poor man's outpainting":
            "Send extend_left, extend_top, extend_right and extend_bottom instead: pixels that are drawn around the picture."
        case "ultimate sd upscale": "Send script_name \"SD upscale\" with script_args [null, 64, \"Lanczos\", 2] instead."
        case "loopback": "Send each answer's picture as the next init_images instead."
        default: nil
        }
        return instead.map {
            APIError(.notImplemented, field: "script_name", "Easel does not have the script \"\(script.clipped)\". \($0)")
        }
    }
}
