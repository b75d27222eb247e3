import Server
import Testing

@Suite("Where a server answers")
struct ServerOptionsTests {
    @Test("only to its own machine unless it is told otherwise")
    func standard() { #expect(ServerOptions().host == "127.0.0.1") }

    @Test("however they are printed, no password and no key can be read")
    func secrets() {
        var options = ServerOptions()
        options.passwords = ["anna": "a-long-secret"]
        options.keys = ["0123456789abcdef": "the studio"]
        for text in ["\(options)", String(reflecting: options), String(describing: [options])] {
            #expect(!text.contains("a-long-secret") && !text.contains("0123456789abcdef"), "\(text)")
        }
    }
}
