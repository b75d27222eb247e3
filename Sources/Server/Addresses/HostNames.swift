internal import Glibc

/// Names that a server answers to.
public struct HostNames: Sendable, Equatable {
    private var names: Set<String>
    /// With the dot before them: `.example.org` for every name that ends so.
    private var endings: Set<String>

    /// None but those that every server for its own machine answers to.
    public init() { (names, endings) = ([], []) }

    /// - Parameter texts: names without a port, with commas between them if they are in one; `*.example.org` for all below one.
    /// - Throws: `AddressError`.
    public init(_ texts: [String]) throws(AddressError) {
        self.init()
        for text in texts.betweenCommas {
            guard text != "*" else {
                throw AddressError(
                    "would let any web page read what is here, under a name that it gives this machine. Name every host, or ask for "
                        + "credentials with --auth or --api-key-file.")
            }
            let isEnding = text.hasPrefix("*.")
            // Checked as a part of an address, which tells what is wrong with it.
            let address = try WebAddress(text.contains("://") ? text : "http://" + (isEnding ? text.dropFirst(2) : text[...]))
            guard address.path.isEmpty else { throw AddressError("has a path. Use the name alone.") }
            let name = Self.name(in: address.origin.authority)
            if isEnding { endings.insert("." + name) } else { names.insert(name) }
        }
    }

    /// - Parameter host: a name or an address, perhaps with a port.
    func contains(_ host: String) -> Bool {
        let name = Self.name(in: host)
        return names.contains(name) || endings.contains { name.hasSuffix($0) }
    }

    /// Names that lead to this machine wherever they are asked for, so that no web page can have been loaded from elsewhere under one.
    ///
    /// - `localhost` and all below it never leave a machine (RFC 6761, section 6.3): browsers do not even ask for them.
    /// - Docker, Podman, Lima and OrbStack give their hosts names below `.internal`, which is reserved for private use: no name server of
    ///   the internet answers for it, so nobody can register one.
    /// - A machine's own name without a domain, and with `.local`, is nobody's in the internet either. A name with another domain is left
    ///   out: a foreign network may have given it.
    static let ofThisMachine: HostNames = {
        var names = HostNames()
        names.names = ["localhost"]
        names.endings = [".localhost", ".docker.internal", ".containers.internal", ".lima.internal", ".orb.internal"]
        var buffer = [CChar](repeating: 0, count: 256)
        if gethostname(&buffer, buffer.count - 1) == 0 {
            let host = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            if let label = host.lowercased().split(separator: ".").first { names.names.formUnion([String(label), label + ".local"]) }
        }
        return names
    }()

    /// In lower case, without the port and the dot that a whole name may end in.
    static func name(in host: some StringProtocol) -> String {
        let host = host.lowercased()
        if host.hasPrefix("[") { return String(host.prefix { $0 != "]" }) + "]" }
        let name = host.prefix { $0 != ":" }
        return String(name.hasSuffix(".") ? name.dropLast() : name)
    }
}
