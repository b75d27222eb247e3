import Files
import Foundation
import Generation
import HTTPTypes
import HummingbirdTesting
import Jobs
import NIOCore
@testable import Server
import Synchronization
import Testing
import TestSupport
import WebAPI

/// Fetches nothing, and says what it was asked for.
final class FakeGetting: ModelGetting {
    private let state = Mutex((allowed: Set<String>(), downloads: [ModelDownload](), clients: [String]()))

    func allow(_ clients: Set<String>) { state.withLock { $0.allowed = clients } }
    var clients: [String] { state.withLock { $0.clients } }

    func isAllowed(_ client: String) async -> Bool { state.withLock { $0.allowed.contains(client) } }

    private func download(_ wanted: DownloadSubmission, _ state: ModelDownload.State) -> ModelDownload {
        ModelDownload(
            id: "d\(self.state.withLock { $0.downloads.count })", source: wanted.source, state: state, name: "a.safetensors",
            kind: "checkpoint", hub: "Hugging Face", page: "https://huggingface.co/a/b", revision: wanted.revision, license: "mit",
            baseModels: [], triggerWords: [], notes: [], files: [.init(path: "a.safetensors", bytes: 7, sha256: nil)], bytes: 7,
            addedAt: Date(timeIntervalSince1970: 0))
    }

    func look(_ wanted: DownloadSubmission) async throws -> ModelDownload { download(wanted, .planned) }

    func begin(_ wanted: DownloadSubmission, for client: String) async throws -> ModelDownload {
        let begun = download(wanted, .fetching)
        state.withLock {
            $0.downloads.append(begun)
            $0.clients.append(client)
        }
        return begun
    }

    var downloads: [ModelDownload] { get async { state.withLock { $0.downloads.reversed() } } }

    func cancel(_ id: String) async -> ModelDownload? {
        state.withLock { state in
            guard let index = state.downloads.firstIndex(where: { $0.id == id }) else { return nil }
            state.downloads[index].state = .cancelled
            return state.downloads[index]
        }
    }
}

@Suite("Fetching models over HTTP")
struct DownloadRouteTests {
    @Test("nobody has models fetched unless the operator allows it, and the answer says how")
    func isOff() async throws {
        let walk = try Walk()
        try await walk.run { client async throws in
            for path in ["/api/v1/models/look", "/api/v1/models/get"] {
                let refused = try await client.ask(.post, path, #"{"source": "a/b"}"#)
                #expect(refused.status == .forbidden)
                #expect(try refused.object["error"]?["reason"] == .string("downloads_off"))
                #expect(refused.text.contains("model_downloads"))
            }
            #expect(try await client.ask(.delete, "/api/v1/downloads/d0").status == .forbidden)
            #expect(try await client.ask(.get, "/api/v1/downloads").text == #"{"downloads":[],"is_allowed":false}"#)
            // A client cannot allow it to itself.
            #expect(try await client.ask(.put, "/api/v1/settings", #"{"values": {"model_downloads": "all"}}"#).status.code == 422)
            #expect(!(try await client.ask(.get, "/api/v1/settings").text.contains("model_downloads")))
        }
        #expect(await walk.engine.getting.downloads.isEmpty)
    }

    @Test("accounts that are named have models fetched, and others do not")
    func accounts() async throws {
        var options = ServerOptions()
        options.keys = ["0123456789abcdef": "ada", "fedcba9876543210": "bob"]
        let walk = try Walk(options: options)
        walk.engine.getting.allow(["ada"])
        try await walk.run { client async throws in
            let keys: [(String, Int)] = [("0123456789abcdef", 202), ("fedcba9876543210", 403)]
            for (key, status) in keys {
                let answer = try await client.execute(
                    uri: "/api/v1/models/get", method: .post, headers: [.authorization: "Bearer \(key)"],
                    body: .init(string: #"{"source": "a/b"}"#))
                #expect(answer.status.code == status)
            }
        }
        #expect(walk.engine.getting.clients == ["ada"])
    }

    @Test("a model is looked at, fetched, listed and cancelled")
    func fetched() async throws {
        let walk = try Walk()
        walk.engine.getting.allow(["unknown"])
        try await walk.run { client async throws in
            let plan = try await client.ask(.post, "/api/v1/models/look", #"{"source": "a/b", "revision": "v1"}"#)
            #expect(plan.status == .ok)
            let told = try plan.object
            #expect(told["state"] == "planned" && told["license"] == "mit" && told["bytes"] == 7 && told["revision"] == "v1")
            let begun = try await client.ask(.post, "/api/v1/models/get", #"{"source": "a/b"}"#)
            #expect(begun.status == .accepted)
            #expect(try begun.object["id"] == "d0" && begun.object["added_at"] == "1970-01-01T00:00:00Z")
            let list = try await client.ask(.get, "/api/v1/downloads").object
            #expect(list["is_allowed"] == true && list["downloads"]?[0]?["state"] == "fetching")
            #expect(try await client.ask(.delete, "/api/v1/downloads/d0").object["state"] == "cancelled")
            #expect(try await client.ask(.delete, "/api/v1/downloads/d9").status == .notFound)
            for body in ["{}", #"{"source": " "}"#, #"{"source": []}"#, #"{"source": "a/b", "into": "/etc"}"#] {
                #expect(try await client.ask(.post, "/api/v1/models/get", body).status.code == 422, "\(body)")
            }
        }
    }

    @Test("what happens to a download is an event")
    func events() throws {
        var download = ModelDownload(
            id: "d", source: "a/b", state: .fetching, name: "a", kind: "LoRA", hub: "CivitAI", page: "https://civitai.com/models/1",
            revision: nil, license: nil, baseModels: [], triggerWords: [], notes: [], files: [], bytes: nil, addedAt: .now)
        download.fail(PublicReason(ErrorReason(.diskFull, ["value": 3, "max": 1]), "The disk is full."))
        let answer = EventAnswer(.download(download), of: nil, at: .now)
        #expect(answer.name == "download" && !answer.isFinal)
        let data = try JSONDecoder().decode(JSONValue.self, from: answer.data)
        #expect(data["download"]?["failure_reason"] == "disk_full" && data["download"]?["failure_values"]?["value"] == 3)
        #expect(data["download"]?["error"] == "The disk is full." && data["download"]?["license"] == nil)
    }

    @Test("the end of a download is remembered, its progress is not")
    func memory() async {
        let events = JobEvents()
        func send(_ state: ModelDownload.State) {
            events.send(.download(ModelDownload(
                id: "d", source: "a/b", state: state, name: "a", kind: "LoRA", hub: "CivitAI", page: "", revision: nil, license: nil,
                baseModels: [], triggerWords: [], notes: [], files: [], bytes: nil, addedAt: .now)), of: nil)
        }
        send(.waiting)
        send(.fetching)
        send(.done)
        let stream = events.stream(after: 1)
        events.close()
        var states: [ModelDownload.State] = []
        for await event in stream { if case .download(let download) = event.event { states.append(download.state) } }
        #expect(states == [.done])
    }
}
