public import Generation

/// A rectangle of pixels.
public struct PixelBox: Sendable, Hashable {
    /// Its columns.
    public var x: Range<Int>
    /// Its rows.
    public var y: Range<Int>

    /// Makes a box of columns and rows.
    public init(x: Range<Int>, y: Range<Int>) {
        self.x = x
        self.y = y
    }

    /// Width and height.
    public var size: PictureSize { PictureSize(width: x.count, height: y.count) }

    /// The box with that many pixels more on each side, as far as the picture reaches.
    /// - Parameter padding: 0 or more.
    public func padded(by padding: Int, in picture: PictureSize) -> PixelBox {
        PixelBox(
            x: max(x.lowerBound - padding, 0)..<min(x.upperBound + padding, picture.width),
            y: max(y.lowerBound - padding, 0)..<min(y.upperBound + padding, picture.height))
    }

    /// The box made longer along one axis, so that it has the proportions of another size as far as the picture allows.
    ///
    /// The added pixels lie on both sides; at an edge of the picture the box moves inwards. Source: A1111 `modules/masking.py`,
    /// `expand_crop_region`, fractions of double precision included.
    public func grown(toProportionsOf target: PictureSize, in picture: PictureSize) -> PixelBox {
        let proportion = Double(target.width) / Double(target.height)
        var grown = self
        if Double(x.count) / Double(y.count) > proportion {
            grown.y = y.grown(by: Int(Double(x.count) / proportion - Double(y.count)), limit: picture.height)
        } else {
            grown.x = x.grown(by: Int(Double(y.count) * proportion - Double(x.count)), limit: picture.width)
        }
        return grown
    }
}

extension Range<Int> {
    /// The range with half of `count` before it and the rest after it, moved and then cut to 0 ..< limit.
    fileprivate func grown(by count: Int, limit: Int) -> Self {
        var (lower, upper) = (lowerBound - count / 2, upperBound + count - count / 2)
        if upper >= limit { (lower, upper) = (lower - (upper - limit), limit) }
        if lower < 0 { (lower, upper) = (0, upper - lower) }
        return lower..<Swift.min(upper, limit)
    }
}
