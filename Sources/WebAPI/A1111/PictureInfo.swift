public import FoundationEssentials
import Generation
import ImageCodecs

/// `POST /sdapi/v1/png-info`, read.
public struct PictureInfoRequest: Sendable {
    static let fields = [RequestField("image", .text, "PNG, JPEG or WebP, as base64 or as a data URL", isRequired: true)]

    let picture: [UInt8]

    /// - Parameter body: JSON with an `image`, as base64 or as a data URL.
    public init(body: Data) throws(APIError) {
        let fields = try RequestFields(body: body)
        guard let text = try fields.text("image"), !text.isEmpty else {
            throw fields.missing("image", "There is no image. Send it as base64 or as a data URL.")
        }
        do throws(ImageCodecError) {
            picture = try Base64Picture.bytes(text)
        } catch {
            throw fields.invalid("image", error.errorReason, error.description)
        }
    }
}

/// The answer to `POST /sdapi/v1/png-info`.
public struct PictureInfoAnswer: Codable, Sendable {
    /// The text as it stands in the file; empty when there is none.
    public var info: String
    /// The texts of the file by keyword, as A1111 sends them: `parameters` alone here; empty when there is none.
    public var items: [String: String]
    /// Its parts by name, as A1111 names them.
    public var parameters: [String: String]

    /// - Throws: `.invalidValue` when it is no picture that can be read.
    public init(_ request: PictureInfoRequest) throws(APIError) {
        do throws(ImageCodecError) {
            info = try DecodedImage(decoding: request.picture).parameters ?? ""
        } catch {
            throw APIError(.invalidValue, field: "image", reason: error.errorReason, error.description)
        }
        items = info.isEmpty ? [:] : ["parameters": info]
        parameters = [:]
        guard !info.isEmpty else { return }
        let infotext = Infotext(parsing: info)
        parameters = ["Prompt": infotext.prompt, "Negative prompt": infotext.negativePrompt]
        for parameter in infotext.parameters { parameters[parameter.key] = parameter.value }
        if let size = infotext["Size"]?.split(separator: "x"), size.count == 2 {
            parameters["Size-1"] = String(size[0])
            parameters["Size-2"] = String(size[1])
        }
    }
}
