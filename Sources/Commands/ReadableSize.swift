extension Int {
    /// A size for people: `830 B`, `12.6 MB`, `1.72 GB`.
    var inBytes: String {
        switch self {
        case ..<1_000: "\(self) B"
        case ..<1_000_000_000: "\((Double(self) / 1e6).rounded(decimals: 1)) MB"
        default: "\((Double(self) / 1e9).rounded(decimals: 2)) GB"
        }
    }
}
