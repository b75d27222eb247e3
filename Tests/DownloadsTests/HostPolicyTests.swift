@testable import Downloads
import Foundation
import NIOCore
import Synchronization
import Testing
import TestSupport

@Suite("Servers that may be asked", .timeLimit(.minutes(10)))
struct HostPolicyTests {
    @Test("an address is public or not", arguments: [
        ("8.8.8.8", true), ("172.15.255.255", true), ("172.32.0.0", true), ("100.63.255.255", true), ("223.255.255.255", true),
        ("2606:4700::1111", true), ("2a02:6b8::1", true), ("::ffff:8.8.8.8", true), ("64:ff9b::808:808", true),
        ("0.0.0.0", false), ("10.1.2.3", false), ("100.64.0.1", false), ("100.127.255.255", false), ("127.0.0.1", false),
        ("127.255.0.1", false),
        ("169.254.169.254", false), ("172.16.0.1", false), ("172.31.255.255", false), ("192.0.0.8", false), ("192.0.2.1", false),
        ("192.168.1.1", false), ("198.18.0.1", false), ("198.19.255.255", false), ("198.51.100.7", false), ("203.0.113.9", false),
        ("224.0.0.1", false), ("240.0.0.1", false), ("255.255.255.255", false),
        ("::", false), ("::1", false), ("fe80::1", false), ("fc00::1", false), ("fd12:3456::1", false), ("ff02::1", false),
        ("2001:db8::1", false), ("2001::1", false), ("2002:7f00:1::", false), ("3fff::1", false), ("100::1", false),
        ("::ffff:127.0.0.1", false), ("::ffff:10.0.0.1", false), ("64:ff9b::7f00:1", false), ("::127.0.0.1", false),
    ])
    func publicAddress(text: String, isPublic: Bool) throws {
        #expect(try SocketAddress(ipAddress: text, port: 443).isPublic == isPublic)
    }

    @Test("an open policy asks for encryption except on this machine; a redirection leads to no service of this machine", arguments: [
        ("https://example.org/a", nil, true), ("http://example.org/a", nil, false), ("http://localhost:8000/a", nil, true),
        ("http://127.0.0.1/a", nil, true), ("http://[::1]/a", nil, true), ("ftp://example.org/a", nil, false),
        ("file:///etc/passwd", nil, false),
        ("https://example.org/b", "https://example.net/a", true), ("http://127.0.0.1/b", "https://example.net/a", false),
        ("https://localhost/b", "https://example.net/a", false), ("http://localhost/b", "http://127.0.0.1/a", true),
    ] as [(String, String?, Bool)])
    func open(address: String, first: String?, isAllowed: Bool) throws {
        let url = try #require(URL(string: address))
        let isChecked: Void? = try? HostPolicy.open.check(url, after: first.flatMap { URL(string: $0) })
        #expect((isChecked != nil) == isAllowed)
    }

    @Test("a restricted policy asks the named servers and their storage, with encryption only", arguments: [
        ("https://civitai.com/a", true), ("https://CIVITAI.com/a", true), ("https://cdn-lfs.huggingface.co/a", true),
        ("https://cas-bridge.xethub.hf.co/a", true), ("https://x.y.r2.cloudflarestorage.com/a", false), ("http://civitai.com/a", false),
        ("https://evilcivitai.com/a", false), ("https://civitai.com.evil.org/a", false), ("https://example.org/a", false),
        ("https://127.0.0.1/a", false), ("https://localhost/a", false),
    ])
    func restricted(address: String, isAllowed: Bool) throws {
        let url = try #require(URL(string: address))
        let isChecked: Void? = try? HostPolicy.restricted().check(url)
        #expect((isChecked != nil) == isAllowed)
    }

    @Test("clouds where anybody keeps files are asked when a hub redirects there, and cannot be named")
    func clouds() throws {
        let cloud = try #require(URL(string: "https://x.r2.cloudflarestorage.com/a"))
        #expect(throws: DownloadError.self) { try HostPolicy.restricted().check(cloud) }
        try HostPolicy.restricted().check(cloud, after: URL(string: "https://civitai.com/api/download/models/1"))
    }

    @Test("one private address among those of a name is enough to refuse it", arguments: [
        (["8.8.8.8"], "8.8.8.8"), (["8.8.8.8", "2606:4700::1111"], "8.8.8.8"), (["8.8.8.8", "10.0.0.1"], nil), (["::1", "8.8.8.8"], nil),
        ([], nil),
    ] as [([String], String?)])
    func addresses(of name: [String], connected: String?) async throws {
        let policy = HostPolicy(hosts: ["hub.invalid"], isAllowed: { $0.isPublic }) { _, port in
            try name.map { try SocketAddress(ipAddress: $0, port: port) }
        }
        if let connected {
            #expect(try await policy.address(of: "hub.invalid", port: 443) == connected)
        } else {
            await #expect(throws: DownloadError.self) { _ = try await policy.address(of: "hub.invalid", port: 443) }
        }
    }

    @Test("the system's own list of addresses is looked at")
    func systemAddresses() async throws {
        let policy = HostPolicy(hosts: ["localhost"], isAllowed: { $0.isLoopback })
        #expect(["127.0.0.1", "::1"].contains(try await policy.address(of: "localhost", port: 80)))
        let strict = HostPolicy(hosts: ["localhost"], isAllowed: { $0.isPublic })
        await #expect(throws: DownloadError.self) { _ = try await strict.address(of: "localhost", port: 80) }
    }

    @Test("a name that stands for a private address is not connected to")
    func privateAddress() async throws {
        let server = FileServer { _, _ in Answer(200) }
        try await server.run { address in
            let port = try #require(URL(string: address)?.port)
            for host in ["localhost", "127.0.0.1"] {
                let web = WebClient(HostPolicy(hosts: [host], isAllowed: { $0.isPublic }, isPlainAllowed: true))
                await #expect(throws: DownloadError.self) { _ = try await web.get("http://\(host):\(port)/a") }
                await web.close()
            }
        }
        #expect(server.requests.isEmpty)
    }

    @Test("the address that was looked at is the one that is connected to, once for all requests; a redirection is looked at, too")
    func isPinned() async throws {
        let file = HostedFile.random(100_000)
        let lookups = Mutex<[String]>([])
        let folder = try TemporaryFolder()
        let server = FileServer { asked, count in
            switch asked.path {
            case "/a": file.answer(to: asked, cut: count < 3 ? 9000 : nil)
            case "/away": Answer(302, ["Location": "http://private.invalid/secret"])
            default: Answer(302, ["Location": "http://elsewhere.invalid/a"])
            }
        }
        try await server.run { address in
            let port = try #require(URL(string: address)?.port)
            // No server of names knows these names: only the answer here leads anywhere, and the second one would lead elsewhere.
            let policy = HostPolicy(
                hosts: ["hub.invalid", "private.invalid"], isAllowed: { $0.isLoopback }, isPlainAllowed: true,
                resolve: { host, port in
                    lookups.withLock { $0.append(host) }
                    let isFirst = host == "hub.invalid" && lookups.withLock { $0.filter { $0 == host }.count } == 1
                    return [try SocketAddress(ipAddress: isFirst ? "127.0.0.1" : "10.0.0.1", port: port)]
                })
            _ = try await fetch([PlannedFile("a.safetensors", "http://hub.invalid:\(port)/a", file)], into: folder, policy: policy)
            #expect(lookups.withLock { $0 } == ["hub.invalid"])
            lookups.withLock { $0 = [] }
            let web = WebClient(policy)
            await #expect(throws: DownloadError.refused(host: "private.invalid", reason: "its address 10.0.0.1 is not a public one")) {
                _ = try await web.get("http://hub.invalid:\(port)/away")
            }
            let names = "the operator allows downloads from hub.invalid, private.invalid only"
            await #expect(throws: DownloadError.refused(host: "elsewhere.invalid", reason: names)) {
                _ = try await web.get("http://hub.invalid:\(port)/elsewhere")
            }
            await web.close()
        }
        #expect(folder.bytes("a.safetensors") == file.bytes)
        #expect(server.requests.first?.header("Host")?.hasPrefix("hub.invalid:") ?? true)
    }
}
