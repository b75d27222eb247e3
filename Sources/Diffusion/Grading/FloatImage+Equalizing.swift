// Contrast-limited adaptive histogram equalization (CLAHE) of lightness.
extension FloatImage {
    /// Spreads the values of lightness more evenly in each field of a grid; between the fields' centres, tables are blended.
    ///
    /// Source: kornia 0.9.0 `equalize_clahe`, on L\* as SD.Next calls it. A picture that has not more pixels in a side than the grid has
    /// fields, which kornia refuses, gets fewer fields.
    /// - Parameters:
    ///   - limit: the greatest count of a level, in mean counts; above 0.
    ///   - grid: how many fields there are in each direction, 1 or more.
    mutating func equalizeLightness(limit: Float, grid: Int) {
        var colors = pixels.map(LabColor.init)
        let levels = colors.map { UInt8(min(max($0.lightness * 255, 0), 255)) }
        let rows = GridAxis(length: height, fields: grid)
        let columns = GridAxis(length: width, fields: grid)
        let fieldSize = rows.fieldLength * columns.fieldLength
        let tables = (0..<rows.fieldCount * columns.fieldCount).map { field in
            var counts = [Int](repeating: 0, count: 256)
            for y in rows.pixels(ofField: field / columns.fieldCount) {
                for x in columns.pixels(ofField: field % columns.fieldCount) { counts[Int(levels[y * width + x])] += 1 }
            }
            return Self.equalizingTable(counts, limit: limit, total: fieldSize)
        }
        let (across, down) = (columns.blends, rows.blends)
        for y in 0..<height {
            let (top, bottom) = (down[y].before * columns.fieldCount, down[y].after * columns.fieldCount)
            for x in 0..<width {
                let (level, blend) = (Int(levels[y * width + x]), across[x])
                func row(_ start: Int) -> Float {
                    let (left, right) = (tables[start + blend.before][level], tables[start + blend.after][level])
                    return right + (left - right) * (1 - blend.share)
                }
                let upper = row(top)
                colors[y * width + x].lightness = (upper + (row(bottom) - upper) * down[y].share) / 255
            }
        }
        pixels = colors.map(\.rgb)
    }

    /// The new value of each of 256 levels in a field: 0…255, whole numbers.
    /// - Parameters:
    ///   - counts: how many pixels of the field have each level.
    ///   - total: pixels of the field.
    static func equalizingTable(_ counts: [Int], limit: Float, total: Int) -> [Float] {
        let greatest = max(Int(limit * Float(total) / 256), 1)
        var counts = counts.map { min($0, greatest) }
        // What was cut off goes to all levels alike; what that leaves, to levels in even steps from the first.
        let (each, rest) = (total - counts.reduce(0, +)).quotientAndRemainder(dividingBy: 256)
        let step = max(256 / max(rest, 1), 1)
        for level in counts.indices {
            counts[level] += each + (level.isMultiple(of: step) && level / step < rest ? 1 : 0)
        }
        let scale = 255 / Float(total)
        var sum = 0
        return counts.map { count in
            sum += count
            return min(Float(sum) * scale, 255).rounded(.toNearestOrEven)
        }
    }
}

/// One direction of a picture, divided into fields of one length. The last ones may reach beyond the picture, which is mirrored there.
private struct GridAxis {
    private let length: Int
    let fieldCount: Int
    /// In pixels.
    let fieldLength: Int

    init(length: Int, fields: Int) {
        self.length = length
        fieldCount = max(min(fields, length - 1), 1)
        fieldLength = (length + fieldCount - 1) / fieldCount
    }

    /// The pixels that a field counts.
    func pixels(ofField field: Int) -> [Int] {
        (field * fieldLength..<(field + 1) * fieldLength).map { $0 < length ? $0 : 2 * (length - 1) - $0 }
    }

    /// For each pixel the fields whose centres it lies between, and the share of the second.
    var blends: [(before: Int, after: Int, share: Float)] {
        (0..<length).map { pixel in
            let place = (Float(pixel) - Float(fieldLength - 1) / 2) / Float(fieldLength)
            let below = place.rounded(.down)
            func field(_ index: Int) -> Int { min(max(index, 0), fieldCount - 1) }
            return (field(Int(below)), field(Int(below) + 1), place - below)
        }
    }
}
