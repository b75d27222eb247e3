// How figures are written for people. JSON has them in full.

extension Double {
    /// Rounded to so many digits, without trailing zeros: 0.0123, 4.5, 120.
    func significant(_ digits: Int) -> String {
        guard isFinite else { return isNaN ? "nan" : self < 0 ? "-∞" : "∞" }
        guard self != 0 else { return "0" }
        var scale = 1.0
        var ceiling = 1.0
        for _ in 0..<digits { ceiling *= 10 }
        while abs(self) * scale >= ceiling, scale > 1e-12 { scale /= 10 }
        while abs(self) * scale < ceiling / 10, scale < 1e12 { scale *= 10 }
        let rounded = scale < 1 ? (self * scale).rounded() * (1 / scale).rounded() : (self * scale).rounded() / scale
        let text = "\(rounded)"
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    /// A share in hundredths: 0.29 %, 12 %.
    var percent: String {
        switch self {
        case 0: "0 %"
        // Rounding of single-precision numbers; its digits tell a person nothing.
        case ..<0.000_01: "<0.001 %"
        default: "\((self * 100).significant(2)) %"
        }
    }
}
