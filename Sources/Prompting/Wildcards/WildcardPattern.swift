/// A name with stars: `*` stands for any letters but a slash, `**` for any at all, and `**/` also for nothing.
///
/// All ways to read the stars are followed at once, so that no pattern takes longer than the product of both lengths.
struct WildcardPattern: Sendable {
    private enum Part: Sendable, Hashable {
        case byte(UInt8)
        case withinFolder
        case acrossFolders
    }

    private let parts: [Part]
    private static let slash = UInt8(ascii: "/")

    init(_ pattern: String) {
        var parts: [Part] = []
        for byte in pattern.utf8 {
            switch (byte, parts.last) {
            case (UInt8(ascii: "*"), .withinFolder), (UInt8(ascii: "*"), .acrossFolders): parts[parts.count - 1] = .acrossFolders
            case (UInt8(ascii: "*"), _): parts.append(.withinFolder)
            default: parts.append(.byte(byte))
            }
        }
        self.parts = parts
    }

    func matches(_ name: String) -> Bool {
        /// Whether the name so far can be read as so many parts.
        var isReachable = [Bool](repeating: false, count: parts.count + 1)
        isReachable[0] = true
        skipStars(in: &isReachable, isAtFolder: true)
        for byte in name.utf8 {
            var next = [Bool](repeating: false, count: parts.count + 1)
            for (index, part) in parts.enumerated() where isReachable[index] {
                switch part {
                case .byte(byte): next[index + 1] = true
                case .byte: break
                case .withinFolder: next[index] = next[index] || byte != Self.slash
                case .acrossFolders: next[index] = true
                }
            }
            skipStars(in: &next, isAtFolder: byte == Self.slash)
            isReachable = next
        }
        return isReachable[parts.count]
    }

    private func skipStars(in isReachable: inout [Bool], isAtFolder: Bool) {
        for (index, part) in parts.enumerated() where isReachable[index] {
            switch part {
            case .byte: break
            case .withinFolder: isReachable[index + 1] = true
            case .acrossFolders:
                isReachable[index + 1] = true
                if isAtFolder, index + 1 < parts.count, parts[index + 1] == .byte(Self.slash) { isReachable[index + 2] = true }
            }
        }
    }
}
