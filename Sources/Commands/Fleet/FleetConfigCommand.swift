import ArgumentParser
import Bus
import Files
import Fleet
import Foundation
import Glibc
import Hosting

struct FleetConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Write the configuration of a NATS server, and a key for each front and worker.",
        discussion: """
            easel fleet config --workers 4
            easel fleet config --workers 4 --host nats.example.org --output fleet

            Writes nats.conf, nats.env with the key that encrypts the server's store, front1.nk, worker1.nk and so on, and status.nk for \
            easel fleet status. Whoever has a .nk file is that user: give each machine its own, for --queue-credentials, and nothing else.

            On this machine alone the connection is not encrypted. With --host, nats.conf says how to get a certificate.
            """)

    @Option(help: ArgumentHelp("Number of fronts (easel serve --queue), 1 to 100.", valueName: "number"))
    var fronts = 1

    @Option(help: ArgumentHelp(
        "Number of workers (easel work), 1 to 10000. A few more than there are now save writing users by hand.", valueName: "number"))
    var workers = 1

    @Option(help: ArgumentHelp("Folder to write. One that has files is left alone.", valueName: "folder"))
    var output = "easel-fleet"

    @Option(help: ArgumentHelp("Name or address by which fronts and workers reach the NATS server.", valueName: "name"))
    var host = "127.0.0.1"

    @Option(help: ArgumentHelp(
        "Folder where the NATS server keeps its messages. One without a / in front is looked for where the server is started.",
        valueName: "folder"))
    var store = "store"

    func validate() throws {
        guard (1...100).contains(fronts) else { throw ValidationError("--fronts \(fronts) is out of range. Use 1 to 100.") }
        guard (1...10_000).contains(workers) else { throw ValidationError("--workers \(workers) is out of range. Use 1 to 10000.") }
    }

    func run() throws {
        do {
            let configuration = try configuration()
            let folder = UserFolders().path(output)
            try Self.write(configuration, to: folder)
            Terminal.write(nextSteps(configuration, in: folder), to: .standardOutput)
        } catch {
            CommandFailure(error).end()
        }
    }

    private func configuration() throws(CommandFailure) -> BrokerConfiguration {
        let users = (1...fronts).map { BrokerConfiguration.User("front\($0)", .front) }
            + (1...workers).map { BrokerConfiguration.User("worker\($0)", .worker) } + [BrokerConfiguration.User("status", .status)]
        do {
            return try BrokerConfiguration(host: host, store: UserFolders().path(store), users: users)
        } catch {
            switch error {
            case .host:
                throw CommandFailure(
                    .usage, "--host \"\(host)\" is no name of a machine. Use one such as nats.example.org, or an address, without a port.")
            case .store: throw CommandFailure(.usage, "--store \"\(store)\" cannot stand in nats.conf. Use a path without \" and \\.")
            }
        }
    }

    /// Writes a folder beside the wanted one and renames it: a folder that has files cannot be replaced so.
    static func write(_ configuration: BrokerConfiguration, to path: String) throws(CommandFailure) {
        // Keys are for this user alone.
        umask(0o077)
        let trimmed = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        var template = Array("\(trimmed).XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw CommandFailure(.cannotWrite, "\"\(path)\" cannot be made: \(String(cString: strerror(errno)))")
        }
        let folder = URL(filePath: String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
        do {
            func write(_ text: String, _ name: String) throws { try Data(text.utf8).write(to: folder.appending(path: name)) }
            try write(configuration.text, "nats.conf")
            // The server reads a value of digits alone as a number.
            let key = "k" + (0..<32).map { _ in UInt8.random(in: 0...255) }.hexadecimal
            try write("\(BrokerConfiguration.storeKeyVariable)=\(key)\n", "nats.env")
            for user in configuration.users { try write("\(user.key.seed)\n", "\(user.name).nk") }
            guard rename(folder.path, trimmed) == 0 else {
                let code = errno
                throw CommandFailure(
                    .cannotWrite, [EEXIST, ENOTEMPTY, ENOTDIR].contains(code)
                        ? "\"\(path)\" is there already, and is left as it is. Name another folder with --output."
                        : "\"\(path)\" cannot be made: \(String(cString: strerror(code)))")
            }
        } catch {
            try? FileManager.default.removeItem(at: folder)
            throw error as? CommandFailure ?? CommandFailure(.cannotWrite, "\"\(path)\" cannot be written: \(error.localizedDescription)")
        }
    }

    private func nextSteps(_ configuration: BrokerConfiguration, in folder: String) -> String {
        let queue = "--queue \(configuration.address) --queue-credentials \(folder)"
        return """
            Wrote \(folder): nats.conf, nats.env, status.nk, \(names("front", fronts)), \(names("worker", workers)).
            \(configuration.usesTLS ? "Put a certificate there as nats.conf says.\n" : "")\
            The server:  cd \(folder) && set -a && . ./nats.env && nats-server --config nats.conf
            A front:     easel serve \(queue)/front1.nk
            A worker:    easel work \(queue)/worker1.nk
            Its state:   easel fleet status \(queue)/status.nk

            """
    }

    private func names(_ role: String, _ count: Int) -> String { count == 1 ? "\(role)1.nk" : "\(role)1.nk to \(role)\(count).nk" }
}
