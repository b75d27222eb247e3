import Foundation
import FoundationNetworking
import Generation
import ImageCodecs
import TestSupport
import Testing

@Suite("easel serve")
struct ServeTests {
    let easel: Easel

    init() throws { easel = try Easel(environment: ["EASEL_OPENVINO_ACCURACY": "accuracy", "EASEL_FIDELITY_CHECK_PICTURES": "0"]) }

    /// Starts a server on a free port, and stops it as a service manager would.
    /// - Returns: how it ended.
    @discardableResult
    private func serving(_ options: [String] = [], _ visit: (Service) async throws -> Void) async throws -> Easel.Outcome {
        let run = try easel.start(["serve", "--port", "0"] + options)
        do {
            #expect(try await run.hasReported("Listening on http://"))
            try await visit(Service(try #require(run.address)))
        } catch {
            run.terminate()
            throw error
        }
        run.terminate()
        return try await run.outcome()
    }

    @Test("A1111's clients get their picture, with its parameters; SIGTERM ends the server with 0")
    func picture() async throws {
        let outcome = try await serving { server in
            let answer = try await server.post(
                "/sdapi/v1/txt2img", ["prompt": "red apple", "width": 64, "height": 64, "steps": 2, "seed": 7])
            #expect(answer.status == 200)
            let images = try #require(answer.object["images"] as? [String])
            let picture = try DecodedImage(decoding: Array(#require(Data(base64Encoded: images[0]))))
            #expect(picture.image.width == 64)
            #expect(Infotext(parsing: try #require(picture.parameters))["Seed"] == "7")
        }
        #expect(outcome.exitCode == 0, "\(outcome.errors)")
    }

    @Test("a seed gives the same pixels through the server as on the command line")
    func samePicture() async throws {
        let run = try await easel(
            "generate", "red apple", "--width", "64", "--height", "64", "--steps", "2", "--cfg-scale", "7", "--seed", "7", "--shapes",
            "dynamic", "--output", "a.png")
        #expect(run.exitCode == 0)
        let expected = try DecodedImage(decoding: easel.contents(of: "a.png")).image
        try await serving { server in
            let answer = try await server.post(
                "/sdapi/v1/txt2img", ["prompt": "red apple", "width": 64, "height": 64, "steps": 2, "seed": 7, "sampler_name": "Euler"])
            let images = try #require(answer.object["images"] as? [String])
            #expect(try DecodedImage(decoding: Array(#require(Data(base64Encoded: images[0])))).image == expected)
        }
    }

    @Test("jobs and pictures outlast the server; a job that was waiting is drawn after the next start")
    func restart() async throws {
        var ids: [String] = []
        try await serving { server in
            for seed in 1...2 {
                // Too much for the moment until the server is told to stop.
                let answer = try await server.post(
                    "/api/v1/jobs", ["prompt": "a star", "width": 256, "height": 256, "steps": seed == 1 ? 2 : 150, "seed": seed])
                #expect(answer.status == 202)
                ids.append(try #require(answer.object["id"] as? String))
            }
            _ = try await server.patiently("/api/v1/jobs/\(ids[0])") { $0["state"] as? String == "done" }
            _ = try await server.delete("/api/v1/jobs/\(ids[1])")
            let waiting = try await server.post("/api/v1/jobs", ["prompt": "a cat", "width": 64, "height": 64, "steps": 2])
            ids.append(try #require(waiting.object["id"] as? String))
        }
        try await serving { server in
            let states = try await [ids[0], ids[1]].asyncMap { try await server.get("/api/v1/jobs/\($0)").object["state"] as? String }
            #expect(states == ["done", "cancelled"])
            _ = try await server.patiently("/api/v1/jobs/\(ids[2])") { $0["state"] as? String == "done" }
            #expect(try await server.get("/api/v1/images/\(ids[0])-0.png").status == 200)
        }
    }

    @Test("where it cannot serve, it says why and what to do", arguments: [
        (["--host", "0.0.0.0"], 64, "--no-auth"),
        (["--model", "sd99"], 65, "There is no model \"sd99\""),
        (["--auth", "anna"], 64, "user:password"),
        (["--api-key-file", "/nowhere"], 65, "Cannot read \"/nowhere\""),
        (["--data", "/proc/easel"], 74, "/proc/easel"),
        (["--port", "70000"], 64, "Port 70000"),
    ] as [([String], Int32, String)])
    func refusals(options: [String], code: Int32, text: String) async throws {
        let run = try await easel.start(["serve", "--port", "0"] + options).outcome()
        #expect(run.exitCode == code, "\(run.errors)")
        #expect(run.errors.contains(text), "\(run.errors)")
    }

    @Test("a port or a data folder that another server has is told, and the other goes on")
    func taken() async throws {
        try await serving(["--data", "one"]) { server in
            let folder = try await easel.start(["serve", "--port", "0", "--data", "one"]).outcome()
            #expect(folder.exitCode == 74 && folder.errors.contains("one"), "\(folder.errors)")
            let port = try await easel.start(["serve", "--port", "\(server.port)", "--data", "two"]).outcome()
            #expect(port.exitCode == 69 && port.errors.contains("\(server.port)"), "\(port.errors)")
            #expect(try await server.get("/healthz").status == 200)
        }
    }
}

/// A server from a client's side.
private struct Service {
    struct Answer {
        let status: Int
        let object: [String: Any]
    }

    let url: URL
    var port: Int { url.port ?? 0 }

    init(_ url: URL) { self.url = url }

    func get(_ path: String) async throws -> Answer { try await send("GET", path) }
    func delete(_ path: String) async throws -> Answer { try await send("DELETE", path) }
    func post(_ path: String, _ body: [String: Any]) async throws -> Answer {
        try await send("POST", path, JSONSerialization.data(withJSONObject: body))
    }

    /// Asks until the answer is as it should be, for a minute at most.
    func patiently(_ path: String, _ isRight: ([String: Any]) -> Bool) async throws -> [String: Any] {
        for _ in 0..<600 {
            let object = try await get(path).object
            if isRight(object) { return object }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw Impatience(path: path)
    }

    struct Impatience: Error { let path: String }

    private func send(_ method: String, _ path: String, _ body: Data? = nil) async throws -> Answer {
        var request = URLRequest(url: try #require(URL(string: path, relativeTo: url)))
        request.httpMethod = method
        request.httpBody = body
        request.timeoutInterval = 120
        if body != nil { request.setValue("application/json", forHTTPHeaderField: "Content-Type") }
        let (data, response) = try await URLSession.shared.data(for: request)
        let object = (try? JSONSerialization.jsonObject(with: data)) as? [String: Any]
        return Answer(status: (response as? HTTPURLResponse)?.statusCode ?? 0, object: object ?? [:])
    }
}

extension Easel.Run {
    /// Where a server says that it listens.
    fileprivate var address: URL? {
        get throws {
            try errors.firstMatch(of: /Listening on (http:\S+)/).flatMap { URL(string: String($0.1)) }
        }
    }
}

extension Sequence {
    fileprivate func asyncMap<Value>(_ transform: (Element) async throws -> Value) async rethrows -> [Value] {
        var values: [Value] = []
        for element in self { values.append(try await transform(element)) }
        return values
    }
}
