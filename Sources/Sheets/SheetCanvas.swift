import Generation

/// The pixels of a sheet while it is drawn.
struct SheetCanvas {
    private let width, height: Int
    private var pixels: [UInt8]

    /// A white canvas.
    init(width: Int, height: Int) {
        (self.width, self.height) = (width, height)
        pixels = [UInt8](repeating: 255, count: width * height * 3)
    }

    var image: RGBImage { RGBImage(width: width, height: height, pixels: pixels) }

    /// Puts a picture to a place; what is outside of the canvas is left out.
    mutating func draw(_ image: RGBImage, x: Int, y: Int) {
        let columns = max(0, -x)..<max(max(0, -x), min(image.width, width - x))
        guard !columns.isEmpty else { return }
        for row in 0..<image.height where (0..<height).contains(y + row) {
            let source = (row * image.width + columns.lowerBound) * 3
            let target = ((y + row) * width + x + columns.lowerBound) * 3
            let count = columns.count * 3
            image.pixels.withUnsafeBufferPointer { from in
                pixels.withUnsafeMutableBufferPointer { to in
                    _ = to[target..<target + count].update(fromContentsOf: from[source..<source + count])
                }
            }
        }
    }

    mutating func fill(_ frame: SheetLayout.Frame, gray: UInt8) {
        for row in max(0, frame.y)..<min(height, frame.y + frame.height) {
            let start = row * width + max(0, frame.x), end = row * width + min(width, frame.x + frame.width)
            for index in start * 3..<max(start, end) * 3 { pixels[index] = gray }
        }
    }

    mutating func draw(_ text: SheetLayout.Text, with lettering: Lettering) {
        let lineHeight = Lettering.lineHeight(text.size)
        for (index, line) in text.lines.enumerated() {
            var x = text.frame.x + max(0, text.frame.width - lettering.width(of: line, size: text.size)) / 2
            // A font's letters reach about a quarter of their size below the base line.
            let baseline = text.frame.y + text.offset + index * lineHeight + text.size
            for scalar in line.unicodeScalars {
                let glyph = lettering.glyph(scalar, size: text.size)
                draw(glyph, x: x + glyph.left, y: baseline - glyph.top)
                x += glyph.advance
            }
        }
    }

    private mutating func draw(_ glyph: Lettering.Glyph, x: Int, y: Int) {
        let ink = 0x22
        for row in 0..<glyph.height where (0..<height).contains(y + row) {
            for column in 0..<glyph.width where (0..<width).contains(x + column) {
                let cover = Int(glyph.cover[row * glyph.width + column])
                guard cover > 0 else { continue }
                let position = ((y + row) * width + x + column) * 3
                for channel in position..<position + 3 {
                    pixels[channel] = UInt8((Int(pixels[channel]) * (255 - cover) + ink * cover) / 255)
                }
            }
        }
    }
}
