extension PictureSize {
    /// The size in which a picture of this size is best drawn anew: no larger than what the model draws, in the picture's proportions.
    /// - Parameters:
    ///   - nativeSize: side in pixels of the square pictures that the model draws best.
    ///   - multiple: sides are multiples of it, at least 8.
    ///   - width: what is said of the width; the height follows then.
    ///   - height: what is said of the height; the width follows then.
    public func drawable(nativeSize: Int, multiple: Int, width: Int? = nil, height: Int? = nil) -> PictureSize {
        let given = width.map { Double($0) / Double(self.width) } ?? height.map { Double($0) / Double(self.height) }
        let scale = given ?? min(1, Double(nativeSize) / (Double(self.width) * Double(self.height)).squareRoot())
        func side(_ length: Int) -> Int {
            let most = GenerationRequest.largestSide / multiple * multiple
            return min(max(Int(Double(length) * scale + 1e-6) / multiple, 1) * multiple, most)
        }
        return PictureSize(width: width ?? side(self.width), height: height ?? side(self.height))
    }

    /// The size with margins on its sides.
    public func extended(by margins: Margins) -> PictureSize {
        PictureSize(width: margins.left + width + margins.right, height: margins.top + height + margins.bottom)
    }
}
