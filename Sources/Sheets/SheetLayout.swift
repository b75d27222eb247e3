import Generation

/// Places of all parts of a sheet, in pixels from the top left corner.
struct SheetLayout {
    /// A rectangle.
    struct Frame: Equatable {
        var x, y, width, height: Int
    }

    let width, height: Int
    /// In the order of the sheet's cells.
    let cells: [Frame]
    /// All headings.
    let texts: [Text]

    /// Smaller letters cannot be read.
    static let leastSize = 11
    private static let largestSize = 72
    /// A heading needs some room even above tiny pictures.
    private static let leastColumn = 96

    /// The size of headings for pictures of some size: a twelfth of the shorter side.
    static func headingSize(for cell: PictureSize) -> Int { min(largestSize, max(12, min(cell.width, cell.height) / 12)) }

    static func noteSize(in frame: Frame) -> Int { min(40, max(leastSize, min(frame.width, frame.height) / 14)) }

    /// - Parameters:
    ///   - axes: columns, rows, blocks; one at least.
    ///   - cell: size of the largest picture.
    /// - Throws: `.tooLarge`, before memory is taken.
    init(_ axes: [Sheet.Axis], cell: PictureSize, _ lettering: Lettering) throws(SheetError) {
        let (columns, rows, blocks) = (axes[0].headings, axes.count > 1 ? axes[1].headings : [], axes.count > 2 ? axes[2].headings : [])
        let (rowCount, blockCount) = (max(1, rows.count), max(1, blocks.count))
        let size = Self.headingSize(for: cell)
        let gap = max(4, min(cell.width, cell.height) / 48), outer = 2 * gap
        let column = max(cell.width, Self.leastColumn)
        // Before any label is measured: a sheet may be far too large.
        func check(_ width: Int, _ height: Int) throws(SheetError) {
            guard width > Sheet.longestSide || height > Sheet.longestSide || width > Sheet.mostPixels / max(height, 1) else { return }
            let counts = [columns.count, rows.count, blocks.count]
            // What makes the longer side so long.
            let among = height > width ? [1] : [0, 2]
            let axis = among.max { counts[$0] < counts[$1] } ?? 0
            let isAxisAtFault = counts[axis] > 1
            throw .tooLarge(width: width, height: height, axis: isAxisAtFault ? axis : nil, name: isAxisAtFault ? axes[axis].name : "")
        }
        try check(columns.count * column * blockCount, rowCount * cell.height)

        let sizes = Self.sizes(from: size)
        let columnFit = Fit(columns, width: column, mostLines: 6, sizes: sizes, lettering)
        let top = columnFit.height + gap
        // Rows' headings are as wide as they need to be, and not much wider than half a picture.
        let roomiest = max(Self.leastColumn, cell.width * 5 / 8)
        let natural = rows.map { lettering.width(of: LabelText($0).text[...], size: size) }.max() ?? 0
        let left = rows.isEmpty ? 0 : min(natural, roomiest)
        let rowFit = Fit(rows, width: left, mostLines: max(2, cell.height / Lettering.lineHeight(size)), sizes: sizes, lettering)
        let leftWithGap = rows.isEmpty ? 0 : left + 2 * gap
        let rowHeight = max(cell.height, rowFit.height)

        let blockWidth = leftWithGap + columns.count * column + (columns.count - 1) * gap
        let blockHeight = top + rowCount * rowHeight + (rowCount - 1) * gap
        let blockFit = Fit(blocks, width: blockWidth, mostLines: 3, sizes: Self.sizes(from: min(Self.largestSize, size * 5 / 4)), lettering)
        let blockTop = blocks.isEmpty ? 0 : blockFit.height + 2 * gap
        let between = 4 * gap
        let width = 2 * outer + blockCount * blockWidth + (blockCount - 1) * between
        let height = 2 * outer + blockTop + blockHeight
        try check(width, height)
        (self.width, self.height) = (width, height)

        var cells: [Frame] = []
        var texts: [Text] = []
        for block in 0..<blockCount {
            let (x, y) = (outer + block * (blockWidth + between), outer + blockTop)
            if !blocks.isEmpty {
                texts.append(Text(blockFit, block, in: Frame(x: x, y: outer, width: blockWidth, height: blockFit.height)))
            }
            for index in columns.indices {
                let frame = Frame(x: x + leftWithGap + index * (column + gap), y: y, width: column, height: columnFit.height)
                texts.append(Text(columnFit, index, in: frame, atBottom: true))
            }
            for row in 0..<rowCount {
                let rowY = y + top + row * (rowHeight + gap)
                if !rows.isEmpty { texts.append(Text(rowFit, row, in: Frame(x: x, y: rowY, width: left, height: rowHeight))) }
                for index in columns.indices {
                    cells.append(Frame(x: x + leftWithGap + index * (column + gap), y: rowY, width: column, height: rowHeight))
                }
            }
        }
        (self.cells, self.texts) = (cells, texts)
    }

    /// Sizes to try, the largest first.
    private static func sizes(from largest: Int) -> [Int] {
        var sizes = [largest]
        while let last = sizes.last, last > leastSize, last > largest / 2 { sizes.append(max(leastSize, last * 7 / 8)) }
        return sizes
    }

    /// Labels in one size, wrapped to one width.
    struct Fit {
        var size: Int
        var lines: [[Substring]]

        /// The height of the label with the most lines.
        var height: Int { (lines.map(\.count).max() ?? 0) * Lettering.lineHeight(size) }

        /// Takes the largest size in which no word is broken and no label has too many lines. Where there is none it takes the smallest,
        /// and cuts.
        init(_ labels: [String], width: Int, mostLines: Int, sizes: [Int], _ lettering: Lettering) {
            (size, lines) = (sizes[0], [])
            let texts = labels.map { LabelText($0) }
            for size in sizes {
                self.size = size
                var fits = true
                lines = texts.map { text in
                    let (lines, isBroken) = text.lines(width: width) { lettering.width(of: $0, size: size) }
                    if isBroken || lines.count > mostLines { fits = false }
                    guard lines.count > mostLines else { return lines }
                    return lines.prefix(mostLines - 1) + [Self.cut(lines[mostLines - 1], width: width, size: size, lettering)]
                }
                if fits { return }
            }
        }

        /// A line with an ellipsis at its end.
        private static func cut(_ line: Substring, width: Int, size: Int, _ lettering: Lettering) -> Substring {
            var line = line
            let room = width - lettering.width(of: "…", size: size)
            while !line.isEmpty, lettering.width(of: line, size: size) > room { line.removeLast() }
            return line + "…"
        }
    }

    /// A label at its place: lines in the middle of a frame.
    struct Text {
        let lines: [Substring]
        let size: Int
        let frame: Frame
        /// From the frame's top to the first line's.
        let offset: Int

        private init(lines: [Substring], size: Int, frame: Frame, atBottom: Bool) {
            (self.lines, self.size, self.frame) = (lines, size, frame)
            let space = max(0, frame.height - lines.count * Lettering.lineHeight(size))
            offset = atBottom ? space : space / 2
        }

        init(_ fit: Fit, _ index: Int, in frame: Frame, atBottom: Bool = false) {
            self.init(lines: fit.lines[index], size: fit.size, frame: frame, atBottom: atBottom)
        }

        /// A text that fills a frame, cut where it is too long.
        init(filling frame: Frame, _ text: String, sizes: [Int], _ lettering: Lettering) {
            let most = max(1, frame.height / Lettering.lineHeight(sizes.last ?? SheetLayout.leastSize))
            self.init(Fit([text], width: frame.width, mostLines: most, sizes: sizes, lettering), 0, in: frame)
        }
    }
}
