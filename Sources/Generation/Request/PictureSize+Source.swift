extension PictureSize {
    /// The size in which a picture of this size is best drawn anew: as nearly as possible in its proportions, and no larger than what the
    /// model draws. Both sides are multiples of 8: UNets round inside, so that they need no larger steps.
    ///
    /// A picture that is small enough keeps its size up to that rounding. One with a side below 8 pixels is enlarged.
    /// - Parameters:
    ///   - nativeSize: side in pixels of the square pictures that the model draws best.
    ///   - width: what is said of the width; the height follows then.
    ///   - height: what is said of the height; the width follows then.
    public func drawable(nativeSize: Int, width: Int? = nil, height: Int? = nil) -> PictureSize {
        let (least, most) = (GenerationRequest.sideMultiple, GenerationRequest.largestSide)
        let (ownWidth, ownHeight) = (Double(self.width), Double(self.height))
        let given = width.map { Double($0) / ownWidth } ?? height.map { Double($0) / ownHeight }
        let fitting = min(1, Double(nativeSize) / (ownWidth * ownHeight).squareRoot())
        let scale = given ?? min(max(fitting, Double(least) / min(ownWidth, ownHeight)), Double(most) / max(ownWidth, ownHeight))
        /// The multiples below and above a length, in their range.
        func near(_ length: Double) -> [Int] {
            let below = Int(min(length * scale + 1e-6, Double(most))) / least * least
            return [below, below + least].map { min(max($0, least), most) }
        }
        let sizes = (width.map { [$0] } ?? near(ownWidth)).flatMap { width in
            (height.map { [$0] } ?? near(ownHeight)).map { PictureSize(width: width, height: $0) }
        }
        /// How far the proportions are off: 1 is not at all.
        func distortion(_ size: PictureSize) -> Double {
            let (one, other) = (Double(size.width) * ownHeight, Double(size.height) * ownWidth)
            return max(one, other) / min(one, other)
        }
        let small = sizes.dropFirst().filter { given != nil || $0.width * $0.height <= nativeSize * nativeSize }
        return small.reduce(sizes[0]) { distortion($1) < distortion($0) ? $1 : $0 }
    }

    /// The size with margins on its sides.
    public func extended(by margins: Margins) -> PictureSize {
        PictureSize(width: margins.left + width + margins.right, height: margins.top + height + margins.bottom)
    }
}
