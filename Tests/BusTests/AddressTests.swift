@testable import Bus
import Foundation
import TestSupport
import Testing

@Suite("what a connection is made with")
struct AddressTests {
    @Test(
        "encrypted connections go anywhere, others stay on this machine",
        arguments: [
            ("tls://nats.example.com:4222", true), ("tls://nats.example.com", true), ("tls://[2001:db8::1]:4222", true),
            ("nats://127.0.0.1:4222", false), ("nats://localhost", false), ("nats://[::1]:4222", false), ("nats://127.9.9.9", false),
        ])
    func accepted(address: String, isEncrypted: Bool) throws { #expect(try NATSOptions(servers: [address]).usesTLS() == isEncrypted) }

    @Test(
        "an address that cannot be used is named, without its password",
        arguments: [
            ("nats://10.0.0.5:4222", "\"nats://10.0.0.5:4222\" is not an address for NATS. "
                + "Messages would cross the network unencrypted. Use tls://10.0.0.5:4222."),
            ("nats://127.0.0.1.example.com", "\"nats://127.0.0.1.example.com\" is not an address for NATS. "
                + "Messages would cross the network unencrypted. Use tls://127.0.0.1.example.com."),
            ("http://host", "\"http://host\" is not an address for NATS. It begins with tls://, or with nats:// on this machine."),
            ("host:4222", "\"host:4222\" is not an address for NATS. It begins with tls://, or with nats:// on this machine."),
            ("ann:secret@host", "\"…@host\" is not an address for NATS. It begins with tls://, or with nats:// on this machine."),
            ("tls://ann:secret@host", "\"tls://…@host\" is not an address for NATS. "
                + "Leave out the name and the password: addresses are logged."),
            ("tls://", "\"tls://\" is not an address for NATS. It needs a host, and after a colon a port if it is not 4222, "
                + "as in tls://nats.example.com:4222."),
            ("tls://host:99999", "\"tls://host:99999\" is not an address for NATS. It needs a host, and after a colon a port if it is "
                + "not 4222, as in tls://nats.example.com:4222."),
            ("tls://ho\r\nst", "\"tls://host\" is not an address for NATS. It has spaces."),
        ])
    func refused(address: String, text: String) {
        do throws(BusError) {
            _ = try NATSOptions(servers: [address]).usesTLS()
            Issue.record("accepted")
        } catch {
            #expect(error.description == text)
        }
    }

    @Test("servers of one cluster are reached in one way")
    func mixed() {
        #expect(throws: BusError.self) { try NATSOptions(servers: ["tls://a", "nats://localhost"]).usesTLS() }
        #expect(throws: BusError.self) { try NATSOptions(servers: []).usesTLS() }
    }

    @Test(
        "the public key of a seed, as nats.io's documentation has them",
        arguments: [
            ("SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY", "UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4")
        ])
    func publicKey(seed: String, key: String) {
        #expect(UserKey(seed: seed)?.publicKey == key)
        #expect(UserKey(seed: seed)?.seed == seed)
    }

    @Test("the seed of a .creds file is found, and written as it was read")
    func credentialsFile() throws {
        let file = Fixture.url("nats/user.creds").path
        let key = try UserKey(seedFile: file)
        #expect(try String(contentsOfFile: file, encoding: .utf8).contains("\n\(key.seed)\n"))
        let payload = try #require(try String(contentsOfFile: file, encoding: .utf8).split(separator: ".").dropFirst().first)
        let padded = String(payload) + String(repeating: "=", count: (4 - payload.count % 4) % 4)
        let claims = try #require(Data(base64Encoded: padded.replacing("-", with: "+").replacing("_", with: "/")))
        #expect(String(decoding: claims, as: UTF8.self).contains(key.publicKey))
    }

    @Test("a key that is made can be read back, and is no other's")
    func newKey() {
        let key = UserKey()
        #expect(key.seed.hasPrefix("SU") && key.seed.count == 58 && key.publicKey.hasPrefix("U") && key.publicKey.count == 56)
        #expect(UserKey(seed: key.seed) == key && UserKey() != key)
    }

    @Test(
        "what is no seed of a user is refused",
        arguments: [
            "", "SU", "SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU4VY",
            "SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3V1", "UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4",
            "SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3",
        ])
    func noSeed(text: String) { #expect(UserKey(seed: text) == nil) }

    @Test("the seed's file may have lines around it, as nsc writes them")
    func seedFile() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(
            "-----BEGIN USER NKEY SEED-----\nSUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY\n------END USER NKEY SEED------\n",
            to: "seed")
        #expect(try UserKey(seedFile: path).publicKey.hasPrefix("UDXU"))
        let other = try folder.write("nothing here", to: "other")
        #expect(throws: BusError.invalidFile(path: other, reason: "It has no seed of a user's key, which begins with SU.")) {
            try UserKey(seedFile: other)
        }
        #expect(throws: BusError.invalidFile(path: "/nowhere/at/all", reason: "It cannot be read.")) {
            try UserKey(seedFile: "/nowhere/at/all")
        }
    }

    @Test(
        "a message cannot say something else on the wire",
        arguments: [
            BusMessage(""), BusMessage("a b"), BusMessage("a\r\nPUB b 0"), BusMessage("a..b"), BusMessage(".a"), BusMessage("a."),
            BusMessage("a", replySubject: "b\n"), BusMessage("a", headers: ["x\r\ny": "1"]), BusMessage("a", headers: ["x": "1\r\ny: 2"]),
            BusMessage("a", headers: ["x:": "1"]), BusMessage("a", headers: ["": "1"]), BusMessage("a", headers: ["x": "\0"]),
        ])
    func words(message: BusMessage) { #expect(throws: BusError.self) { try message.checkWords() } }

    @Test("usual messages pass")
    func usual() throws {
        try BusMessage("$JS.API.STREAM.INFO.A", headers: ["Nats-Msg-Id": "ä b:c"], replySubject: "_INBOX.x").checkWords()
        try BusMessage("a.*.>").checkWords()
    }
}
