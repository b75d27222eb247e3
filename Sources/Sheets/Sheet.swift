public import Generation

/// Pictures side by side with headings: columns (x), rows (y), and blocks of both beside each other (z).
public struct Sheet: Sendable {
    /// One direction of a sheet.
    public struct Axis: Sendable, Hashable {
        /// Name of what changes, for errors.
        public var name: String
        /// The headings; one at least.
        public var headings: [String]

        /// Makes an axis from its headings.
        public init(name: String, headings: [String]) {
            self.name = name
            self.headings = headings
        }
    }

    /// A place of the sheet.
    public enum Cell: Sendable, Hashable {
        /// A picture; a smaller one than others stands in the middle.
        case picture(RGBImage)
        /// A text where no picture is; empty for one that is to come.
        case note(String)
    }

    /// Headings of columns, rows and blocks, as many as there are axes, one to three.
    public let axes: [Axis]
    /// The cells row by row, block by block.
    public let cells: [Cell]

    /// Longest side of a sheet in pixels: the most that picture programs and WebP open.
    public static let longestSide = 16_384
    /// The most pixels of a sheet: 400 MB of memory.
    public static let mostPixels = 1 << 27

    /// Makes a sheet.
    /// - Precondition: one to three axes, and a cell for each combination of their headings.
    public init(axes: [Axis], cells: [Cell]) {
        precondition((1...3).contains(axes.count) && cells.count == axes.reduce(1) { $0 * $1.headings.count })
        self.axes = axes
        self.cells = cells
    }

    /// Makes the sheet of a grid.
    /// - Precondition: a cell for each of the grid's.
    public init(_ grid: Grid, cells: [Cell]) {
        self.init(axes: grid.axes.map(Axis.init), cells: cells)
    }

    /// Checks that the sheet of a grid can be made, before anything is drawn.
    /// - Parameter cell: size of the largest picture.
    /// - Returns: the size of the sheet.
    /// - Throws: `.tooLarge`, `.noFont`
    public static func size(of grid: Grid, cell: PictureSize) throws(SheetError) -> PictureSize {
        let layout = try SheetLayout(grid.axes.map(Axis.init), cell: cell, Lettering())
        return PictureSize(width: layout.width, height: layout.height)
    }

    /// The characters of a grid's headings that no font here has; a box stands for each of these.
    public static func missingCharacters(in grid: Grid) -> String {
        let headings = grid.axes.flatMap(\.headings).filter { !$0.utf8.allSatisfy { $0 < 0x80 } }
        guard !headings.isEmpty, let lettering = try? Lettering() else { return "" }
        for heading in headings { _ = lettering.width(of: LabelText(heading).text[...], size: SheetLayout.leastSize) }
        return lettering.missingCharacters
    }

    /// Draws the sheet: dark text on white.
    /// - Returns: the sheet, and the characters of its headings that no font here has. A box stands for each of these.
    /// - Throws: `.tooLarge`, `.noFont`
    public func drawn() throws(SheetError) -> (image: RGBImage, missingCharacters: String) {
        try drawn(Lettering())
    }

    func drawn(_ lettering: Lettering) throws(SheetError) -> (image: RGBImage, missingCharacters: String) {
        let sizes = cells.compactMap { if case .picture(let image) = $0 { (image.width, image.height) } else { nil } }
        let cell = PictureSize(width: sizes.map(\.0).max() ?? 256, height: sizes.map(\.1).max() ?? 256)
        let layout = try SheetLayout(axes, cell: cell, lettering)
        var canvas = SheetCanvas(width: layout.width, height: layout.height)
        for text in layout.texts { canvas.draw(text, with: lettering) }
        for (frame, cell) in zip(layout.cells, cells) {
            switch cell {
            case .picture(let image):
                canvas.draw(image, x: frame.x + (frame.width - image.width) / 2, y: frame.y + (frame.height - image.height) / 2)
            case .note(let note):
                canvas.fill(frame, gray: 0xE8)
                let inset = max(4, min(frame.width, frame.height) / 16)
                let inner = SheetLayout.Frame(
                    x: frame.x + inset, y: frame.y + inset, width: frame.width - 2 * inset, height: frame.height - 2 * inset)
                if !note.isEmpty {
                    let size = SheetLayout.noteSize(in: inner)
                    let text = SheetLayout.Text(filling: inner, note, sizes: [size, SheetLayout.leastSize], lettering)
                    canvas.draw(text, with: lettering)
                }
            }
        }
        return (canvas.image, lettering.missingCharacters)
    }
}

extension Sheet.Axis {
    init(_ axis: GridAxis) { self.init(name: axis.name, headings: axis.headings) }
}
