import HTTPTypes
@testable import Server
import Testing

@Suite("Addresses that operators and proxies write")
struct AddressTests {
    // MARK: Origins

    @Test(
        "origins are spelled as browsers send them",
        arguments: [
            (["https://front.example"], ["https://front.example"]), (["HTTP://Front.Example:3000/"], ["http://front.example:3000"]),
            (["https://front.example:443", "http://front.example:80//"], ["https://front.example", "http://front.example"]),
            (["http://a:443"], ["http://a:443"]),
            (["localhost:3000"], ["http://localhost:3000", "https://localhost:3000"]),
            (["front.example"], ["http://front.example", "https://front.example"]),
            (["http://a, http://b"], ["http://a", "http://b"]), (["http://[0:0::1]:3000"], ["http://[::1]:3000"]),
            (["http://127.0.0.1:8"], ["http://127.0.0.1:8"]),
            (["chrome-extension://AbC"], ["chrome-extension://abc"]), (["app://obsidian.md"], ["app://obsidian.md"]),
            (["https://xn--bcher-kva.example"], ["https://xn--bcher-kva.example"]),
            ([], []),
        ])
    func origins(texts: [String], origins: [String]) throws {
        guard case .some(let read) = try SharedOrigins(texts) else { Issue.record("any"); return }
        #expect(Set(read.map(\.description)) == Set(origins))
    }

    @Test("a star is every origin, also beside others", arguments: [["*"], ["http://a,*"], ["http://a", " * "]])
    func any(texts: [String]) throws { #expect(try SharedOrigins(texts) == .any) }

    @Test(
        "what is no origin is refused, with what to write",
        arguments: [
            ("", "is empty|empty origin"), (" ", "empty origin"), ("http://a,", "empty origin"), ("http://a/page", "Use http://a."),
            ("http://a?x", "behind its path"), ("http://a#x", "behind its path"),
            ("http://me@a", "holds a user"), ("null", "every web page"), ("NULL", "every web page"), ("file:///home", "every web page"),
            ("https://*.example.org", "pattern"), ("http://", "names no machine"),
            ("http://:80", "names no machine"), ("http://a:0", "1 to 65535"), ("http://a:65536", "1 to 65535"),
            ("http://a:x", "1 to 65535"), ("http://a:", "1 to 65535"),
            ("https://bücher.example", "xn--"), ("http://a b", "character"), ("://a", "http://"), ("1://a", "http://"),
            ("http://[::1", "character"), ("http://[x]", "IPv6"), ("/a", "names no machine"),
        ])
    func noOrigins(text: String, words: String) {
        let error = #expect(throws: AddressError.self) { try SharedOrigins([text]) }
        #expect(words.split(separator: "|").contains { error?.description.contains($0) == true }, "\(error?.description ?? "")")
    }

    @Test(
        "a public address may have a path",
        arguments: [
            ("https://a.example/easel/", "https://a.example/easel"), ("http://A:80//x//y", "http://a/x/y"), ("https://a", "https://a")])
    func publicAddresses(text: String, address: String) throws { #expect(try WebAddress(text).description == address) }

    // MARK: Names

    @Test(
        "names that lead to this machine everywhere are its own",
        arguments: [
            ("localhost", true), ("easel.localhost:7860", true), ("LOCALHOST.", true), ("host.docker.internal", true),
            ("host.docker.internal:7860", true), ("gateway.docker.internal", true),
            ("host.containers.internal", true), ("host.lima.internal", true), ("evil.internal", false), ("docker.internal", false),
            ("host.docker.internal.evil.example", false),
            ("xdocker.internal", false), ("evillocalhost", false), ("localhost.evil.example", false), ("evil.example", false), ("", false),
            ("192.168.1.2", false), ("0.0.0.0", false),
        ])
    func ownNames(host: String, isOwn: Bool) { #expect(HostNames.ofThisMachine.contains(host) == isOwn) }

    @Test(
        "others can be allowed",
        arguments: [
            (["easel.example"], "easel.example:80", true), (["Easel.Example:7860"], "easel.example.", true),
            (["easel.example"], "x.easel.example", false), (["*.example.org"], "a.b.example.org", true),
            (["*.example.org"], "example.org", false), (["*.example.org"], "evilexample.org", false), (["a, b"], "b", true),
            (["192.168.1.2"], "192.168.1.2:7860", true), (["[::2]"], "[::2]:1", true),
            (["http://a/"], "a", true),
        ])
    func allowedNames(texts: [String], host: String, isAllowed: Bool) throws { #expect(try HostNames(texts).contains(host) == isAllowed) }

    @Test("what is no name cannot", arguments: ["*", "", "a/b", "http://a/b", "a b", "a.*.b", "*.", "**.a"])
    func noNames(text: String) { #expect(throws: AddressError.self) { try HostNames([text]) } }

    // MARK: Proxies

    @Test(
        "a range holds the addresses that begin as it does",
        arguments: [
            ("127.0.0.1", "127.0.0.1", true), ("127.0.0.1", "127.0.0.2", false), ("10.0.0.0/8", "10.255.0.1", true),
            ("10.0.0.0/8", "11.0.0.1", false), ("172.16.0.0/12", "172.31.255.255", true),
            ("172.16.0.0/12", "172.32.0.0", false), ("0.0.0.0/0", "8.8.8.8", true), ("0.0.0.0/0", "::1", false), ("::1", "::1", true),
            ("fd00::/8", "fd12::1", true), ("fd00::/8", "fe00::1", false),
            ("127.0.0.1", "::ffff:127.0.0.1", true), ("192.168.1.128/25", "192.168.1.127", false),
            ("192.168.1.128/25", "192.168.1.200", true), ("::/0", "1.2.3.4", true),
        ])
    func ranges(range: String, address: String, isInside: Bool) throws {
        #expect(try AddressRange(range).contains(#require(IPAddress(address))) == isInside)
    }

    @Test(
        "what is no range is refused",
        arguments: ["", "nginx", "10.0.0.0/33", "10.0.0.0/-1", "::/129", "10.0.0/8", "10.0.0.0/x", "127.0.0.1:80"])
    func noRanges(text: String) { #expect(throws: AddressError.self) { try AddressRange(text) } }

    @Test(
        "what proxies say is read in either of its forms",
        arguments: [
            (["X-Forwarded-Proto": "https, http", "X-Forwarded-Host": "a.example, b"], "https", "a.example", []),
            (["X-Forwarded-Proto": "HTTPS"], "https", nil, []),
            (["X-Forwarded-For": "1.2.3.4, [::1]:80, 5.6.7.8:99 ,2001:db8::1"], nil, nil, ["1.2.3.4", "::1", "5.6.7.8", "2001:db8::1"]),
            (["Forwarded": #"for="[2001:db8::1]:8080";Proto=https;host="a.example:8443", for=10.0.0.1;proto=http"#], "https",
            "a.example:8443", ["2001:db8::1", "10.0.0.1"]),
            (["Forwarded": #"for="a,b;c\"=d";proto=http"#], "http", nil, [#"a,b;c"=d"#]),
            (["Forwarded": "proto=https", "X-Forwarded-Proto": "http"], "http", nil, []),
            (["Forwarded": ";;,=,\"", "X-Forwarded-Host": ","], nil, nil, []), ([:], nil, nil, []),
        ] as [([String: String], String?, String?, [String])])
    func forwarded(headers: [String: String], scheme: String?, host: String?, clients: [String]) {
        var fields = HTTPFields()
        for (name, value) in headers { fields[HTTPField.Name(name)!] = value }
        let read = ForwardedHeaders(fields)
        #expect(read.scheme == scheme && read.host == host && read.clients == clients, "\(read)")
    }
}
