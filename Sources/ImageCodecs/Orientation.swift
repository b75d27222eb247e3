/// How a stored picture has to be turned to be seen upright: tag 0x0112 in the first directory of Exif.
/// Source: Exif 2.32, section 4.6.4.
struct Orientation: Hashable {
    /// 1 is upright.
    private var code: UInt32 = 1

    /// Reads an Exif block; upright when it has no orientation, an unknown one, or is damaged.
    init(exif: [UInt8]) {
        guard let tiff = TIFFReader(exif: exif), let first = tiff.unsigned32(at: 4),
            let entry = tiff.entry(0x0112, inDirectoryAt: Int(first)),
            // Some programs write 32 bits where Exif says 16.
            let code = entry.type == 4 ? tiff.unsigned32(at: entry.value) : tiff.unsigned16(at: entry.value).map(UInt32.init),
            (1...8).contains(code)
        else { return }
        self.code = code
    }

    /// Whether what is stored as rows is seen as columns.
    var swapsSides: Bool { code >= 5 }
    private var beginsAtRight: Bool { [2, 3, 7, 8].contains(code) }
    private var beginsAtBottom: Bool { [3, 4, 6, 7].contains(code) }

    /// Some channels of each pixel, in the order in which the pixels are seen: rows from top to bottom.
    /// - Parameters:
    ///   - stored: `width · height · channels` bytes.
    ///   - taken: the channels to take, within 0 ..< `channels`.
    /// - Returns: `width · height · taken.count` bytes.
    func seen(_ stored: UnsafeBufferPointer<UInt8>, width: Int, height: Int, channels: Int, taking taken: Range<Int>) -> [UInt8] {
        if code == 1, taken.count == channels { return Array(stored) }
        let alongRow = (beginsAtRight ? -1 : 1) * channels
        let alongColumn = (beginsAtBottom ? -width : width) * channels
        let (across, down) = swapsSides ? (alongColumn, alongRow) : (alongRow, alongColumn)
        let (columns, rows) = swapsSides ? (height, width) : (width, height)
        let corner = ((beginsAtBottom ? height - 1 : 0) * width + (beginsAtRight ? width - 1 : 0)) * channels
        return [UInt8](unsafeUninitializedCapacity: columns * rows * taken.count) { seen, count in
            // In strips of 64 pixels: where rows become columns, as many stored rows stay in the processor's cache.
            for left in stride(from: 0, to: columns, by: 64) {
                for y in 0..<rows {
                    for x in left..<min(left + 64, columns) {
                        let (from, to) = (corner + y * down + x * across, (y * columns + x) * taken.count - taken.lowerBound)
                        for channel in taken { seen.initializeElement(at: to + channel, to: stored[from + channel]) }
                    }
                }
            }
            count = columns * rows * taken.count
        }
    }
}
