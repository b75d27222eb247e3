public import Generation

extension Margins {
    /// The mask of the margins: 255 where something new is to be drawn, else 0.
    /// - Parameters:
    ///   - picture: the size before it is extended.
    ///   - overlap: how far the mask reaches into the picture from each margin that is there, in pixels. Twice the blur of the mask keeps
    ///     the seam out of sight.
    public func mask(around picture: PictureSize, overlap: Int) -> GrayImage {
        func kept(_ length: Int, _ before: Int, _ after: Int) -> Range<Int> {
            let start = before + (before > 0 ? overlap : 0)
            return start..<max(start, before + length - (after > 0 ? overlap : 0))
        }
        let (columns, rows) = (kept(picture.width, left, right), kept(picture.height, top, bottom))
        return GrayImage(width: left + picture.width + right, height: top + picture.height + bottom) { mask in
            var index = 0
            for y in 0..<top + picture.height + bottom {
                for x in 0..<left + picture.width + right {
                    mask[index] = columns.contains(x) && rows.contains(y) ? 0 : 255
                    index += 1
                }
            }
        }
    }
}

extension Raster {
    /// The picture on a larger canvas, its edges continued: each margin repeats one line, first to the sides, then up and down.
    ///
    /// The line is the edge and an eighth of its difference from the line inside of it, as Pillow's bicubic filter continues.
    /// - Precondition: no margin is negative.
    public func extended(by margins: Margins) -> Self {
        let wide = extendedRows(before: margins.left, after: margins.right)
        if margins.top == 0, margins.bottom == 0 { return wide }
        return wide.transposed.extendedRows(before: margins.top, after: margins.bottom).transposed
    }

    private func extendedRows(before: Int, after: Int) -> Self {
        if before == 0, after == 0 { return self }
        let (length, channels) = (width * Self.channels, Self.channels)
        let (last, inner) = ((width - 1) * channels, min(1, width - 1) * channels)
        func continued(_ edge: UInt8, _ inside: UInt8) -> UInt8 { UInt8(clamping: (9 * Int(edge) - Int(inside) + 4) >> 3) }
        return mapRows(width: before + width + after) { row, result in
            for index in 0..<before * channels {
                let channel = index % channels
                result[index] = continued(row[channel], row[channel + inner])
            }
            _ = result[(before * channels)...].update(fromContentsOf: row)
            for index in 0..<after * channels {
                let channel = index % channels
                result[before * channels + length + index] = continued(row[last + channel], row[last - inner + channel])
            }
        }
    }
}
