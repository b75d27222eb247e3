internal import CImageCodecs
public import Generation

extension RGBImage {
    /// The picture in another size, which need not have the same proportions. Each new pixel is the mean of what it covers.
    /// - Parameters:
    ///   - width: 1 ... 16,384 pixels, and so is `height`; 100 million in all.
    /// - Throws: `.unscalable`
    public func scaled(width: Int, height: Int) throws(ImageCodecError) -> RGBImage {
        if width == self.width, height == self.height { return self }
        var scaled = image_bytes()
        var message = image_message()
        let succeeded = image_scale(
            pixels, UInt32(clamping: self.width), UInt32(clamping: self.height), UInt32(clamping: width), UInt32(clamping: height), &scaled,
            &message)
        defer { image_bytes_free(scaled) }
        guard succeeded else { throw .unscalable(reason: message.string) }
        return RGBImage(width: width, height: height, pixels: scaled.array)
    }

    /// The picture with no side longer than that; a smaller one as it is.
    /// - Precondition: `longestSide` is at least 1.
    public func fitted(longestSide: Int) throws(ImageCodecError) -> RGBImage {
        precondition(longestSide >= 1)
        let longer = max(width, height)
        if longer <= longestSide { return self }
        func fitted(_ side: Int) -> Int { max(1, (side * longestSide + longer / 2) / longer) }
        return try scaled(width: fitted(width), height: fitted(height))
    }
}
