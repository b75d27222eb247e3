import ArgumentParser
import Fleet
import Foundation
import TestSupport
import Testing

@testable import Commands

@Suite("The commands of a fleet")
struct FleetCommandTests {
    @Test("what says nothing without a queue is refused", arguments: ["--queue-credentials", "--queue-ca"])
    func withoutQueue(flag: String) {
        for command in ["serve", "work"] {
            let error = #expect(throws: (any Error).self) { try EaselCommand.parseAsRoot([command, flag, "x"]) }
            #expect(error.map { EaselCommand.message(for: $0) }?.contains("--queue") == true)
        }
    }

    @Test("a queue that cannot be used is told by its address", arguments: [
        ("", "--queue nats://127.0.0.1:4222"), ("nats://example.org:4222", "example.org"), ("http://127.0.0.1", "http://127.0.0.1"),
        ("nats://127.0.0.1:1", "127.0.0.1:1"),
    ])
    func unusable(address: String, words: String) async throws {
        let options = try QueueOptions.parse(address.isEmpty ? [] : ["--queue", address])
        let failure = await #expect(throws: CommandFailure.self) { _ = try await options.connect(as: "test") }
        #expect(failure?.description.contains(words) == true)
    }

    @Test("a front and a worker keep their names; a file that holds none is told")
    func identity() throws {
        let folder = try TemporaryFolder()
        let place = folder.url.appending(path: "new/folder")
        let worker = try FleetIdentity.worker(in: place)
        #expect(try FleetIdentity.worker(in: place) == worker)
        #expect(try FleetIdentity.front(in: place) == FleetIdentity.front(in: place))
        try Data("../x\n".utf8).write(to: place.appending(path: "worker"))
        let failure = #expect(throws: CommandFailure.self) { try FleetIdentity.worker(in: place) }
        #expect(failure?.reason == .badInput)
    }
}
