extension PictureSize {
    /// Both sides times a factor, without fractions; at least 1 pixel each.
    public func scaled(by factor: Double) -> PictureSize {
        // The bounds keep any factor from overflowing.
        func scaled(_ side: Int) -> Int { Int(min(max(1, Double(side) * factor), 0x1p30)) }
        return PictureSize(width: scaled(width), height: scaled(height))
    }

    /// Both sides without what is left of a multiple.
    public func floored(to multiple: Int) -> PictureSize {
        PictureSize(width: width / multiple * multiple, height: height / multiple * multiple)
    }
}

/// The sizes of hires fix: what the first pass is enlarged to, what is then cut off, and what is left.
///
/// Source: A1111 `modules/processing.py`, `calculate_target_resolution`.
public struct HiresSize: Sendable, Hashable {
    /// The size to which the first pass is enlarged, in pixels.
    public let enlarged: PictureSize
    /// Eights of columns that are cut off.
    public let cutColumns: Int
    /// Eights of rows that are cut off.
    public let cutRows: Int

    /// The size of the finished picture: a multiple of 8 pixels.
    public var final: PictureSize {
        PictureSize(width: (enlarged.width / 8 - cutColumns) * 8, height: (enlarged.height / 8 - cutRows) * 8)
    }

    /// Enlarges as a second pass says.
    /// - Parameter first: the size of the first pass.
    public init(_ hires: HiresFix, first: PictureSize) {
        let (width, height) = (hires.width > 0 ? hires.width : nil, hires.height > 0 ? hires.height : nil)
        // As people write it: 1.3 is another number in 32 bits.
        self = HiresSize(first: first, width: width, height: height) ?? HiresSize(first: first, factor: hires.scale.asWritten)
    }

    /// Enlarges by a factor.
    public init(first: PictureSize, factor: Double) {
        enlarged = first.scaled(by: factor)
        (cutColumns, cutRows) = (0, 0)
    }

    /// Enlarges to a size. With one side, the other follows from the proportions; with both, the first pass is enlarged to cover the
    /// size, and the rest is cut off.
    /// - Parameters:
    ///   - width: the wanted width in pixels; nil or at least 1.
    ///   - height: the wanted height in pixels; nil or at least 1.
    /// - Returns: nil when neither side is given.
    public init?(first: PictureSize, width: Int?, height: Int?) {
        let ofWidth = width.map { PictureSize(width: $0, height: max(1, $0 * first.height / first.width)) }
        let ofHeight = height.map { PictureSize(width: max(1, $0 * first.width / first.height), height: $0) }
        guard let width, let height, let ofWidth, let ofHeight else {
            guard let enlarged = ofWidth ?? ofHeight else { return nil }
            self.enlarged = enlarged
            (cutColumns, cutRows) = (0, 0)
            return
        }
        enlarged = first.width * height < width * first.height ? ofWidth : ofHeight
        (cutColumns, cutRows) = ((enlarged.width - width) / 8, (enlarged.height - height) / 8)
    }
}
