import FoundationEssentials
import Glibc
import NIOCore
import NIOPosix

/// The servers that may be asked, and by which addresses.
public struct HostPolicy: Sendable {
    /// `name`, or `*.name` for all names below it; nil for every server.
    private let hosts: [String]?
    /// The same for servers that only a redirection leads to.
    private let redirectedHosts: [String]
    /// Whether a server's address may be connected to; nil for any.
    private let isAllowed: (@Sendable (SocketAddress) -> Bool)?
    /// Whether `http://` will do, though addresses are looked at.
    private let isPlainAllowed: Bool
    private let resolve: Resolve

    /// All addresses of a server, the best one first.
    typealias Resolve = @Sendable (_ host: String, _ port: Int) async throws -> [SocketAddress]

    /// Asks every server that a person at this machine names, over https; over http only on the machine itself.
    public static let open = HostPolicy(hosts: nil, isAllowed: nil)

    /// Asks every server, over http as well: for servers of one's own that tell their addresses, and files whose hashes are known.
    public static let own = HostPolicy(hosts: nil, isAllowed: nil, isPlainAllowed: true)

    /// Asks only these servers, and those that the hubs are known to keep their files on, and only at public addresses: for requests of
    /// people who are not the machine's operator. This holds for redirections as well.
    /// - Parameter hosts: `civitai.com`, or `*.civitai.com` for all names below it.
    public static func restricted(to hosts: [String] = hubs) -> HostPolicy {
        HostPolicy(hosts: hosts.map { $0.lowercased() } + storage, redirectedHosts: clouds, isAllowed: { $0.isPublic })
    }

    init(
        hosts: [String]?, redirectedHosts: [String] = [], isAllowed: (@Sendable (SocketAddress) -> Bool)?, isPlainAllowed: Bool = false,
        resolve: @escaping Resolve = Self.systemAddresses
    ) {
        self.hosts = hosts
        self.redirectedHosts = redirectedHosts
        self.isAllowed = isAllowed
        self.isPlainAllowed = isPlainAllowed
        self.resolve = resolve
    }

    /// The hubs themselves.
    public static let hubs = ["huggingface.co", "modelscope.cn", "www.modelscope.cn", "civitai.com"]

    /// The hubs' own servers of files.
    static let storage = ["*.huggingface.co", "*.hf.co", "*.modelscope.cn", "*.civitai.com"]
    /// Clouds that the hubs redirect downloads to. Anybody may keep files there, so that nobody names them as a source.
    static let clouds = ["*.r2.cloudflarestorage.com", "*.oss-cn-beijing.aliyuncs.com"]

    /// Whether addresses are looked at before they are connected to.
    var isRestricted: Bool { isAllowed != nil }

    /// Checks an address before anything is sent there.
    /// - Parameter first: the address that was redirected to this one.
    func check(_ url: URL, after first: URL? = nil) throws(DownloadError) {
        let host = url.hostName
        guard !host.isEmpty, let scheme = url.scheme?.lowercased(), scheme == "https" || scheme == "http" else {
            throw .refused(host: url.absoluteString, reason: "only addresses that begin with https:// are")
        }
        if let hosts, !(hosts + (first == nil ? [] : redirectedHosts)).contains(where: { Self.matches(host, $0) }) {
            throw .refused(host: host, reason: "the operator allows downloads from \(hosts.joined(separator: ", ")) only")
        }
        guard scheme == "https" || isPlainAllowed || (!isRestricted && Self.isThisMachine(host)) else {
            throw .refused(host: host, reason: "only https:// is safe on the way")
        }
        // A server elsewhere has no business with the services of this machine.
        if let first, Self.isThisMachine(host), !Self.isThisMachine(first.hostName) {
            throw .refused(host: host, reason: "\(first.hostName) redirects to this machine")
        }
    }

    private static func matches(_ host: String, _ pattern: String) -> Bool {
        host == pattern || pattern.hasPrefix("*.") && host.hasSuffix(pattern.dropFirst())
    }

    private static func isThisMachine(_ host: String) -> Bool {
        host == "localhost" || (try? SocketAddress(ipAddress: host, port: 0))?.isLoopback == true
    }

    /// The address that a server is to be connected to, once all that its name stands for are known to be allowed; nil when any will do.
    func address(of host: String, port: Int) async throws(DownloadError) -> String? {
        guard let isAllowed else { return nil }
        let addresses: [SocketAddress]
        do {
            addresses = try await resolve(host, port)
        } catch {
            throw .connection(host: host, reason: "no address of that name is known")
        }
        for address in addresses where !isAllowed(address) {
            throw .refused(host: host, reason: "its address \(address.ipAddress ?? "") is not a public one")
        }
        guard let first = addresses.first?.ipAddress else { throw .connection(host: host, reason: "no address of that name is known") }
        return first
    }

    /// The system's addresses of a server, in the order in which they suit this machine.
    private static let systemAddresses: Resolve = { host, port in
        // It waits for servers of names.
        try await NIOThreadPool.singleton.runIfActive {
            var hints = addrinfo()
            hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
            var list: UnsafeMutablePointer<addrinfo>?
            guard getaddrinfo(host, "\(port)", &hints, &list) == 0, let list else {
                throw SocketAddressError.unknown(host: host, port: port)
            }
            defer { freeaddrinfo(list) }
            return sequence(first: list) { $0.pointee.ai_next }.compactMap { entry in
                guard let address = entry.pointee.ai_addr else { return nil }
                var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
                let length = entry.pointee.ai_addrlen
                guard getnameinfo(address, length, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0 else { return nil }
                let number = text.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
                return try? SocketAddress(ipAddress: number, port: port)
            }
        }
    }
}

extension SocketAddress {
    /// Whether the address is this machine's own.
    var isLoopback: Bool {
        let bytes = networkBytes
        if let four = Self.embeddedIPv4(bytes) { return four[0] == 127 }
        return bytes == [UInt8](repeating: 0, count: 15) + [1]
    }

    /// Whether the address is one of the internet at large: neither of this machine, nor of a network behind a router, nor of a cloud's
    /// own services, nor kept for something else.
    ///
    /// Source: IANA, "IPv4 Special-Purpose Address Registry" and "IPv6 Special-Purpose Address Registry".
    var isPublic: Bool {
        let bytes = networkBytes
        // An address of IPv4 in one of IPv6 leads to the same place.
        if let four = Self.embeddedIPv4(bytes) { return Self.isPublic(IPv4: four) }
        guard bytes.count == 16 else { return false }
        // Everything else is local, multicast or not given out.
        guard bytes[0] & 0xE0 == 0x20 else { return false }
        return !Self.specialIPv6.contains { start, bits in Self.isEqual(bytes, start, bits: bits) }
    }

    private static func isPublic(IPv4 bytes: [UInt8]) -> Bool {
        !specialIPv4.contains { start, bits in isEqual(bytes, start, bits: bits) }
    }

    /// The first bytes, and how many bits of them count.
    private static let specialIPv4: [([UInt8], Int)] = [
        ([0], 8), ([10], 8), ([100, 64], 10), ([127], 8), ([169, 254], 16), ([172, 16], 12), ([192, 0, 0], 24), ([192, 0, 2], 24),
        ([192, 88, 99], 24), ([192, 168], 16), ([198, 18], 15), ([198, 51, 100], 24), ([203, 0, 113], 24), ([224], 3),
    ]

    /// Teredo, ORCHID and other protocols; examples; 6to4, which leads to any address of IPv4.
    private static let specialIPv6: [([UInt8], Int)] = [
        ([0x20, 0x01, 0x00], 23), ([0x20, 0x01, 0x0D, 0xB8], 32), ([0x20, 0x02], 16), ([0x3F, 0xFF, 0x00], 20),
    ]

    private static func isEqual(_ bytes: [UInt8], _ start: [UInt8], bits: Int) -> Bool {
        start.enumerated().allSatisfy { index, byte in
            let counted = max(0, min(8, bits - index * 8))
            return (byte ^ bytes[index]) & ~UInt8(truncatingIfNeeded: 0xFF >> counted) == 0
        }
    }

    /// The IPv4 address that an address is or stands for: `::ffff:10.0.0.1`, and `64:ff9b::10.0.0.1` as NAT64 has it.
    private static func embeddedIPv4(_ bytes: [UInt8]) -> [UInt8]? {
        if bytes.count == 4 { return bytes }
        let mapped = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF]
        let translated: [UInt8] = [0, 0x64, 0xFF, 0x9B] + [UInt8](repeating: 0, count: 8)
        return bytes.starts(with: mapped) || bytes.starts(with: translated) ? Array(bytes.suffix(4)) : nil
    }

    /// 4 or 16 bytes; none for a socket of this machine's file system.
    private var networkBytes: [UInt8] {
        guard let text = ipAddress else { return [] }
        // A zone such as %eth0 is no part of the number.
        let number = String(text.prefix { $0 != "%" })
        var (four, six) = ([UInt8](repeating: 0, count: 4), [UInt8](repeating: 0, count: 16))
        if inet_pton(AF_INET, number, &four) == 1 { return four }
        return inet_pton(AF_INET6, number, &six) == 1 ? six : []
    }
}

extension URL {
    /// The server's name in small letters, or its address without brackets; empty when there is none.
    var hostName: String {
        let host = (host() ?? "").lowercased()
        return host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
    }
}
