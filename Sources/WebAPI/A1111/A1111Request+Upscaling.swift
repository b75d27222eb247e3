import Files
import Generation

// A1111's script "SD upscale", which `/img2img` has.
extension A1111Request {
    /// The script's name in lower case, as `script_name` has it.
    static let sdUpscale = "sd upscale"

    /// Reads the script's arguments: `[null, overlap, upscaler, factor]`. Those that are left out are A1111's defaults.
    static func readUpscaling(
        _ fields: RequestFields, _ context: RequestContext, into generation: inout GenerationRequest
    ) throws(APIError) {
        let arguments = try argumentFields(fields)
        generation.upscaling.mode = .redraw
        generation.upscaling.upscaler = try upscaler(arguments[2], of: fields, among: context.upscalerNames)
        let values = RequestFields(["script_args[1]": arguments[1], "script_args[3]": arguments[3]])
        let names = [GenerationField.tileOverlap.key: "script_args[1]", GenerationField.upscaleScale.key: "script_args[3]"]
        for field in [GenerationField.tileOverlap, .upscaleScale] {
            try values.read([field], as: names, into: &generation)
            do throws(InvalidRequest) {
                try field.validate(generation)
            } catch {
                throw fields.invalid(names[field.key] ?? field.key, error.errorReason, error.description)
            }
        }
    }

    /// The four arguments; null where one is left out.
    private static func argumentFields(_ fields: RequestFields) throws(APIError) -> [JSONValue] {
        switch fields["script_args"] {
        case nil: return .init(repeating: .null, count: 4)
        case .array(let values): return Array((values + .init(repeating: .null, count: 4)).prefix(4))
        default:
            throw fields.invalid(
                "script_args", ErrorReason(.invalidValue), "script_args is a list: [null, 64, \"Lanczos\", 2] for SD upscale.")
        }
    }

    /// The upscaler of a name or of a place in `/sdapi/v1/upscalers`; the first of these when nothing is said.
    private static func upscaler(_ value: JSONValue, of fields: RequestFields, among names: [String]) throws(APIError) -> String {
        switch value {
        case .null: return UpscalerName.none
        case .integer(let place) where names.indices.contains(place): return names[place]
        default: return try fields.upscaler(value.text ?? "", of: "script_args[2]", among: names)
        }
    }
}
