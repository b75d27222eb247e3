import Server
import Testing

@Suite("Where a server answers")
struct ServerOptionsTests {
    @Test("only to its own machine unless it is told otherwise")
    func standard() { #expect(ServerOptions().host == "127.0.0.1") }
}
