/// Formats that people take for pictures and that are not read.
enum UnsupportedFormat {
    /// The name of the format, told by the first bytes of a file; nil for bytes that begin like none of these.
    static func name(signatureOf file: [UInt8]) -> String? {
        for (name, signatures) in signatures where signatures.contains(where: { file.starts(with: $0) }) { return name }
        // "BM" alone is the beginning of many words; a bitmap has four reserved bytes, all zero, behind its size.
        if file.starts(with: "BM".utf8), file.dropFirst(6).starts(with: [0, 0, 0, 0]) { return "BMP" }
        return mediaContainer(file) ?? (isSVG(file) ? "SVG" : nil)
    }

    private static let signatures: KeyValuePairs<String, [[UInt8]]> = [
        "GIF": [Array("GIF87a".utf8), Array("GIF89a".utf8)],
        "TIFF": ["II*\0", "MM\0*", "II+\0", "MM\0+"].map { Array($0.utf8) },
        "JPEG XL": [[0xFF, 0x0A], [0, 0, 0, 12] + Array("JXL \r\n".utf8)],
        "JPEG 2000": [[0xFF, 0x4F, 0xFF, 0x51], [0, 0, 0, 12] + Array("jP  \r\n".utf8)],
        "PDF": [Array("%PDF-".utf8)],
        "PSD": [Array("8BPS".utf8)],
        "ICO": [[0, 0, 1, 0]],
        "OpenEXR": [[0x76, 0x2F, 0x31, 0x01]],
        "QOI": [Array("qoif".utf8)],
    ]

    /// AVIF and HEIC are kinds of ISO media file, whose first box `ftyp` lists its brands. Source: ISO 14496-12, section 4.3.
    private static func mediaContainer(_ file: [UInt8]) -> String? {
        guard file.count >= 16, file[4..<8].elementsEqual("ftyp".utf8) else { return nil }
        let end = min(file.count, file[..<4].reduce(0) { $0 << 8 | Int($1) }, 256)
        let brands = stride(from: 8, to: end - 3, by: 4).map { String(decoding: file[$0..<$0 + 4], as: UTF8.self) }
        if !Set(brands).isDisjoint(with: ["avif", "avis"]) { return "AVIF" }
        return Set(brands).isDisjoint(with: ["heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"]) ? nil : "HEIC"
    }

    /// Whether the bytes are XML whose first element is `svg`, as far as their beginning tells.
    private static func isSVG(_ file: [UInt8]) -> Bool {
        let beginning = file.prefix(1024).drop { $0 <= 0x20 || [0xEF, 0xBB, 0xBF].contains($0) }
        let prologues = ["<?xml", "<!--", "<!DOCTYPE svg"]
        if beginning.starts(with: "<svg".utf8) { return true }
        return prologues.contains { beginning.starts(with: $0.utf8) } && String(decoding: beginning, as: UTF8.self).contains("<svg")
    }
}
