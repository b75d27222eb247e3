internal import Glibc

/// An address of IPv4 or IPv6.
struct IPAddress: Hashable, Sendable {
    /// 16, in network order; IPv4 stands behind `::ffff:`, as peers of a socket for both are told.
    let bytes: [UInt8]

    /// - Parameter text: `127.0.0.1` or `::1`.
    init?(_ text: some StringProtocol) {
        let text = String(text)
        var four = in_addr()
        var six = in6_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            bytes = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF] + withUnsafeBytes(of: four) { [UInt8]($0) }
        } else if inet_pton(AF_INET6, text, &six) == 1 {
            bytes = withUnsafeBytes(of: six) { [UInt8]($0) }
        } else {
            return nil
        }
    }

    var isIPv4: Bool { bytes.prefix(12).elementsEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]) }
}

extension IPAddress: CustomStringConvertible {
    /// The shortest spelling, which browsers use, too.
    var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let source = isIPv4 ? Array(bytes.suffix(4)) : bytes
        _ = inet_ntop(isIPv4 ? AF_INET : AF_INET6, source, &text, socklen_t(text.count))
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// Addresses that begin alike: `10.0.0.0/8`.
public struct AddressRange: Hashable, Sendable {
    private let start: IPAddress
    /// Bits of 128.
    private let length: Int

    /// - Parameter text: an address, or one with the number of bits that count behind a slash.
    /// - Throws: `AddressError` for anything else, such as a name.
    public init(_ text: String) throws(AddressError) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let start = IPAddress(parts[0]) else {
            throw AddressError("is no address. Use one such as 127.0.0.1 or ::1, or a range such as 172.16.0.0/12.")
        }
        let most = start.isIPv4 ? 32 : 128
        guard let length = parts.count == 1 ? most : Int(parts[1]), (0...most).contains(length) else {
            throw AddressError("is no range. Use 0 to \(most) bits behind the slash.")
        }
        self.start = start
        self.length = 128 - most + length
    }

    func contains(_ address: IPAddress) -> Bool {
        zip(start.bytes, address.bytes).enumerated().allSatisfy { index, pair in
            let bits = max(0, min(8, length - index * 8))
            return (pair.0 ^ pair.1) & ~UInt8(truncatingIfNeeded: 0xFF >> bits) == 0
        }
    }
}
