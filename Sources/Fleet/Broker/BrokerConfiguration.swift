public import Bus
import Files

/// Configuration of a NATS server for one fleet: an account, and a user with permissions for each front and each worker.
///
/// Permissions name what `JetStreamFrontDispatch`, `JetStreamWorkerDispatch` and `FleetStatus` do, subject by subject. Names of fronts and
/// workers are random and made by themselves, so they are wildcards here. Answers are each user's own: their subjects begin with the user's
/// public key.
public struct BrokerConfiguration: Sendable {
    public enum Role: Sendable {
        /// Makes the streams, submits tickets, reads ends and pictures.
        case front
        /// Takes tickets, writes ends and pictures.
        case worker
        /// Reads the state of the fleet, and no prompts or pictures.
        case status
    }

    public struct User: Sendable {
        /// Name of the user's files, such as `worker1`.
        public var name: String
        public var role: Role
        public var key: UserKey

        public init(_ name: String, _ role: Role, key: UserKey = UserKey()) {
            (self.name, self.role, self.key) = (name, role, key)
        }
    }

    /// Name or address by which fronts and workers reach the server. One of this machine's own needs no TLS.
    public var host: String
    /// Folder in which JetStream keeps its messages, from the server's working folder on.
    public var store: String
    public var users: [User]

    /// Variable of the environment with the key that the store is encrypted with.
    public static let storeKeyVariable = "EASEL_STORE_KEY"

    /// - Throws: `Invalid` for a host or a folder that cannot stand in the configuration.
    public init(host: String, store: String, users: [User]) throws(Invalid) {
        let isHost = !host.isEmpty && host.utf8.allSatisfy {
            switch $0 {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
            default: Array(".-:_".utf8).contains($0)
            }
        }
        guard isHost else { throw .host }
        let isFolder = !store.isEmpty && store.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F && !Array("\"\\".utf8).contains($0) }
        guard isFolder else { throw .store }
        (self.host, self.store, self.users) = (host, store, users)
    }

    public enum Invalid: Error { case host, store }

    /// Place that a program connects to.
    public var address: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return "\(usesTLS ? "tls" : "nats")://\(name):\(Self.port)"
    }

    /// Whether other machines reach the server.
    public var usesTLS: Bool { !host.isLoopbackHost }

    private static let port = 4222

    /// Contents of the file that the server is started with.
    public var text: String {
        """
        # NATS server of a fleet of Easel: version 2.12.6 or later. Written by `easel fleet config`.
        # Start it in this folder: set -a; . ./nats.env; nats-server --config nats.conf

        \(connection)

        jetstream {
          store_dir: "\(store)"
          # What the server has acknowledged is on the disk.
          sync_interval: always
          # Prompts and pictures lie in the store for up to a day. The key is in nats.env: without it the store cannot be read.
          key: $\(Self.storeKeyVariable)
        }

        # One public key each; the secret halves are in the .nk files. To shut somebody out, remove the user and reload the server
        # (nats-server --signal reload). Names of fronts and workers (f…, w…) are made at their first start, so * stands for them below:
        # fronts trust one another, and a worker could speak for another one. No worker can read another's answers, submit a ticket or make
        # a stream.
        accounts {
          EASEL {
            jetstream: enabled
            users: [
        \(users.map(text(of:)).joined(separator: "\n"))
            ]
          }
        }

        """
    }

    private var connection: String {
        guard usesTLS else {
            let address = host.contains(":") ? "[\(host)]" : host
            return """
                # Only this machine can connect. For others: easel fleet config --host NAME.
                listen: "\(address):\(Self.port)"
                """
        }
        let isAddress = host.contains(":") || host.allSatisfy { $0.isNumber || $0 == "." }
        return """
            listen: "0.0.0.0:\(Self.port)"

            # Put the server's certificate and its key beside this file. An authority that the machines know will do (ACME, your own one).
            # Or make a certificate for \(host), copy nats-cert.pem to each front and worker, and name it there with --queue-ca:
            #   openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 365 -subj "/CN=\(host)" \\
            #     -addext "subjectAltName=\(isAddress ? "IP" : "DNS"):\(host)" -keyout nats-key.pem -out nats-cert.pem
            tls {
              cert_file: "nats-cert.pem"
              key_file: "nats-key.pem"
            }
            """
    }

    private func text(of user: User) -> String {
        let permissions = Permissions(of: user.role, inbox: Self.inboxPrefix(of: user.key))
        func list(_ subjects: [String]) -> String { subjects.map { "          \"\($0)\"" }.joined(separator: "\n") }
        return """
                  # \(user.name)
                  { nkey: \(user.key.publicKey), permissions: {
                    publish: { allow: [
            \(list(permissions.publish))
                    ] }
                    subscribe: { allow: [
            \(list(permissions.subscribe))
                    ] }
                  } }
            """
    }

    /// Beginning of the subjects of a user's answers.
    public static func inboxPrefix(of user: UserKey) -> String { "_INBOX.\(user.publicKey)" }
}

/// Subjects that a user may use.
private struct Permissions {
    var publish: [String]
    var subscribe: [String]

    private typealias Names = BrokerNames

    init(of role: BrokerConfiguration.Role, inbox: String) {
        switch role {
        case .front: (publish, subscribe) = (Self.ofFront, ["\(inbox).>", "\(Subjects.root).event.*.*"])
        case .worker: (publish, subscribe) = (Self.ofWorker, ["\(inbox).>"] + Self.heardByWorker)
        case .status: (publish, subscribe) = (Self.ofStatus, ["\(inbox).>"])
        }
    }

    private static let root = Subjects.root
    private static let tables = [Names.workers, Names.fronts, Names.groups].map { "KV_\($0)" }

    private static let ofFront: [String] =
        ["\(root).ticket.*.*.*", "\(root).control.*", "$KV.\(Names.fronts).*", "$KV.\(Names.groups).*", "$JS.API.INFO"]
        + ([Names.tickets, Names.results, Names.lost] + tables).flatMap { ["$JS.API.STREAM.INFO.\($0)", "$JS.API.STREAM.CREATE.\($0)"] }
        + [
            // Tickets: their groups' consumers, looking one up, withdrawing it.
            "$JS.API.CONSUMER.CREATE.\(Names.tickets).*.\(root).ticket.>",
            "$JS.API.DIRECT.GET.\(Names.tickets)",
            "$JS.API.STREAM.MSG.DELETE.\(Names.tickets)",
            // Ends and pictures.
            "$JS.API.CONSUMER.CREATE.\(Names.results).*.\(root).result.>",
            "$JS.API.CONSUMER.MSG.NEXT.\(Names.results).*",
            "$JS.API.DIRECT.GET.\(Names.results)",
            "$JS.API.STREAM.PURGE.\(Names.results)",
            "$JS.ACK.\(Names.results).>",
            // Tickets that nobody gets any more.
            "$JS.API.CONSUMER.CREATE.\(Names.lost).*",
            "$JS.API.CONSUMER.MSG.NEXT.\(Names.lost).*",
            "$JS.ACK.\(Names.lost).>",
        ]
        // Workers and other fronts are watched.
        + [Names.workers, Names.fronts].flatMap {
            [
                "$JS.API.CONSUMER.CREATE.KV_\($0).*.$KV.\($0).>", "$JS.API.CONSUMER.MSG.NEXT.KV_\($0).*",
                "$JS.API.CONSUMER.DELETE.KV_\($0).*", "$JS.API.DIRECT.GET.KV_\($0)",
            ]
        }

    private static let ofWorker = [
        "\(root).result.*.*.end", "\(root).result.*.*.*.*", "\(root).event.*.*", "\(root).hint.ticket.*.*.*", "$KV.\(Names.workers).*",
        "$JS.API.INFO",
        "$JS.API.CONSUMER.MSG.NEXT.\(Names.tickets).*",
        "$JS.ACK.\(Names.tickets).>",
        // Ends, and no pictures: the subject stands in the request.
        "$JS.API.DIRECT.GET.\(Names.results).\(root).result.*.*.end",
        "$JS.API.DIRECT.GET.KV_\(Names.groups)", "$JS.API.DIRECT.GET.KV_\(Names.fronts)",
    ]

    private static let heardByWorker = [Subjects.controls, Subjects.hints, "$KV.\(Names.groups).*", "$KV.\(Names.fronts).*"]

    private static let ofStatus =
        ["$JS.API.INFO"] + [Names.tickets, Names.results, Names.lost].map { "$JS.API.STREAM.INFO.\($0)" }
        + ["$JS.API.DIRECT.GET.KV_\(Names.workers)", "$JS.API.DIRECT.GET.KV_\(Names.fronts)"]
}
