import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import NIOHTTP1
import Synchronization

/// Asks servers that a policy allows, and follows their redirections.
///
/// End its use with `close`.
public final class WebClient: Sendable {
    private let policy: HostPolicy
    private let configuration: HTTPClient.Configuration
    /// One for all servers; under a restricted policy one for each server, which connects to the address that was looked at.
    private let clients = Mutex<[String: HTTPClient]>([:])

    static let mostRedirections = 10

    /// - Parameters:
    ///   - policy: the servers that may be asked.
    ///   - silence: the time after which a server that says nothing is given up.
    public init(_ policy: HostPolicy = .open, silence: Duration = .seconds(60)) {
        self.policy = policy
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: .seconds(20), read: .nanoseconds(Int64(silence / .nanoseconds(1)))),
            // Ranges count the bytes of the file, not those of a packed form of it.
            decompression: .disabled)
        // One connection of HTTP/2 would share its window among all files; servers of files know HTTP/1.1.
        configuration.httpVersion = .http1Only
        self.configuration = configuration
    }

    /// Ends all connections.
    public func close() async {
        let all = clients.withLock { clients in
            defer { clients = [:] }
            return clients.values.map { $0 }
        }
        for client in all { try? await client.shutdown() }
    }

    /// Asks for an address.
    /// - Parameters:
    ///   - headers: sent to every server on the way.
    ///   - secrets: headers that only the first server may see.
    func get(
        _ address: String, headers: [(String, String)] = [], secrets: [(String, String)] = []
    ) async throws(DownloadError) -> WebAnswer {
        guard let first = URL(string: address) else { throw .unreadable(address, hint: ModelSource.hint) }
        var url = first
        for _ in 0...Self.mostRedirections {
            let client = try await client(for: url, after: url == first ? nil : first)
            var request = HTTPClientRequest(url: url.absoluteString)
            request.headers = HTTPHeaders([("User-Agent", "Easel")] + headers)
            if url.origin == first.origin { request.headers.add(contentsOf: HTTPHeaders(secrets)) }
            let response = try await response(to: request, from: client, host: url.hostName)
            guard [301, 302, 303, 307, 308].contains(response.status.code), let location = response.headers.first(name: "Location") else {
                return WebAnswer(response, host: url.hostName, isRedirected: url != first)
            }
            guard let next = URL(string: location, relativeTo: url)?.absoluteURL else {
                throw .unexpectedAnswer(host: url.hostName, reason: "redirects to something that is no address")
            }
            // CivitAI sends those whom it does not know to a page that asks for a password.
            guard next.path != "/login" || next.origin != first.origin else {
                throw .notAllowed(host: url.hostName, hint: HubAccess.hint(forHost: url.hostName))
            }
            url = next
        }
        throw .unexpectedAnswer(host: first.hostName, reason: "redirects more than \(Self.mostRedirections) times")
    }

    /// The client that may ask for an address.
    /// - Parameter first: the address that was redirected to this one.
    private func client(for url: URL, after first: URL?) async throws(DownloadError) -> HTTPClient {
        try policy.check(url, after: first)
        guard policy.isRestricted else { return client(named: "", configuration) }
        let host = url.host() ?? ""
        if let known = clients.withLock({ $0[host] }) { return known }
        // The name is not looked up again: the address that was checked is the one that is connected to, also when the name's owner
        // changes it meanwhile. Certificates are still those of the name.
        var configuration = configuration
        configuration.dnsOverride[host] = try await policy.address(of: url.hostName, port: url.port ?? 443)
        return client(named: host, configuration)
    }

    private func client(named name: String, _ configuration: HTTPClient.Configuration) -> HTTPClient {
        clients.withLock { clients in
            if let known = clients[name] { return known }
            let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
            clients[name] = client
            return client
        }
    }

    private func response(
        to request: HTTPClientRequest, from client: HTTPClient, host: String
    ) async throws(DownloadError) -> HTTPClientResponse {
        do {
            // Whole downloads take hours; silence is what ends them.
            return try await client.execute(request, deadline: .distantFuture)
        } catch {
            throw DownloadError(connection: error, host: host)
        }
    }
}

/// The beginning of an answer, and the rest as it comes.
struct WebAnswer: Sendable {
    let status: Int
    /// The server that answered in the end.
    let host: String
    let isRedirected: Bool
    private let headers: HTTPHeaders
    private let body: HTTPClientResponse.Body

    init(_ response: HTTPClientResponse, host: String, isRedirected: Bool) {
        status = Int(response.status.code)
        headers = response.headers
        body = response.body
        self.host = host
        self.isRedirected = isRedirected
    }

    subscript(header: String) -> String? { headers.first(name: header) }

    /// Hands on the body, piece by piece.
    /// - Throws: what `take` throws, `DownloadError.connection` or `.cancelled`.
    func forEachPiece(_ take: (ByteBuffer) async throws(DownloadError) -> Void) async throws(DownloadError) {
        var pieces = body.makeAsyncIterator()
        while true {
            let piece: ByteBuffer?
            do {
                piece = try await pieces.next()
            } catch {
                throw DownloadError(connection: error, host: host)
            }
            guard let piece else { return }
            try await take(piece)
        }
    }

    /// The whole body of a short answer.
    /// - Parameter limit: in bytes; a longer one is refused.
    func bytes(atMost limit: Int = 64 << 20) async throws(DownloadError) -> [UInt8] {
        var bytes: [UInt8] = []
        try await forEachPiece { piece throws(DownloadError) in
            bytes += piece.readableBytesView
            guard bytes.count <= limit else { throw .unexpectedAnswer(host: host, reason: "answers with more than \(limit) bytes") }
        }
        return bytes
    }
}

extension DownloadError {
    /// What a connection's failure means.
    init(connection error: any Error, host: String) {
        self = switch error {
        case is CancellationError: .cancelled
        case _ where Task.isCancelled: .cancelled
        case let error as HTTPClientError: .connection(host: host, reason: error.shortDescription)
        default: .connection(host: host, reason: "\(error)")
        }
    }
}

extension URL {
    /// The scheme, the server and the port: who is asked.
    fileprivate var origin: String { "\(scheme?.lowercased() ?? "")://\(hostName):\(port.map(String.init) ?? "")" }
}
