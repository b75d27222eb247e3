import Generation
import Settings

extension RequestFields {
    /// The upscaler that a field names; nil when it says nothing.
    /// - Parameter names: those that there are.
    /// - Throws: `.invalidValue` with the names for one that is not there.
    func upscaler(_ field: String, among names: [String]) throws(APIError) -> String? {
        guard let text = try text(field), !text.isEmpty else { return nil }
        return try upscaler(text, of: field, among: names)
    }

    /// The upscaler that a text stands for.
    /// - Parameter field: named in errors.
    func upscaler(_ text: String, of field: String, among names: [String]) throws(APIError) -> String {
        try refuseNUL(in: text, of: field)
        guard let name = UpscalerName.find(text, among: names) else { throw cannotBe(field, text, names) }
        return name
    }
}

extension RequestContext {
    /// The names of upscalers that requests can have.
    var upscalerNames: [String] { upscalers.map(\.name) }

    /// The names that a second pass's upscaler can have.
    var hiresUpscalerNames: [String] { LatentUpscaler.allCases.map(\.rawValue) + upscalerNames.filter { $0 != UpscalerName.none } }

    /// Checks that enlarged pictures stay within what the server reads again, before any work is done on them.
    /// - Parameters:
    ///   - names: the client's names of fields by Easel's keys, where they are others.
    ///   - pictures: the pictures of the request.
    /// - Throws: `.invalidValue` naming the field that says the size.
    func checkUpscaledSize(
        _ generation: GenerationRequest, _ pictures: RequestPictures, names: [String: String] = [:]
    ) throws(APIError) {
        let upscaling = generation.upscaling
        guard upscaling.isOn, !upscaling.leavesPictures else { return }
        let (key, limit) = (upscaling.sizeField.key, settings.limits.inputPixels)
        for picture in generation.sourcePictures.compactMap(pictures.size(of:)) {
            let enlarged = UpscaledSize(upscaling, of: picture)
            do throws(InvalidRequest) {
                try enlarged.validate(field: upscaling.sizeField)
            } catch {
                throw APIError(error.named(names[key] ?? key))
            }
            let size = enlarged.enlarged, pixels = size.width * size.height
            guard pixels <= limit else {
                throw APIError(
                    .invalidValue, field: names[key] ?? key,
                    reason: ErrorReason(.tooManyPixels, [
                        "value": .init(pixels), "max": .init(limit), "setting": "max_input_pixels", "width": .init(size.width),
                        "height": .init(size.height),
                    ]),
                    "The picture would become \(size.text), \(pixels) pixels, over the limit of \(limit) (setting max_input_pixels).")
            }
        }
    }
}
