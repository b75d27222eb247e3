internal import CImageCodecs
public import Generation

extension Picture<RGBImage> {
    /// The picture as a file, with its texts and its transparency.
    /// - Throws: as `RGBImage.encoded`.
    public func encoded(as format: ImageFormat, quality: Int = 80) throws(ImageCodecError) -> [UInt8] {
        try content.encoded(
            as: format, quality: quality, parameters: infotext.isEmpty ? nil : infotext,
            postprocessing: postprocessing.isEmpty ? nil : postprocessing, alpha: alpha)
    }
}

extension RGBImage {
    /// The picture as a file.
    /// - Parameters:
    ///   - quality: 1 ... 100 for JPEG and WebP, as their libraries count it; values outside are taken to the nearest. PNG has no loss.
    ///   - parameters: how the picture was made; see `Infotext`. In a PNG it is a text with the keyword `parameters`, in JPEG and
    ///     WebP Exif's user comment, where A1111 puts it and other programs look for it.
    ///   - postprocessing: how it was changed after that. In a PNG it is a text with the keyword `postprocessing`, as A1111 has it; in
    ///     JPEG and WebP it is put behind `parameters`.
    ///   - alpha: how opaque each pixel is; nil for a picture without transparency. JPEG has none: the picture is laid over white.
    /// - Throws: `.parametersTooLong` for JPEG; `.unencodable` when the picture is too large for the format.
    /// - Precondition: `alpha` is nil or has a byte for each pixel.
    public func encoded(
        as format: ImageFormat, quality: Int = 80, parameters: String? = nil, postprocessing: String? = nil, alpha: [UInt8]? = nil
    ) throws(ImageCodecError) -> [UInt8] {
        precondition(alpha.map { $0.count == width * height } ?? true, "alpha does not fill the picture")
        var file = image_bytes()
        var message = image_message()
        let succeeded =
            switch format {
            case .png:
                encodePNG([("parameters", parameters), ("postprocessing", postprocessing)], alpha, &file, &message)
            case .jpeg:
                try InputImage(self, alpha: alpha).flattened()
                    .encodeJPEG(quality, Infotext.joined(parameters, postprocessing), &file, &message)
            case .webp: encodeWebP(quality, Infotext.joined(parameters, postprocessing), alpha, &file, &message)
            }
        defer { image_bytes_free(file) }
        guard succeeded else { throw .unencodable(format, reason: message.string) }
        return file.array
    }

    private func encodePNG(
        _ texts: [(keyword: String, text: String?)], _ alpha: [UInt8]?, _ file: inout image_bytes, _ message: inout image_message
    ) -> Bool {
        // A NUL would end the text.
        let texts = texts.compactMap { keyword, text in text.map { (keyword, $0.filter { $0 != "\0" }) } }
        let stored = texts.map { _, text in
            let latin1 = text.latin1
            return (bytes: (latin1 ?? Array(text.utf8)).map { CChar(bitPattern: $0) } + [0], isUTF8: latin1 == nil)
        }
        let keywords = texts.map { keyword, _ in keyword.utf8.map { CChar(bitPattern: $0) } + [0] }
        func encode(_ rest: ArraySlice<Int>, _ found: [image_text]) -> Bool {
            guard let index = rest.first else {
                return png_encode(
                    interleaved(alpha), UInt32(width), UInt32(height), alpha == nil ? 3 : 4, found, found.count, &file, &message)
            }
            return keywords[index].withUnsafeBufferPointer { keyword in
                stored[index].bytes.withUnsafeBufferPointer { text in
                    guard let keyword = keyword.baseAddress, let text = text.baseAddress else { return false }
                    return encode(
                        rest.dropFirst(), found + [image_text(keyword: keyword, text: text, is_utf8: stored[index].isUTF8)])
                }
            }
        }
        return encode(Array(stored.indices)[...], [])
    }

    /// Red, green and blue, and alpha where there is some.
    private func interleaved(_ alpha: [UInt8]?) -> [UInt8] {
        guard let alpha else { return pixels }
        return [UInt8](unsafeUninitializedCapacity: 4 * alpha.count) { buffer, initialized in
            for pixel in alpha.indices {
                for channel in 0..<3 { buffer[4 * pixel + channel] = pixels[3 * pixel + channel] }
                buffer[4 * pixel + 3] = alpha[pixel]
            }
            initialized = 4 * alpha.count
        }
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
        _ quality: Int, _ parameters: String?, _ alpha: [UInt8]?, _ file: inout image_bytes, _ message: inout image_message
    ) -> Bool {
        let exif = parameters.map { ExifUserComment.tiff(holding: $0) }
        return webp_encode(
            interleaved(alpha), UInt32(width), UInt32(height), alpha == nil ? 3 : 4, quality.asPercentage, exif, exif?.count ?? 0, &file,
            &message)
    }
}

extension Int {
    fileprivate var asPercentage: Int32 { Int32(Swift.min(Swift.max(self, 1), 100)) }
}
