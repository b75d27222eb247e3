import CFreeType
import CLabelFont

/// Letters as grey pixels: FreeType's, from the bundled font and, for what that lacks, from one of the system's.
///
/// Letters stand one behind the other from left to right, as they are stored: no ligatures, and no forms that depend on neighbours.
final class Lettering {
    /// A letter in one size.
    struct Glyph {
        /// Pixels to the next letter.
        let advance: Int
        /// Pixels from the pen to the left edge, and from the base line up to the top row.
        let left, top: Int
        let width, height: Int
        /// Cover of each pixel, 0 to 255, row by row.
        let cover: [UInt8]
    }

    private let library: FT_Library
    private var faces: [FT_Face] = []
    private let fallbackFolders: [String]
    private var hasFallback = false
    private var glyphs: [Int: [Unicode.Scalar: Glyph]] = [:]
    /// Characters that no font has.
    private var missing: Set<Unicode.Scalar> = []

    /// Opens the bundled font.
    /// - Parameter fallbackFolders: folders with fonts for characters that it lacks; looked into when they are needed.
    /// - Throws: `.noFont` when FreeType cannot be used.
    init(fallbackFolders: [String] = SystemFonts.folders) throws(SheetError) {
        self.fallbackFolders = fallbackFolders
        var library: FT_Library?
        guard FT_Init_FreeType(&library) == 0, let library else { throw .noFont }
        self.library = library
        var face: FT_Face?
        guard FT_New_Memory_Face(library, label_font(), FT_Long(label_font_length()), 0, &face) == 0, let face else { throw .noFont }
        faces = [face]
    }

    /// Characters that no font has, in order; the first of many.
    var missingCharacters: String { String(String.UnicodeScalarView(missing.sorted().prefix(40))) }

    deinit { FT_Done_FreeType(library) }

    /// The height of a line in pixels.
    static func lineHeight(_ size: Int) -> Int { size * 5 / 4 }

    func width(of text: Substring, size: Int) -> Int {
        text.unicodeScalars.reduce(0) { $0 + glyph($1, size: size).advance }
    }

    /// The letter of a character; a box for one that no font has.
    func glyph(_ scalar: Unicode.Scalar, size: Int) -> Glyph {
        if let glyph = glyphs[size]?[scalar] { return glyph }
        let glyph = rendered(scalar, size: size) ?? box(size: size)
        glyphs[size, default: [:]][scalar] = glyph
        return glyph
    }

    private func rendered(_ scalar: Unicode.Scalar, size: Int) -> Glyph? {
        for face in faces { if let glyph = rendered(scalar, face, size: size) { return glyph } }
        if !hasFallback {
            hasFallback = true
            openFallback()
            if faces.count > 1, let glyph = rendered(scalar, faces[1], size: size) { return glyph }
        }
        missing.insert(scalar)
        return nil
    }

    private func openFallback() {
        guard let path = SystemFonts.chinese(in: fallbackFolders) else { return }
        var face: FT_Face?
        guard FT_New_Face(library, path, 0, &face) == 0, let first = face else { return }
        var best = first
        // A collection has one font for each language. Its names end in SC for simplified Chinese.
        for index in 1..<max(1, min(first.pointee.num_faces, 32)) {
            var other: FT_Face?
            guard FT_New_Face(library, path, index, &other) == 0, let other else { continue }
            let name = other.pointee.family_name.map { String(cString: $0) } ?? ""
            if name.hasSuffix(" SC"), !name.contains("Mono") {
                FT_Done_Face(best)
                best = other
                break
            }
            FT_Done_Face(other)
        }
        faces.append(best)
    }

    private func rendered(_ scalar: Unicode.Scalar, _ face: FT_Face, size: Int) -> Glyph? {
        let index = FT_Get_Char_Index(face, FT_ULong(scalar.value))
        // FT_LOAD_RENDER; Swift does not see the macro.
        guard index != 0, FT_Set_Pixel_Sizes(face, 0, FT_UInt(size)) == 0, FT_Load_Glyph(face, index, 1 << 2) == 0,
            let slot = face.pointee.glyph?.pointee
        else { return nil }
        let bitmap = slot.bitmap
        let (width, height) = (Int(bitmap.width), Int(bitmap.rows))
        var cover = [UInt8](repeating: 0, count: width * height)
        if let buffer = bitmap.buffer, bitmap.pixel_mode == UInt8(FT_PIXEL_MODE_GRAY.rawValue) {
            for row in 0..<height {
                for column in 0..<width { cover[row * width + column] = buffer[row * Int(bitmap.pitch) + column] }
            }
        }
        return Glyph(
            advance: Int(slot.advance.x) >> 6, left: Int(slot.bitmap_left), top: Int(slot.bitmap_top), width: width, height: height,
            cover: cover)
    }

    /// A frame as high as a capital letter.
    private func box(size: Int) -> Glyph {
        let (width, height) = (max(4, size * 6 / 10), max(5, size * 3 / 4))
        let cover = (0..<width * height).map { index -> UInt8 in
            let (row, column) = index.quotientAndRemainder(dividingBy: width)
            return row == 0 || column == 0 || row == height - 1 || column == width - 1 ? 255 : 0
        }
        return Glyph(advance: width + 2, left: 1, top: height, width: width, height: height, cover: cover)
    }
}
