import Crypto
@testable import Downloads
import Files
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Synchronization
import TestSupport

/// A request as a test's server sees it.
struct Asked: Sendable {
    let path: String
    let headers: HTTPFields

    func header(_ name: String) -> String? { HTTPField.Name(name).flatMap { headers[$0] } }
}

/// An answer that a test's server gives, truthful or not.
struct Answer: Sendable {
    var status = 200
    var headers: [String: String] = [:]
    var body: [UInt8] = []
    /// The connection is cut after so many bytes of the body.
    var cut: Int?

    init(_ status: Int = 200, _ headers: [String: String] = [:], _ body: [UInt8] = [], cut: Int? = nil) {
        (self.status, self.headers, self.body, self.cut) = (status, headers, body, cut)
    }

    init(json: String) { self.init(200, ["Content-Type": "application/json"], Array(json.utf8)) }
}

/// A file on a server that keeps to the rules of ranges.
struct HostedFile: Sendable {
    let bytes: [UInt8]
    var etag: String? = "\"one\""

    var sha256: String { Array(SHA256.hash(data: bytes)).hexadecimal }

    /// Bytes that no shift of them resembles.
    static func random(_ count: Int, seed: UInt64 = 1) -> HostedFile {
        var generator = Dice(seed: seed)
        return HostedFile(bytes: (0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next() >> 33) })
    }

    func answer(to asked: Asked, cut: Int? = nil) -> Answer {
        var headers = ["Content-Type": "application/octet-stream"]
        headers["ETag"] = etag
        guard let range = asked.header("Range"), let start = Int(range.dropFirst("bytes=".count).prefix { $0 != "-" }),
            asked.header("If-Range").map({ $0 == etag }) ?? true
        else { return Answer(200, headers, bytes, cut: cut) }
        guard start < bytes.count else {
            headers["Content-Range"] = "bytes */\(bytes.count)"
            return Answer(416, headers)
        }
        let last = range.hasSuffix("-") ? nil : range.split(separator: "-").last.flatMap { Int($0) }
        let end = min(bytes.count - 1, last ?? .max)
        headers["Content-Range"] = "bytes \(start)-\(end)/\(bytes.count)"
        return Answer(206, headers, Array(bytes[start...end]), cut: cut)
    }
}

/// Numbers that are the same in every run.
struct Dice: RandomNumberGenerator {
    var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state
    }
}

/// A server of the test's own, on this machine.
final class FileServer: Sendable {
    private let asked = Mutex<[Asked]>([])
    private let answers: @Sendable (Asked, Int) -> Answer

    /// - Parameter answers: the answer to a request, and how many came before it.
    init(_ answers: @escaping @Sendable (Asked, Int) -> Answer) { self.answers = answers }

    /// Requests so far.
    var requests: [Asked] { asked.withLock { $0 } }

    private struct Cut: Error {}

    /// Runs the server while a test uses its address, `http://127.0.0.1:PORT`.
    func run(_ test: @escaping @Sendable (String) async throws -> Void) async throws {
        let router = Router()
        router.get("**") { [self] request, _ in
            let heard = Asked(path: "\(request.uri)", headers: request.headers)
            let count = asked.withLock { asked in
                asked.append(heard)
                return asked.count - 1
            }
            let answer = answers(heard, count)
            var headers = HTTPFields()
            for (name, value) in answer.headers { if let name = HTTPField.Name(name) { headers[name] = value } }
            // "none" is for answers that do not tell their length.
            if headers[.contentLength] == "none" {
                headers[.contentLength] = nil
            } else if headers[.contentLength] == nil {
                headers[.contentLength] = "\(answer.body.count)"
            }
            let body = ResponseBody { writer in
                let bytes = answer.cut.map { Array(answer.body.prefix($0)) } ?? answer.body
                for start in stride(from: 0, to: bytes.count, by: 4096) {
                    try await writer.write(ByteBuffer(bytes: bytes[start..<min(bytes.count, start + 4096)]))
                }
                if answer.cut != nil { throw Cut() }
                try await writer.finish(nil)
            }
            return Response(status: .init(code: answer.status), headers: headers, body: body)
        }
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)), logger: logger)
        try await application.test(.live) { client in
            guard let port = client.port else { throw Cut() }
            try await test("http://127.0.0.1:\(port)")
        }
    }
}

extension DownloadPlan {
    /// A plan for files of a test's server.
    init(_ files: [PlannedFile], name: String? = nil) {
        let model = HubModel(
            hub: "Test", name: name ?? "model", page: "http://test", kind: .checkpoint, license: "mit", baseModels: ["base"],
            files: files.map { file in
                HubFile(
                    path: file.path, address: file.address, byteCount: file.byteCount, estimatedByteCount: file.estimatedByteCount,
                    sha256: file.sha256, secrets: file.secrets)
            })
        self.init(model, named: "test", ChosenFiles(files: model.files, isFolder: name != nil))
    }
}

extension PlannedFile {
    init(_ path: String, _ address: String, _ file: HostedFile, isChecked: Bool = true, secrets: [(String, String)] = []) {
        self.init(
            path: path, address: address, byteCount: isChecked ? file.bytes.count : nil, estimatedByteCount: nil,
            sha256: isChecked ? file.sha256 : nil, secrets: secrets)
    }
}

/// Fetches as the command does, without pauses.
func fetch(
    _ files: [PlannedFile], name: String? = nil, into folder: TemporaryFolder, policy: HostPolicy = .open,
    onEvent: @escaping @Sendable (DownloadEvent) async -> Void = { _ in }
) async throws(DownloadError) -> FetchedModel {
    let web = WebClient(policy, silence: .seconds(20))
    do {
        let model = try await Downloader(web: web, firstPause: .milliseconds(1)).fetch(
            DownloadPlan(files, name: name), into: folder.path, onEvent: onEvent)
        await web.close()
        return model
    } catch {
        await web.close()
        throw error
    }
}

extension TemporaryFolder {
    /// Names of all that is in it, hidden ones too.
    var names: [String] { FolderEntries.names(in: path) ?? [] }
    func bytes(_ name: String) -> [UInt8]? { try? OpenFile.contents(of: path + "/" + name) }
}
