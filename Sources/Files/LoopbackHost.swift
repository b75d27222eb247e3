extension StringProtocol {
    /// Whether this is a name or an address of this machine's own, perhaps with a port: `localhost:80`, `127.0.0.1`, `[::1]:80`, `::1`.
    public var isLoopbackHost: Bool {
        let host = lowercased()
        if host.hasPrefix("[") { return host.prefix { $0 != "]" } == "[::1" }
        let name = host == "::1" ? "localhost" : host.prefix { $0 != ":" }
        if ["localhost", "127.0.0.1"].contains(name) { return true }
        // All of 127.0.0.0/8 is this machine.
        let numbers = name.split(separator: ".", omittingEmptySubsequences: false)
        return numbers.count == 4 && numbers.first == "127" && numbers.allSatisfy { UInt8($0) != nil }
    }
}
