import ArgumentParser
@testable import Commands
import Testing

@Suite("easel serve's arguments")
struct ServeCommandTests {
    @Test(
        "addresses that cannot be are refused at the start, with the flag, the value and what to write",
        arguments: [
            (["--cors", "http://a/b"], "--cors \"http://a/b\" has a path, and origins have none. Use http://a."),
            (["--cors", "https://*.a"], "--cors \"https://*.a\" is a pattern"),
            (["--cors", "null"], "--cors \"null\" stands for"), (["--cors", ""], "--cors \"\" has an empty origin"),
            (["--public-url", "a.example"], "--public-url \"a.example\" does not begin with http://"),
            (["--public-url", "ftp://a"], "--public-url \"ftp://a\" does not begin with http://"),
            (["--queue", "nats://a", "--address", "ftp://a"], "--address \"ftp://a\" does not begin with http://"),
            (["--address", "http://a"], "--address says nothing without --queue"),
            (["--trusted-proxy", "127.0.0.1", "--trusted-proxy", "nginx"], "--trusted-proxy \"nginx\" is no address"),
            (["--allow-host", "*"], "--allow-host \"*\" would let any web page"), (["--port", "70000"], "Port 70000 is out of range"),
        ])
    func refused(arguments: [String], words: String) {
        let error = #expect(throws: (any Error).self) { try ServeCommand.parse(arguments) }
        #expect(error.map { ServeCommand.message(for: $0).contains(words) } == true, "\(error.map { ServeCommand.message(for: $0) } ?? "")")
    }

    @Test("those that can be are taken", arguments: [
        ["--cors", "*"], ["--cors", "localhost:3000", "--cors", "HTTPS://B.example/"], ["--cors", "http://a,http://b"],
        ["--public-url", "https://a.example/easel/"], ["--queue", "nats://a", "--address", "http://a.example:7860"],
        ["--trusted-proxy", "10.0.0.0/8,::1"], ["--allow-host", "*.example.org"],
    ])
    func taken(arguments: [String]) { #expect(throws: Never.self) { try ServeCommand.parse(arguments) } }
}
