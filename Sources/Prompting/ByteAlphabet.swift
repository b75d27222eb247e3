/// GPT-2's way to write any byte as a visible character, which is how byte-level vocabularies spell their tokens:
/// printable Latin-1 stands for itself, the other 68 bytes are U+0100 and up, in order.
enum ByteAlphabet {
    /// The bytes in the order in which a vocabulary numbers them.
    static let bytes: [UInt8] = visible + (0...255).filter { !visible.contains($0) }

    /// The UTF-8 spelling of each byte.
    static let spellings: [[UInt8]] = {
        var spellings = [[UInt8]](repeating: [], count: 256)
        for (index, byte) in bytes.enumerated() {
            let scalar = index < visible.count ? Unicode.Scalar(byte) : Unicode.Scalar(256 + UInt32(index - visible.count)) ?? "?"
            spellings[Int(byte)] = Array(Character(scalar).utf8)
        }
        return spellings
    }()

    /// The byte that `scalar` stands for; nil when it is no letter of the alphabet.
    static func byte(for scalar: Unicode.Scalar) -> UInt8? {
        switch scalar.value {
        case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: UInt8(scalar.value)
        case 256..<256 + UInt32(256 - visible.count): bytes[visible.count + Int(scalar.value) - 256]
        default: nil
        }
    }

    private static let visible: [UInt8] = Array(0x21...0x7E) + Array(0xA1...0xAC) + Array(0xAE...0xFF)
}
