internal import Crypto
internal import Foundation

/// The key of a NATS user: an Ed25519 key, written with the letters of base 32.
struct UserKey: Equatable {
    /// `U` and 55 more letters.
    let publicKey: String

    /// Reads a seed.
    /// - Parameter seed: `SU` and 56 more letters; nil comes back for anything else, a mistyped one too.
    init?(seed: some StringProtocol) {
        // Two bytes tell the kind (a seed, of a user), 32 are the seed, two are a checksum.
        guard let bytes = Base32.decode(seed), bytes.count == 36 else { return nil }
        let kind = [bytes[0] & 0xF8, (bytes[0] & 0x07) << 5 | bytes[1] >> 3]
        guard kind == [Self.seed, Self.user], Self.checksum(bytes.dropLast(2)) == Array(bytes.suffix(2)) else { return nil }
        guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: Data(bytes[2..<34])) else { return nil }
        let content = [Self.user] + Array(key.publicKey.rawRepresentation)
        publicKey = Base32.encode(content + Self.checksum(content[...]))
    }

    /// Reads the file of a seed: the first word that is one.
    init(seedFile path: String) throws(BusError) {
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

    private static let seed: UInt8 = 18 << 3, user: UInt8 = 20 << 3

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
