internal import Crypto
internal import Foundation

/// The key of a NATS user: an Ed25519 key, written with the letters of base 32.
public struct UserKey: Sendable, Equatable {
    /// `U` and 55 more letters. The server's configuration names it.
    public let publicKey: String
    /// `SU` and 56 more letters. Whoever has it is the user.
    public let seed: String

    /// Makes a random key.
    public init() { self.init(Curve25519.Signing.PrivateKey()) }

    /// Reads a seed.
    /// - Parameter seed: `SU` and 56 more letters; nil comes back for anything else, a mistyped one too.
    public init?(seed: some StringProtocol) {
        // Two bytes tell the kind (a seed, of a user), 32 are the seed, two are a checksum.
        guard let bytes = Base32.decode(seed), bytes.count == 36, bytes.prefix(2) == Self.seedKind[...],
            Self.checksum(bytes.dropLast(2)) == Array(bytes.suffix(2)),
            let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: Data(bytes[2..<34]))
        else { return nil }
        self.init(key)
    }

    private init(_ key: Curve25519.Signing.PrivateKey) {
        func text(_ kind: [UInt8], _ content: Data) -> String { Base32.encode(kind + content + Self.checksum((kind + content)[...])) }
        publicKey = text([Self.user], key.publicKey.rawRepresentation)
        seed = text(Self.seedKind, key.rawRepresentation)
    }

    /// Reads a file with a seed, a .creds file for example: takes the first word that is one.
    /// - Throws: `invalidFile`.
    public init(seedFile path: String) throws(BusError) {
        let text: String
        do {
            text = try String(contentsOf: URL(filePath: path), encoding: .utf8)
        } catch {
            throw .invalidFile(path: path, reason: "It cannot be read.")
        }
        guard let key = text.prefix(10_000).split(whereSeparator: \.isWhitespace).lazy.compactMap({ UserKey(seed: $0) }).first else {
            throw .invalidFile(path: path, reason: "It has no seed of a user's key, which begins with SU.")
        }
        self = key
    }

    private static let user: UInt8 = 20 << 3
    /// Five bits say that it is a seed, and eight that it is a user's. Three are left.
    private static let seedKind = [18 << 3 | user >> 5, user << 3 & 0xFF]

    /// CRC-16 (polynomial 0x1021, from 0), low byte first.
    private static func checksum(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var crc: UInt16 = 0
        for byte in bytes {
            crc ^= UInt16(byte) << 8
            for _ in 0..<8 { crc = crc & 0x8000 == 0 ? crc << 1 : crc << 1 ^ 0x1021 }
        }
        return [UInt8(crc & 0xFF), UInt8(crc >> 8)]
    }
}

/// Base 32 of RFC 4648, without padding.
private enum Base32 {
    private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)

    static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = [], bits = 0, count = 0
        for byte in bytes {
            (bits, count) = (bits << 8 | Int(byte), count + 8)
            while count >= 5 {
                count -= 5
                text.append(letters[bits >> count & 31])
                bits &= 1 << count - 1
            }
        }
        if count > 0 { text.append(letters[bits << (5 - count) & 31]) }
        return String(decoding: text, as: UTF8.self)
    }

    /// nil for a character that is no letter of it. Bits that fill no byte are dropped.
    static func decode(_ text: some StringProtocol) -> [UInt8]? {
        var bytes: [UInt8] = [], bits = 0, count = 0
        for character in text.utf8 {
            guard let value = letters.firstIndex(of: character) else { return nil }
            (bits, count) = (bits << 5 | value, count + 5)
            guard count >= 8 else { continue }
            count -= 8
            bytes.append(UInt8(bits >> count & 0xFF))
            bits &= 1 << count - 1
        }
        return bytes
    }
}
