import Foundation
import Generation
import TestSupport
import Testing

@testable import Sheets

@Suite("Sheets of grids")
struct SheetTests {
    /// Without fonts of the system, whatever this one has.
    private static func lettering() throws -> Lettering { try Lettering(fallbackFolders: []) }

    private static func axes(_ columns: Int, _ rows: Int = 0, _ blocks: Int = 0) -> [Sheet.Axis] {
        [columns, rows, blocks].filter { $0 > 0 }.enumerated().map { index, count in
            Sheet.Axis(name: "axis \(index)", headings: (1...count).map { "Value: \($0)" })
        }
    }

    private static func picture(_ width: Int, _ height: Int, _ shade: UInt8) -> RGBImage {
        RGBImage(width: width, height: height, pixels: [UInt8](repeating: shade, count: width * height * 3))
    }

    @Test("cells and headings never overlap, and lie within the sheet", arguments: [
        (1, 0, 0, 128, 128), (3, 2, 0, 128, 128), (3, 2, 2, 128, 96), (2, 5, 3, 64, 64), (2, 2, 0, 1024, 512), (4, 3, 2, 16, 16),
    ])
    func layout(_ columns: Int, _ rows: Int, _ blocks: Int, _ width: Int, _ height: Int) throws {
        let layout = try SheetLayout(
            Self.axes(columns, rows, blocks), cell: PictureSize(width: width, height: height), try Self.lettering())
        let (rowCount, blockCount) = (max(1, rows), max(1, blocks))
        #expect(layout.cells.count == columns * rowCount * blockCount)
        #expect(layout.texts.count == (columns + rows) * blockCount + blocks)
        #expect(layout.cells.allSatisfy { $0.width >= width && $0.height >= height })
        let frames = layout.cells + layout.texts.map(\.frame)
        for (index, frame) in frames.enumerated() {
            #expect(frame.x >= 0 && frame.y >= 0 && frame.x + frame.width <= layout.width && frame.y + frame.height <= layout.height)
            for other in frames[..<index] {
                let isApart = frame.x + frame.width <= other.x || other.x + other.width <= frame.x || frame.y + frame.height <= other.y
                    || other.y + other.height <= frame.y
                #expect(isApart, "\(frame) overlaps \(other)")
            }
        }
        // The order of reading: columns fastest, blocks slowest.
        #expect(layout.cells[0].x < layout.cells[min(1, columns - 1)].x || columns == 1)
        if rows > 1 { #expect(layout.cells[0].y < layout.cells[columns].y) }
        if blocks > 1 { #expect(layout.cells[0].x < layout.cells[columns * rows].x && layout.cells[0].y == layout.cells[columns * rows].y) }
    }

    @Test("headings grow with the pictures, and can be read above small ones", arguments: [
        (64, 12), (128, 12), (512, 42), (1024, 72), (4096, 72),
    ])
    func sizes(_ side: Int, _ size: Int) { #expect(SheetLayout.headingSize(for: PictureSize(width: side, height: side * 2)) == size) }

    @Test("pictures stand at their places, smaller ones in the middle; what is missing is grey")
    func pixels() throws {
        let cells = [Sheet.Cell.picture(Self.picture(128, 128, 10)), .picture(Self.picture(64, 32, 20)), .note(""), .note("no memory")]
        let sheet = Sheet(axes: Self.axes(2, 2), cells: cells)
        let layout = try SheetLayout(sheet.axes, cell: PictureSize(width: 128, height: 128), try Self.lettering())
        let image = try sheet.drawn(try Self.lettering()).image
        #expect(image.width == layout.width && image.height == layout.height)
        func shade(_ frame: SheetLayout.Frame, _ x: Int, _ y: Int) -> UInt8 {
            image.pixels[((frame.y + y) * image.width + frame.x + x) * 3]
        }
        #expect([shade(layout.cells[0], 0, 0), shade(layout.cells[0], 127, 127)] == [10, 10])
        #expect([shade(layout.cells[1], 64, 64), shade(layout.cells[1], 31, 64), shade(layout.cells[1], 32, 48)] == [20, 255, 20])
        #expect(shade(layout.cells[2], 64, 64) == 0xE8)
        // The reason stands in the cell.
        let row = layout.cells[3].y + 64
        let noteRows = (row - 8..<row + 8).flatMap { y in
            (layout.cells[3].x..<layout.cells[3].x + 128).map { image.pixels[(y * image.width + $0) * 3] }
        }
        #expect(noteRows.contains { $0 < 0x60 })
        #expect(image.pixels[0] == 255)
    }

    @Test("headings of other texts have other pixels, of equal texts the same")
    func headings() throws {
        func sheet(_ heading: String) throws -> [UInt8] {
            let axis = Sheet.Axis(name: "x", headings: [heading, "B"])
            return try Sheet(axes: [axis], cells: [.note(""), .note("")]).drawn(try Self.lettering()).image.pixels
        }
        #expect(try sheet("10") == sheet("10"))
        #expect(try sheet("10") != sheet("16"))
        #expect(try sheet("a\u{202E}b\u{7}\u{0}") == sheet("ab"))
    }

    @Test("lines end at spaces, after punctuation, between Chinese characters, and within words that are too wide", arguments: [
        ("one two three", 8, ["one two", "three"], false),
        ("one,two,three", 8, ["one,two,", "three"], false),
        ("incomprehensible", 8, ["incompre", "hensible"], true),
        ("a incomprehensible b", 8, ["a", "incompre", "hensible", "b"], true),
        ("红色的狐狸在雪地里。", 4, ["红色的狐", "狸在雪地", "里。"], false),
        ("", 8, [""], false), ("   ", 8, [""], false),
        ("tab\tand\nline", 20, ["tab and line"], false),
    ] as [(String, Int, [String], Bool)])
    func wrapping(_ text: String, _ width: Int, _ lines: [String], _ isBroken: Bool) {
        let found = LabelText(text).lines(width: width) { $0.count }
        #expect(found.lines.map(String.init) == lines)
        #expect(found.isBroken == isBroken)
    }

    @Test("a label of a megabyte is cut before it is measured")
    func longLabel() throws {
        let label = LabelText(String(repeating: "long, ", count: 200_000))
        #expect(label.text.unicodeScalars.count <= LabelText.mostCharacters + 1 && label.text.hasSuffix("…"))
        let layout = try SheetLayout(
            [Sheet.Axis(name: "x", headings: [String(repeating: "long, ", count: 200_000), "short"])],
            cell: PictureSize(width: 128, height: 128), try Self.lettering())
        #expect(layout.height < 320)
        #expect(layout.texts[0].lines.last?.hasSuffix("…") == true)
        #expect(layout.texts[0].lines.count > layout.texts[1].lines.count)
    }

    @Test("a sheet that is too large names the axis that makes it so", arguments: [
        ([200, 1, 1], 0), ([1, 200, 1], 1), ([2, 2, 100], 2), ([120, 120, 1], 0),
    ] as [([Int], Int)])
    func tooLarge(_ counts: [Int], _ axis: Int) throws {
        let lettering = try Self.lettering()
        let error = #expect(throws: SheetError.self) {
            _ = try SheetLayout(Self.axes(counts[0], counts[1], counts[2]), cell: PictureSize(width: 128, height: 96), lettering)
        }
        guard case .tooLarge(_, _, let found, let name)? = error else { return }
        #expect(found == axis && name == "axis \(axis)")
        #expect(error?.description.contains(["x axis", "y axis", "z axis"][axis]) == true)
    }

    @Test("characters that no font has are told, and have a box")
    func missing() throws {
        let lettering = try Self.lettering()
        let sheet = Sheet(axes: [Sheet.Axis(name: "x", headings: ["red 狐 apple 狐", "b"])], cells: [.note(""), .note("")])
        let drawn = try sheet.drawn(lettering)
        #expect(drawn.missingCharacters == "狐")
        let box = lettering.glyph("狐", size: 20), letter = lettering.glyph("A", size: 20)
        #expect(box.cover[0] == 255 && box.cover[box.width + 1] == 0)
        #expect(letter.advance > 5 && letter.cover.contains { $0 > 200 })
    }

    @Test("the best font with Chinese characters is found, however deep it lies")
    func fonts() throws {
        let folder = try TemporaryFolder()
        #expect(SystemFonts.chinese(in: [folder.path, folder.path + "/none"]) == nil)
        for name in ["a/b/wqy-zenhei.ttc", "DejaVuSans.ttf", "notes/NotoSansCJK-Regular.txt"] { try folder.write("", to: name) }
        #expect(SystemFonts.chinese(in: [folder.path]) == folder.path + "/a/b/wqy-zenhei.ttc")
        try folder.write("", to: "opentype/noto/NotoSansCJK-Regular.ttc")
        #expect(SystemFonts.chinese(in: [folder.path])?.hasSuffix("/noto/NotoSansCJK-Regular.ttc") == true)
        // A file that is no font is passed over.
        let lettering = try Lettering(fallbackFolders: [folder.path])
        _ = lettering.glyph("狐", size: 12)
        #expect(lettering.missingCharacters == "狐")
    }
}
