import ArgumentParser
import Bus
@testable import Commands
import Fleet
import Foundation
import TestSupport
import Testing

@Suite("easel fleet config")
struct FleetConfigTests {
    private let folder: TemporaryFolder
    private let configuration: BrokerConfiguration

    init() throws {
        folder = try TemporaryFolder()
        configuration = try BrokerConfiguration(
            host: "127.0.0.1", store: "store", users: [.init("front1", .front), .init("worker1", .worker)])
    }

    @Test("files are for their owner alone, each key is that of its user, and the store's key is new each time")
    func files() throws {
        var keys: Set<String> = []
        for name in ["a", "b/"] {
            let target = folder.url.appending(path: name)
            try FleetConfigCommand.write(configuration, to: folder.url.path + "/" + name)
            let names = try FileManager.default.contentsOfDirectory(atPath: target.path).sorted()
            #expect(names == ["front1.nk", "nats.conf", "nats.env", "worker1.nk"])
            for path in names.map({ target.appending(path: $0).path }) + [target.path] {
                let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
                #expect(mode.map { $0 & 0o077 } == 0, "\(path)")
            }
            for user in configuration.users {
                #expect(try UserKey(seedFile: target.appending(path: "\(user.name).nk").path) == user.key)
            }
            let text = try String(contentsOf: target.appending(path: "nats.env"), encoding: .utf8)
            #expect(text.hasPrefix("EASEL_STORE_KEY=k") && text.count == 17 + 64 + 1)
            keys.insert(text)
        }
        #expect(keys.count == 2)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted() == ["a", "b"])
    }

    @Test("a folder with files, and a file, are left as they are")
    func existing() throws {
        let target = folder.url.appending(path: "a")
        try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
        try Data("mine".utf8).write(to: target.appending(path: "nats.conf"))
        let file = try folder.write("mine", to: "b")
        for path in [target.path, file] {
            #expect(throws: CommandFailure.self) { try FleetConfigCommand.write(configuration, to: path) }
        }
        #expect(try String(contentsOf: target.appending(path: "nats.conf"), encoding: .utf8) == "mine")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted() == ["a", "b"])
        #expect(throws: CommandFailure.self) { try FleetConfigCommand.write(configuration, to: folder.url.path + "/no/folder") }
    }

    @Test("numbers out of range are refused", arguments: [["--fronts", "0"], ["--workers", "10001"], ["--workers", "x"]])
    func numbers(arguments: [String]) { #expect(throws: (any Error).self) { try FleetConfigCommand.parse(arguments) } }
}
