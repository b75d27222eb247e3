public import FoundationEssentials
public import Generation
import ImageCodecs
import Jobs

/// The answer to `POST /sdapi/v1/extra-single-image`.
public struct ExtrasAnswer: Codable, Sendable {
    /// Report of what was done, and what was not, as HTML paragraphs.
    public var htmlInfo: String
    /// The picture as base64, without a prefix.
    public var image: String

    /// - Parameters:
    ///   - picture: the file of the enlarged picture.
    ///   - warnings: what the user should know of it, in sentences.
    public init(_ request: ExtrasRequest, picture: Picture<Data>, warnings: [String] = []) {
        htmlInfo = request.htmlInfo(warnings: warnings)
        image = picture.content.base64EncodedString()
    }

    private enum CodingKeys: String, CodingKey { case image, htmlInfo = "html_info" }
}

/// The answer to `POST /sdapi/v1/extra-batch-images`.
public struct ExtrasBatchAnswer: Codable, Sendable {
    /// Report of what was done, and what was not, as HTML paragraphs.
    public var htmlInfo: String
    /// The pictures as base64, without a prefix, in the order of the request.
    public var images: [String]

    /// - Parameters:
    ///   - pictures: the files of the enlarged pictures, in order.
    ///   - warnings: what the user should know of them, in sentences.
    public init(_ request: ExtrasRequest, pictures: [Picture<Data>], warnings: [String] = []) {
        htmlInfo = request.htmlInfo(warnings: warnings)
        images = pictures.map { $0.content.base64EncodedString() }
    }

    private enum CodingKeys: String, CodingKey { case images, htmlInfo = "html_info" }
}

extension ExtrasRequest {
    /// One paragraph says what was done, as A1111 does; others say what was not.
    fileprivate func htmlInfo(warnings: [String]) -> String {
        let done = Infotext.enlarging(job.generation).map { "\($0.key): \($0.value)" }.joined(separator: ", ")
        return ([done] + notes + warnings).filter { !$0.isEmpty }.map { "<p>\($0.escapedForHTML)</p>" }.joined()
    }
}

extension String {
    fileprivate var escapedForHTML: String {
        replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;").replacing("\"", with: "&quot;")
    }
}
