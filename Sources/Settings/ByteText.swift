private let byteUnits: [(name: String, byteCount: Int)] = [
    ("TB", 1_000_000_000_000), ("GB", 1_000_000_000), ("MB", 1_000_000), ("KB", 1_000),
    ("TIB", 1 << 40), ("GIB", 1 << 30), ("MIB", 1 << 20), ("KIB", 1 << 10), ("B", 1),
]

extension Int {
    /// Reads `8GB`, `1.5 GiB`, `512M`, `0` as a number of bytes. One letter counts in thousands, as `GB` does.
    public init?(byteText text: String) {
        let digits = text.prefix { $0.isNumber || $0 == "." }
        var unit = text.dropFirst(digits.count).trimmed.uppercased()
        if unit.isEmpty { unit = "B" } else if unit.count == 1, unit != "B" { unit += "B" }
        guard let size = byteUnits.first(where: { $0.name == unit })?.byteCount else { return nil }
        if let count = Int(digits) {
            let (product, overflows) = count.multipliedReportingOverflow(by: size)
            guard !overflows else { return nil }
            self = product
        } else {
            // No digits at all, or digits that no number is written with, give nil here.
            guard let count = Double(digits), let product = Int(exactly: (count * Double(size)).rounded()) else { return nil }
            self = product
        }
    }

    /// A number of bytes in the largest unit that leaves it whole; thousands before powers of two.
    var byteText: String {
        guard self > 0, let unit = byteUnits.first(where: { isMultiple(of: $0.byteCount) && $0.byteCount > 1 }) else { return "\(self)" }
        return "\(self / unit.byteCount)\(unit.name.replacing("IB", with: "iB"))"
    }
}
