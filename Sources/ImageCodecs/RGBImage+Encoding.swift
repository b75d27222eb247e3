internal import CImageCodecs
public import Generation

extension RGBImage {
    /// The picture as a file.
    /// - Parameters:
    ///   - quality: 1 ... 100 for JPEG and WebP, as their libraries count it; values outside are taken to the nearest. PNG has no loss.
    ///   - parameters: how the picture was made; see `Infotext`. In a PNG it is a text with the keyword `parameters`, in JPEG and
    ///     WebP Exif's user comment, where A1111 puts it and other programs look for it.
    ///   - alpha: how opaque each pixel is, `width · height` bytes; PNG alone keeps it. nil for an opaque picture.
    /// - Throws: `.parametersTooLong` for JPEG; `.unencodable` when the picture is too large for the format.
    /// - Precondition: `alpha` is nil or has `width · height` bytes.
    public func encoded(
        as format: ImageFormat, quality: Int = 80, parameters: String? = nil, alpha: [UInt8]? = nil
    ) throws(ImageCodecError) -> [UInt8] {
        precondition(alpha.map { $0.count == width * height } ?? true, "alpha does not fill the picture")
        var file = image_bytes()
        var message = image_message()
        let succeeded =
            switch format {
            case .png: encodePNG(parameters, alpha, &file, &message)
            case .jpeg: try encodeJPEG(quality, parameters, &file, &message)
            case .webp: encodeWebP(quality, parameters, &file, &message)
            }
        defer { image_bytes_free(file) }
        guard succeeded else { throw .unencodable(format, reason: message.string) }
        return file.array
    }

    private func encodePNG(_ parameters: String?, _ alpha: [UInt8]?, _ file: inout image_bytes, _ message: inout image_message) -> Bool {
        let bytes = alpha.map { alpha in alpha.indices.flatMap { pixels[3 * $0..<3 * $0 + 3] + [alpha[$0]] } } ?? pixels
        let (channels, width, height) = (alpha == nil ? UInt32(3) : 4, UInt32(width), UInt32(height))
        guard let parameters else { return png_encode(bytes, channels, width, height, nil, false, &file, &message) }
        // A NUL would end the text.
        let text = parameters.filter { $0 != "\0" }
        let latin1 = text.latin1
        let characters = (latin1 ?? Array(text.utf8)).map { CChar(bitPattern: $0) } + [0]
        return png_encode(bytes, channels, width, height, characters, latin1 == nil, &file, &message)
    }

    private func encodeJPEG(
        _ quality: Int, _ parameters: String?, _ file: inout image_bytes, _ message: inout image_message
    ) throws(ImageCodecError) -> Bool {
        let limit = 65_533
        let exif = parameters.map { TIFFReader.exifPrefix + ExifUserComment.tiff(holding: $0) }
        if let exif, exif.count > limit { throw .parametersTooLong(bytes: exif.count, limit: limit) }
        return jpeg_encode(pixels, UInt32(width), UInt32(height), quality.asPercentage, exif, exif?.count ?? 0, &file, &message)
    }

    private func encodeWebP(
        _ quality: Int, _ parameters: String?, _ file: inout image_bytes, _ message: inout image_message
    ) -> Bool {
        let exif = parameters.map { ExifUserComment.tiff(holding: $0) }
        return webp_encode(pixels, UInt32(width), UInt32(height), quality.asPercentage, exif, exif?.count ?? 0, &file, &message)
    }
}

extension Int {
    fileprivate var asPercentage: Int32 { Int32(Swift.min(Swift.max(self, 1), 100)) }
}
