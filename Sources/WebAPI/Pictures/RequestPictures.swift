import Files
import Generation
import ImageCodecs
import Settings

/// The pictures that a request begins with: those that it brings along, and those that were sent before and that it names.
struct RequestPictures {
    /// The files that the request brings along, each once.
    private(set) var uploads: [UploadedPicture] = []
    private var sizes: [InputPicture: PictureSize] = [:]
    private let pixelLimit: Int
    private let pictureLimit: Int
    private let known: @Sendable (InputPicture) -> PictureSize?

    init(_ context: RequestContext) {
        pixelLimit = context.settings.limits.inputPixels
        pictureLimit = context.settings.limits.pictures
        known = context.inputSize
    }

    /// The size of a picture of this request.
    func size(of picture: InputPicture) -> PictureSize? { sizes[picture] }

    /// The upload of a picture; nil for one that was sent before.
    func upload(of picture: InputPicture) -> UploadedPicture? { uploads.first { $0.picture == picture } }

    /// Takes up a file.
    /// - Parameter field: named in errors.
    mutating func add(_ contents: [UInt8], field: String) throws(APIError) -> InputPicture {
        // The same file may come for each picture of a batch: it is read once.
        let picture = InputPicture(contents: contents)
        guard sizes[picture] == nil else { return picture }
        let upload = try UploadedPicture(contents, named: picture, field: field, pixelLimit: pixelLimit)
        uploads.append(upload)
        sizes[picture] = upload.size
        return picture
    }

    /// Takes up a picture: base64, a data URL, or the id of one that was sent before.
    mutating func add(_ text: String, field: String) throws(APIError) -> InputPicture {
        if let picture = InputPicture(sha256: text) {
            guard let size = sizes[picture] ?? known(picture) else {
                throw APIError(
                    .invalidValue, field: field, reason: ErrorReason(.missingInput, ["id": .init(picture.sha256)]),
                    "\(field): there is no input picture \(picture.sha256.prefix(12))…, or not any more. Send it to /api/v1/inputs first.")
            }
            sizes[picture] = size
            return picture
        }
        let contents: [UInt8]
        do throws(ImageCodecError) {
            contents = try Base64Picture.bytes(text)
        } catch {
            throw .unreadablePicture(error, field: field)
        }
        return try add(contents, field: field)
    }

    /// The pictures of a field that holds a list of them, or one.
    mutating func list(_ name: String, of fields: RequestFields) throws(APIError) -> [InputPicture] {
        guard let texts = try fields.texts(name) else { return [] }
        try check(count: texts.count, of: name)
        var pictures: [InputPicture] = []
        for (index, text) in texts.enumerated() { pictures.append(try add(text, field: "\(name)[\(index)]")) }
        return pictures
    }

    /// Refuses a field with more pictures than a request may have.
    func check(count: Int, of name: String) throws(APIError) {
        if count <= pictureLimit { return }
        throw APIError(
            .invalidValue, field: name,
            reason: ErrorReason(.tooManyPictures, ["value": .init(count), "max": .init(pictureLimit), "setting": "max_pictures"]),
            "\(name) has \(count) pictures, over the limit of \(pictureLimit) for one request (setting max_pictures).")
    }

    /// The picture of a field; nil when there is none. Empty text is none, as A1111's clients send it.
    mutating func one(_ name: String, of fields: RequestFields) throws(APIError) -> InputPicture? {
        guard let text = try fields.text(name), !text.isEmpty else { return nil }
        return try add(text, field: name)
    }
}

extension RequestField {
    static let sourcePictures = RequestField(
        "source_pictures", Schema(["anyOf": .array([Schema.list(of: .text).json, Schema.text.json])]),
        "pictures to begin with, for all pictures of the batch or one for each: ids of POST /api/v1/inputs, or files as base64 or data "
            + "URLs",
        standard: .array([]))
    static let mask = RequestField(
        "mask", Schema(["type": .array([.string("string"), .string("null")])]),
        "a mask of the source pictures, in the same way: white is drawn anew; a transparent picture counts by its opacity", standard: .null)
}
