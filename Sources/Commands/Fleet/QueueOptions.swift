import ArgumentParser
import Bus
import Fleet
import Foundation
import Hosting
import JetStream

/// The options that say where the server of a fleet is, and as whom to speak to it.
struct QueueOptions: ParsableArguments {
    @Option(name: .customLong("queue"), help: ArgumentHelp(
        "Address of the NATS server that connects fronts and workers, such as tls://nats.example.org:4222; on this machine "
            + "nats://127.0.0.1:4222 will do. Several of one cluster are separated by commas.",
        valueName: "address"))
    var addresses: String?

    @Option(name: .customLong("queue-credentials"), help: ArgumentHelp(
        "A file that says who this program is to the NATS server: a .creds file, or the seed of a user's key (SU…).", valueName: "file"))
    var credentials: String?

    @Option(name: .customLong("queue-ca"), help: ArgumentHelp(
        "A PEM file with the authority that the NATS server's certificate must come from. The system's authorities when left out.",
        valueName: "file"))
    var authority: String?

    func validate() throws {
        guard addresses == nil, credentials != nil || authority != nil else { return }
        throw ValidationError("--queue-credentials and --queue-ca say nothing without --queue.")
    }

    /// Connects to the server of the fleet. Subjects of answers begin with the public key of the user, as its permissions do.
    /// - Parameter name: the name that the server shows for the connection.
    /// - Throws: `CommandFailure`: `.usage` without an address, and in a build without the trait `Fleet`; `.deviceUnavailable` when the
    ///   server cannot be used.
    func connect(as name: String) async throws -> JetStream {
        guard let addresses else { throw CommandFailure(.usage, "Name the NATS server of the fleet: --queue nats://127.0.0.1:4222") }
        #if Fleet
            do {
                let file = credentials.map { UserFolders().path($0) }
                let options = NATSOptions(
                    servers: addresses.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }, name: name,
                    credentials: Self.credentials(in: file), caFile: authority.map { UserFolders().path($0) },
                    inboxPrefix: try file.map { BrokerConfiguration.inboxPrefix(of: try UserKey(seedFile: $0)) } ?? "_INBOX")
                let jetStream = JetStream(try await NATSBus.connect(options))
                try await jetStream.checkServer()
                return jetStream
            } catch {
                throw CommandFailure(.deviceUnavailable, "\(error)")
            }
        #else
            throw CommandFailure(
                .usage, "--queue \"\(addresses)\" needs a build with the fleet: make build fleet=1. This one was made without.")
        #endif
    }

    #if Fleet
        private static func credentials(in file: String?) -> NATSOptions.Credentials {
            guard let file else { return .none }
            return file.hasSuffix(".creds") ? .credentials(file: file) : .key(seedFile: file)
        }
    #endif
}

/// Keeps the name of a front or a worker from one start to the next.
enum FleetIdentity {
    /// The front whose jobs are kept in a folder.
    static func front(in folder: URL) throws(CommandFailure) -> FrontID {
        try name(in: folder.appending(path: "front"), FrontID.init, new: FrontID())
    }

    /// The worker whose compiled models are kept in a folder.
    static func worker(in folder: URL) throws(CommandFailure) -> WorkerID {
        try name(in: folder.appending(path: "worker"), WorkerID.init, new: WorkerID())
    }

    private static func name<Name: FleetName>(in file: URL, _ read: (String) -> Name?, new: Name) throws(CommandFailure) -> Name {
        if let text = try? String(contentsOf: file, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines) {
            guard let name = read(text) else {
                throw CommandFailure(.badInput, "\"\(file.path)\" does not hold a name as Easel wrote it. Delete it to take a new one.")
            }
            return name
        }
        do {
            try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data("\(new)\n".utf8).write(to: file, options: .atomic)
        } catch {
            throw CommandFailure(.cannotWrite, "\"\(file.path)\" cannot be written: \(error.localizedDescription)")
        }
        return new
    }
}
