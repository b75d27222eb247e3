import Foundation
import Glibc

/// A connection without a client library, which does what no client should: goes in the middle, reads slowly or not at all.
final class RawConnection: Sendable {
    private let socket: Int32

    init(port: Int) throws {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        guard result == 0 else { throw POSIXError(.ECONNREFUSED) }
    }

    deinit { Glibc.close(socket) }

    func send(_ text: String) { _ = Array(text.utf8).withUnsafeBytes { Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) } }

    /// A request with JSON, if any.
    func ask(_ method: String, _ path: String, _ json: String = "", headers: [String] = []) {
        let lines = ["\(method) \(path) HTTP/1.1", "Host: localhost", "Content-Length: \(json.utf8.count)"] + headers
        send(lines.joined(separator: "\r\n") + "\r\n\r\n" + json)
    }

    /// Goes without a word.
    func close() { shutdown(socket, Int32(SHUT_RDWR)) }

    /// Reads until a text has come, or the connection ends.
    /// - Returns: everything so far.
    func read(until text: String) async -> String {
        let socket = socket
        return await withCheckedContinuation { continuation in
            // A thread of its own: it blocks.
            Thread.detachNewThread {
                var bytes: [UInt8] = []
                var buffer = [UInt8](repeating: 0, count: 65536)
                while !String(decoding: bytes, as: UTF8.self).contains(text) {
                    let count = recv(socket, &buffer, buffer.count, 0)
                    guard count > 0 else { break }
                    bytes += buffer[..<count]
                }
                continuation.resume(returning: String(decoding: bytes, as: UTF8.self))
            }
        }
    }
}
