import Files
import Generation

/// The pictures of a request to OpenAI's routes, as they came.
struct SentPictures {
    /// A file of a form, or a text of JSON.
    enum Picture: Equatable {
        case file([UInt8])
        case text(String)
    }

    /// With the names of their fields.
    private(set) var images: [(name: String, picture: Picture)] = []
    private(set) var mask: Picture?

    init() {}

    /// - Parameter fields: of JSON: `image`, or `images` with `image_url`.
    init(_ fields: RequestFields) throws(APIError) {
        if case .array(let items)? = fields["images"] {
            for (index, item) in items.enumerated() {
                images.append(("images[\(index)]", .text(try Self.text(of: item, named: "images[\(index)]", fields))))
            }
        } else if let texts = try fields.texts("image") {
            images = texts.map { ("image", .text($0)) }
        }
        mask = try fields["mask"].map { value throws(APIError) in .text(try Self.text(of: value, named: "mask", fields)) }
    }

    private static func text(of value: JSONValue, named name: String, _ fields: RequestFields) throws(APIError) -> String {
        switch value {
        case .string(let text): return text
        case .object(let object):
            if case .string(let text)? = object["image_url"] { return text }
        default: break
        }
        throw fields.invalid(
            name, ErrorReason(.unreadablePicture), "\(name) has no image_url. Send the picture itself there, as a data URL.")
    }

    /// Takes a form apart into texts and pictures. Unknown files are left out.
    static func read(_ form: MultipartForm) -> (RequestFields, SentPictures) {
        var values: [String: JSONValue] = [:]
        var sent = SentPictures()
        for part in form.parts {
            switch part.name {
            case "mask": sent.mask = .file([UInt8](part.contents))
            case let name where name == "image" || name.hasPrefix("image["): sent.images.append((part.name, .file([UInt8](part.contents))))
            case _ where part.fileName == nil: values[part.name] = .string(String(decoding: part.contents, as: UTF8.self))
            default: break
            }
        }
        return (RequestFields(values), sent)
    }

    /// Puts the pictures into a request, and the values that follow from them.
    /// - Returns: how they were understood, in sentences.
    func apply(
        _ kind: ImageGenerationRequest.Kind, _ fields: RequestFields, to generation: inout GenerationRequest,
        _ pictures: inout RequestPictures, model: ModelSummary?
    ) throws(APIError) -> [String] {
        guard let image = images.first else {
            throw fields.missing("image", "There is no picture to begin with. Send one as the field image.")
        }
        if try fields.text("background")?.lowercased() == "transparent" {
            throw fields.invalid(
                "background", ErrorReason(.invalidValue), "Pictures with a transparent background cannot be drawn. Leave background out.")
        }
        var notes: [String] = []
        if images.count > 1 { notes.append("Only the first of \(images.count) pictures was used.") }
        let source = try pictures.add(image.picture, field: image.name)
        generation.sourcePictures = [source]
        let size = pictures.size(of: source) ?? PictureSize(width: 512, height: 512)

        generation.inpainting.content = .original
        if kind == .edit, let mask {
            let picture = try pictures.add(mask, field: "mask")
            try check(pictures.size(of: picture) ?? size, fits: size, fields)
            generation.mask = picture
            // Here what is transparent is drawn anew, and everywhere else what is opaque.
            generation.inpainting.isInverted = pictures.upload(of: picture)?.isTransparent ?? false
            if !generation.inpainting.isInverted { notes.append("The mask has no transparency: what is white in it was drawn anew.") }
        } else if kind == .edit, pictures.upload(of: source)?.isTransparent ?? false {
            generation.mask = source
            generation.inpainting.isInverted = true
            // Nothing is there that drawing could begin with.
            generation.inpainting.content = .fill
        }

        generation.imageToImage.strength = try strength(kind, fields, hasMask: generation.mask != nil, model)
        if let said = try fields.size {
            (generation.width, generation.height) = said
            generation.imageToImage.resizeMode = .crop
        } else {
            let drawn = size.drawable(with: model)
            (generation.width, generation.height) = (drawn.width, drawn.height)
        }
        return notes
    }

    /// The strength when `strength` itself is not said.
    private func strength(
        _ kind: ImageGenerationRequest.Kind, _ fields: RequestFields, hasMask: Bool, _ model: ModelSummary?
    ) throws(APIError) -> Float {
        if let said = try fields.number("denoising_strength") { return Float(said) }
        if kind == .variation { return 0.6 }
        if hasMask { return model?.isForInpainting ?? false ? 1 : 0.9 }
        return try fields.text("input_fidelity") == "high" ? 0.5 : 0.75
    }

    /// Refuses a mask of other proportions than the picture's, by more than a hundredth.
    private func check(_ mask: PictureSize, fits size: PictureSize, _ fields: RequestFields) throws(APIError) {
        let (one, other) = (Double(mask.width) * Double(size.height), Double(mask.height) * Double(size.width))
        guard abs(one - other) > 0.01 * max(one, other) else { return }
        throw fields.invalid(
            "mask", ErrorReason(.invalidValue),
            "The mask has \(mask.width)×\(mask.height) pixels, and the picture \(size.width)×\(size.height). "
                + "Send a mask of the picture's size.")
    }
}

extension RequestPictures {
    /// Takes up a picture as it came.
    fileprivate mutating func add(_ picture: SentPictures.Picture, field: String) throws(APIError) -> InputPicture {
        switch picture {
        case .file(let contents): try add(contents, field: field)
        case .text(let text): try add(text, field: field)
        }
    }
}
