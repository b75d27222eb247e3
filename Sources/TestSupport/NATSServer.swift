import Foundation
import Synchronization

/// A NATS server of a test's own, on this machine's loopback, with JetStream in a temporary folder. It ends with the last reference.
public final class NATSServer: Sendable {
    /// The program that `EASEL_NATS_SERVER` names, or the one that `make fleet-server` fetched; nil when there is neither.
    public static let program: String? = {
        let path = ProcessInfo.processInfo.environment["EASEL_NATS_SERVER"] ?? Fixture.checkout.appending(path: ".nats/nats-server").path
        return FileManager.default.isExecutableFile(atPath: path) ? path : nil
    }()

    public enum Failure: Error {
        case noProgram
        /// - Parameter log: the end of what the server wrote.
        case doesNotStart(log: String)
    }

    private let folder: TemporaryFolder
    private let configuration: String
    private let keepsMessages: Bool
    private let process = Mutex<ChildProcess?>(nil)
    /// -1 for any that is free.
    private let knownPort = Mutex(-1)

    /// The port on 127.0.0.1. A restart keeps it.
    public var port: Int { knownPort.withLock(\.self) }
    public var url: String { "nats://127.0.0.1:\(port)" }
    public var storePath: String { folder.url.appending(path: "store").path }

    /// Starts a server, and waits until clients can connect.
    /// - Parameters:
    ///   - configuration: more lines for the configuration's file.
    ///   - keepsMessages: whether it has JetStream.
    public static func start(_ configuration: String = "", keepsMessages: Bool = true) async throws -> NATSServer {
        let server = try NATSServer(configuration, keepsMessages: keepsMessages)
        try await server.restart()
        return server
    }

    fileprivate init(_ configuration: String, keepsMessages: Bool) throws {
        folder = try TemporaryFolder()
        self.configuration = configuration
        self.keepsMessages = keepsMessages
    }

    deinit { process.withLock { $0?.send(SIGKILL) } }

    /// Ends the server at once, as a loss of the machine's process would.
    public func kill() async {
        let process = process.withLock { process in
            defer { process = nil }
            return process
        }
        process?.send(SIGKILL)
        _ = await process?.exitCode()
    }

    /// Starts it again, on the same port and with the same store.
    public func restart() async throws {
        try spawn()
        try await waitUntilReady()
    }

    /// Removes all that it keeps. For a server that was killed.
    public func wipe() throws { try FileManager.default.removeItem(atPath: storePath) }

    /// Stops it without ending it: connections stay, and nothing is answered.
    public func pause() {
        process.withLock { process in
            guard let process else { return }
            process.send(SIGSTOP)
            // The signal is on its way for a moment, in which the server may answer.
            while process.isRunning, !process.isStopped { Thread.sleep(forTimeInterval: 0.001) }
        }
    }

    public func resume() { process.withLock { $0?.send(SIGCONT) } }

    public var log: String { (try? String(contentsOf: folder.url.appending(path: "log"), encoding: .utf8)) ?? "" }

    fileprivate func spawn() throws {
        guard let program = Self.program else { throw Failure.noProgram }
        let text = """
            \(keepsMessages ? "jetstream { store_dir: \"\(storePath)\", sync_interval: always }" : "")
            \(configuration)
            """
        try folder.write(text, to: "nats.conf")
        let log = folder.url.appending(path: "log").path
        if !FileManager.default.fileExists(atPath: log) { try folder.write("", to: "log") }
        try? FileManager.default.removeItem(at: portsFolder)
        try FileManager.default.createDirectory(at: portsFolder, withIntermediateDirectories: true)
        let child = try ChildProcess(
            program,
            ["-c", folder.url.appending(path: "nats.conf").path, "-a", "127.0.0.1", "-p", "\(port)", "--ports_file_dir", portsFolder.path],
            errors: log)
        process.withLock { $0 = child }
    }

    private var portsFolder: URL { folder.url.appending(path: "ports") }

    /// The server writes the file of its ports when it listens.
    fileprivate func waitUntilReady() async throws {
        struct Ports: Decodable { var nats: [String]? }
        for _ in 1...2000 {
            guard process.withLock({ $0?.isRunning == true }) else { break }
            let file = try FileManager.default.contentsOfDirectory(at: portsFolder, includingPropertiesForKeys: nil).first
            let addresses = file.flatMap { try? JSONDecoder().decode(Ports.self, from: Data(contentsOf: $0)) }?.nats ?? []
            if let port = addresses.first.flatMap({ $0.split(separator: ":").last }).flatMap({ Int($0) }) {
                knownPort.withLock { $0 = port }
                return
            }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw Failure.doesNotStart(log: String(log.suffix(2000)))
    }
}

/// Three servers that keep everything three times.
public struct NATSCluster: Sendable {
    public let servers: [NATSServer]

    public static func start(_ configuration: String = "") async throws -> NATSCluster {
        let ports = try freePorts(3)
        let routes = ports.map { "\"nats://127.0.0.1:\($0)\"" }.joined(separator: ", ")
        let servers = try ports.enumerated().map { index, port in
            try NATSServer(
                """
                server_name: n\(index)
                cluster { name: easel, listen: "127.0.0.1:\(port)", routes: [\(routes)] }
                \(configuration)
                """, keepsMessages: true)
        }
        for server in servers { try server.spawn() }
        for server in servers { try await server.waitUntilReady() }
        return NATSCluster(servers: servers)
    }

    /// - Parameter name: as in `leader` of a stream's information: `n0` to `n2`.
    public func server(_ name: String) -> NATSServer? { servers.indices.first { "n\($0)" == name }.map { servers[$0] } }

    /// Ports that were free a moment ago: the servers must know one another's before they start.
    private static func freePorts(_ count: Int) throws -> [Int] {
        var sockets: [Int32] = []
        defer { for socket in sockets { close(socket) } }
        return try (0..<count).map { _ in
            let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            sockets.append(socket)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = inet_addr("127.0.0.1")
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let code = withUnsafeMutablePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(socket, $0, length) == 0 ? getsockname(socket, $0, &length) : -1
                }
            }
            guard code == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EINVAL) }
            return Int(UInt16(bigEndian: address.sin_port))
        }
    }
}
