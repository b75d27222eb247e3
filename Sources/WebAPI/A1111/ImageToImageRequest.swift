public import FoundationEssentials

/// `POST /sdapi/v1/img2img`: what is wrong with it, while nothing can be drawn from a picture.
public enum ImageToImageRequest {
    /// - Returns: `.malformedBody`; `.invalidValue` without a picture; else `.notImplemented`.
    public static func refusal(of body: Data) -> APIError {
        do throws(APIError) {
            let fields = try RequestFields(body: body)
            guard let images = try fields.texts("init_images"), !images.isEmpty else {
                return APIError(
                    .malformedBody, field: "init_images", "There is no picture to begin with. Send init_images: [\"<base64>\"].")
            }
            return .imageToImage(field: "init_images")
        } catch {
            return error
        }
    }
}

extension APIError {
    /// The answer to `/extra-single-image` and `/extra-batch-images`.
    public static let upscaling = APIError(.notImplemented, "Easel cannot enlarge pictures yet. Draw them in the size that you want.")
    /// The answer to `/interrogate`.
    public static let interrogation = APIError(
        .notImplemented, "Easel has no model that describes pictures. /sdapi/v1/png-info reads the prompt that stands in a picture's file.")
}
