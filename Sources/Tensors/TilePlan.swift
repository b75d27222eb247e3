/// The places of equal, overlapping tiles along one axis.
public struct TileLine: Sendable, Hashable {
    /// Extent of the whole axis.
    public let size: Int
    /// Extent of every tile.
    public let length: Int
    /// Where the tiles begin: the first at 0, the last one flush with the end.
    public let starts: [Int]

    /// As few tiles as cover the axis, spread evenly. All have one length, so that a network is compiled for one shape.
    /// - Parameters:
    ///   - size: extent of the axis; an axis that is no longer than a tile is one tile.
    ///   - tile: length of a tile; 0 for the whole axis.
    ///   - overlap: what neighbours share at least, from 0 to less than a tile.
    /// Source: A1111's `split_grid`, for axes that are no shorter than a tile.
    public init(size: Int, tile: Int, overlap: Int) {
        precondition(size > 0 && tile >= 0 && overlap >= 0 && (tile == 0 || overlap < tile), "no tiles of \(tile) with overlap \(overlap)")
        self.size = size
        length = tile == 0 ? size : min(size, tile)
        let rest = size - length
        let steps = rest == 0 ? 0 : (rest + tile - overlap - 1) / (tile - overlap)
        starts = rest == 0 ? [0] : (0...steps).map { $0 * rest / steps }
    }

    /// The part of a tile that goes into the whole, when `context` entries are cut off at each end that is not the axis's own. Where
    /// neighbours share less than twice as much, half of what they share is cut off.
    func kept(_ index: Int, context: Int) -> Range<Int> {
        func cut(_ first: Int) -> Int { max(0, min(context, (starts[first] + length - starts[first + 1]) / 2)) }
        let lower = starts[index] + (index == 0 ? 0 : cut(index - 1))
        return lower..<starts[index] + length - (index == starts.count - 1 ? 0 : cut(index))
    }
}

/// The places of equal, overlapping tiles that cover a picture or its latents.
///
/// A VAE in tiles: latents in tiles of the model's own size, with an overlap of a quarter, as diffusers has it. Tiles change colours
/// slightly, for a group norm's statistics are those of a tile. An upscaler in tiles: pixels, with context that is cut off.
public struct TilePlan: Sendable, Hashable {
    /// The part of the whole that a tile covers.
    public struct Place: Sendable, Hashable {
        /// From the top.
        public let rows: Range<Int>
        /// From the left.
        public let columns: Range<Int>
    }

    /// From top to bottom.
    public let rows: TileLine
    /// From left to right.
    public let columns: TileLine

    /// - Parameters:
    ///   - tile: side of a tile; 0 for the whole.
    ///   - overlap: what neighbours share at least, from 0 to less than a tile.
    public init(height: Int, width: Int, tile: Int, overlap: Int) {
        rows = TileLine(size: height, tile: tile, overlap: overlap)
        columns = TileLine(size: width, tile: tile, overlap: overlap)
    }

    /// Tiles of another height than width.
    public init(rows: TileLine, columns: TileLine) {
        self.rows = rows
        self.columns = columns
    }

    /// How many tiles there are.
    public var count: Int { rows.starts.count * columns.starts.count }

    /// The place of a tile; tiles are counted from left to right, then from top to bottom.
    /// - Precondition: `0..<count` holds the index.
    public subscript(index: Int) -> Place {
        let (row, column) = index.quotientAndRemainder(dividingBy: columns.starts.count)
        let (top, left) = (rows.starts[row], columns.starts[column])
        return Place(rows: top..<top + rows.length, columns: left..<left + columns.length)
    }
}

/// Puts tiles together that a network has made of the parts of a picture.
///
/// Where tiles overlap, the later one is blended over the earlier ones, its weight growing from 0 by equal steps over all that they share:
/// tiles of a row from left to right first, then rows from top to bottom.
public struct TileBlender: Sendable {
    private let plan: TilePlan
    private let scale: Int
    private let context: Int
    private let isTakenInParts: Bool
    /// How many tiles there are so far.
    public private(set) var count = 0
    private var row: NDArray?
    /// The result from row `firstRow` on.
    private var whole: NDArray?
    private var firstRow = 0

    /// - Parameters:
    ///   - plan: where the tiles lie in what was cut up.
    ///   - scale: rows and columns of the result for one of the plan: an upscaler's scale, a VAE decoder's factor, 1 for an encoder whose
    ///     plan is of latents.
    ///   - context: rows and columns of the plan that are cut off at each seam before blending, because the network saw too little around
    ///     them.
    ///   - isTakenInParts: whether `takeFinishedRows` takes rows out as they are finished, so that memory holds those of about one row
    ///     of tiles: for large results.
    public init(_ plan: TilePlan, scale: Int, context: Int = 0, isTakenInParts: Bool = false) {
        self.plan = plan
        self.scale = scale
        self.context = context
        self.isTakenInParts = isTakenInParts
    }

    /// The whole; nil until all tiles are there, and where it is taken in parts.
    public var result: NDArray? { count == plan.count && !isTakenInParts ? whole : nil }

    /// Takes out the rows that no later tile changes: each once, from the top.
    /// - Returns: `[batch, channels, rows, width · scale]`; nil when there are none.
    /// - Precondition: the result is taken in parts.
    public mutating func takeFinishedRows() -> NDArray? {
        precondition(isTakenInParts, "the result is wanted as a whole")
        let done = count / plan.columns.starts.count
        guard let whole, done > 0 else { return nil }
        let end = (done == plan.rows.starts.count ? plan.rows.size : plan.rows.kept(done, context: context).lowerBound) * scale - firstRow
        guard end > 0 else { return nil }
        func rows(_ range: Range<Int>) -> NDArray { whole.tile(TilePlan.Place(rows: range, columns: 0..<whole.shape[3])) }
        self.whole = rows(end..<whole.shape[2])
        firstRow += end
        return rows(0..<end)
    }

    /// Adds the next tile, in the order of the plan.
    /// - Parameter tile: `[batch, channels, tile height · scale, tile width · scale]`.
    /// - Precondition: the tile has this shape, and that of the tiles before; there are no more than the plan has.
    public mutating func add(_ tile: NDArray) {
        precondition(
            count < plan.count && tile.shape.count == 4 && tile.shape[2] == plan.rows.length * scale
                && tile.shape[3] == plan.columns.length * scale, "a tile of shape \(tile.shape) does not fit the plan")
        let (down, across) = count.quotientAndRemainder(dividingBy: plan.columns.starts.count)
        count += 1
        let shape = [tile.shape[0], tile.shape[1], tile.shape[2], plan.columns.size * scale]
        var row = self.row ?? NDArray(repeating: 0, shape: shape)
        // Out of self, so that blending changes it in place.
        self.row = nil
        row.blend(tile, plan.columns, across, axis: 3, from: 0, scale: scale, context: context)
        guard across == plan.columns.starts.count - 1 else { self.row = row; return }
        let end = (isTakenInParts ? plan.rows.starts[down] + plan.rows.length : plan.rows.size) * scale
        var whole = self.whole ?? NDArray(repeating: 0, shape: [shape[0], shape[1], 0, shape[3]])
        self.whole = nil
        whole.extend(toRows: end - firstRow)
        whole.blend(row, plan.rows, down, axis: 2, from: firstRow, scale: scale, context: context)
        self.whole = whole
    }
}

extension NDArray {
    /// Puts rows of zeros below a picture, up to a height.
    fileprivate mutating func extend(toRows rows: Int) {
        guard rows > shape[2] else { return }
        var extended = NDArray(repeating: 0, shape: [shape[0], shape[1], rows, shape[3]])
        let (old, new) = (shape[2] * shape[3], rows * shape[3])
        for plane in 0..<shape[0] * shape[1] where old > 0 {
            extended.values.replaceSubrange(plane * new..<plane * new + old, with: values[plane * old..<(plane + 1) * old])
        }
        self = extended
    }

    /// Blends a tile over what is there along an axis; all other extents are equal.
    /// - Parameter origin: the place along the axis, in the result, of the first entry.
    fileprivate mutating func blend(
        _ tile: NDArray, _ line: TileLine, _ index: Int, axis: Int, from origin: Int, scale: Int, context: Int
    ) {
        let kept = line.kept(index, context: context)
        let seamEnd = index == 0 ? kept.lowerBound : max(line.kept(index - 1, context: context).upperBound, kept.lowerBound)
        let seam = (seamEnd - kept.lowerBound) * scale
        let first = kept.lowerBound * scale
        let start = line.starts[index] * scale
        let run = shape[(axis + 1)...].reduce(1, *)
        let (extent, tileExtent) = (shape[axis], tile.shape[axis])
        let outer = shape[..<axis].reduce(1, *)
        values.withUnsafeMutableBufferPointer { whole in
            tile.values.withUnsafeBufferPointer { tile in
                for block in 0..<outer {
                    for place in first..<kept.upperBound * scale {
                        let weight: Float = place - first < seam ? Float(place - first) / Float(seam) : 1
                        let target = (block * extent + place - origin) * run
                        let source = (block * tileExtent + place - start) * run
                        for offset in 0..<run {
                            let new = tile[source + offset]
                            whole[target + offset] = weight == 1 ? new : whole[target + offset] * (1 - weight) + new * weight
                        }
                    }
                }
            }
        }
    }

    /// The part of a picture that a tile covers.
    /// - Parameters:
    ///   - place: in the units of a plan.
    ///   - scale: rows and columns of this array for one of the plan: 8 for the picture that a VAE's encoder takes by a plan of latents.
    /// - Returns: `[batch, channels, tile height · scale, tile width · scale]`.
    /// - Precondition: the array has four axes and holds the place.
    public func tile(_ place: TilePlan.Place, scale: Int = 1) -> NDArray {
        func scaled(_ range: Range<Int>) -> Range<Int> { range.lowerBound * scale..<range.upperBound * scale }
        return cut(rows: scaled(place.rows), columns: scaled(place.columns))
    }

    /// A part of a picture.
    /// - Returns: `[batch, channels, rows, columns]`.
    /// - Precondition: the array has four axes and holds the rows and columns.
    public func cut(rows: Range<Int>, columns: Range<Int>) -> NDArray {
        precondition(
            shape.count == 4 && rows.lowerBound >= 0 && columns.lowerBound >= 0 && rows.upperBound <= shape[2]
                && columns.upperBound <= shape[3], "rows \(rows) and columns \(columns) are outside of the shape \(shape)")
        var part: [Float] = []
        part.reserveCapacity(shape[0] * shape[1] * rows.count * columns.count)
        for plane in 0..<shape[0] * shape[1] {
            for row in rows {
                let start = (plane * shape[2] + row) * shape[3]
                part += values[start + columns.lowerBound..<start + columns.upperBound]
            }
        }
        return NDArray(shape: [shape[0], shape[1], rows.count, columns.count], values: part)
    }

    /// A picture with rows below and columns to the right, mirrored at its last ones, so that both sides are multiples of a number.
    /// - Returns: `[batch, channels, height up to a multiple, width up to a multiple]`.
    /// - Precondition: the array has four axes, and none of them is 0.
    public func mirrored(toMultiplesOf multiple: Int) -> NDArray {
        let (height, width) = (shape[2], shape[3])
        let size = [height, width].map { ($0 + multiple - 1) / multiple * multiple }
        if size == [height, width] { return self }
        func source(_ place: Int, _ extent: Int) -> Int { place < extent ? place : max(0, 2 * extent - 2 - place) }
        return gathered(rows: (0..<size[0]).map { source($0, height) }, columns: (0..<size[1]).map { source($0, width) })
    }

    /// A picture whose edges fit together, with the rows and columns that lie across each edge.
    /// - Parameters:
    ///   - rows: above and below, at most as many as there are.
    ///   - columns: at the left and at the right, likewise.
    /// - Returns: `[batch, channels, height + 2 · rows, width + 2 · columns]`.
    public func wrapped(rows: Int, columns: Int) -> NDArray {
        let (height, width) = (shape[2], shape[3])
        precondition((0...height).contains(rows) && (0...width).contains(columns), "\(shape) has no \(rows) rows, \(columns) columns")
        return gathered(
            rows: (-rows..<height + rows).map { ($0 + height) % height },
            columns: (-columns..<width + columns).map { ($0 + width) % width })
    }

    /// The rows and columns with these indices, in this order.
    private func gathered(rows: [Int], columns: [Int]) -> NDArray {
        var gathered: [Float] = []
        gathered.reserveCapacity(shape[0] * shape[1] * rows.count * columns.count)
        for plane in 0..<shape[0] * shape[1] {
            for row in rows {
                let start = (plane * shape[2] + row) * shape[3]
                for column in columns { gathered.append(values[start + column]) }
            }
        }
        return NDArray(shape: [shape[0], shape[1], rows.count, columns.count], values: gathered)
    }
}
