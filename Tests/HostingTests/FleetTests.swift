import Diffusion
import Fleet
import Foundation
import Generation
import Jobs
import Logging
import Settings
import TestSupport
import Testing
import WebAPI

@testable import Hosting

/// A front and a worker on one machine, without a broker between them.
@Suite("Models and devices of a fleet", .timeLimit(.minutes(30)))
struct FleetHostTests {
    private let home: TemporaryFolder
    private let host: ModelHost
    private let painter: HostPainter

    init() throws {
        home = try TemporaryFolder()
        _ = try TinyCheckpoint.sd1().writeFolder(in: home, name: "data/easel/models/tiny")
        _ = try TinyCheckpoint.sd1().writeSingleFile(in: home, name: "data/easel/models/one.safetensors")
        var values = EaselSettings()
        values.requests.model = "tiny"
        values.openvinoAccuracy = .f32
        let environment = ["XDG_DATA_HOME": home.url.appending(path: "data").path, "XDG_CACHE_HOME": home.url.appending(path: "cache").path]
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let host = ModelHost(
            LiveSettings(values, file: nil),
            library: ModelLibrary(environment: environment, executable: home.url.appending(path: "bin/easel")),
            folders: UserFolders(environment: environment), resources: .init(), logger: logger)
        self.host = host
        let store = ModelStore(
            folder: home.path + "/store", mostBytes: 10, own: { await host.knownModels()[$0] }, source: Nothing(), logger: logger)
        painter = HostPainter(host, store: store, worker: WorkerID(), workers: ["painter"], machine: "here")
    }

    private struct Nothing: ModelFetching {
        struct Missing: Error {}
        func fetch(_ model: FleetModel, to path: String) async throws { throw Missing() }
    }

    private func job(_ model: String) -> Job {
        var generation = GenerationRequest(prompt: "a cat")
        (generation.width, generation.height, generation.steps) = (32, 32, 2)
        return Job(id: JobID(at: .now), JobRequest(model: model, generation: generation), submittedAt: .now)
    }

    private func ticket(for job: Job, _ model: FleetModel) async -> Ticket {
        Ticket(
            id: TicketID(job.id, run: 0, release: 1), front: FrontID(), jobs: [job.id], requests: [job.request.generation], model: model,
            settings: await FrontHost(host: host).settings(forModel: "").pictures, deadline: .distantFuture)
    }

    @Test("a worker draws the ticket of a model that it knows by its content, and pictures carry the front's name", arguments: [
        "tiny", "one",
    ])
    func drawing(name: String) async throws {
        let model = try await FrontHost(host: host).model(named: name)
        #expect(model.name == name && (model.files.isEmpty == (name == "one")))
        let job = job(name)
        let ticket = try Ticket(message: await ticket(for: job, model).message())
        try await painter.prepare(ticket)
        let drawn = try await painter.draw(ticket) { _ in }
        #expect(drawn[0].images == (try await host.draw([job.request.generation], model: name) { _ in })[0].images)
        #expect(drawn[0].pictures[0].infotext.contains("Model: \(name),"))

        // The worker finds the tickets that it has compiled for by the front's token.
        let front = FrontHost(host: host)
        let shape = await front.group(of: job.request).shape
        let token = GroupToken(model: model.sha256, settings: await front.settings(forModel: name).networks, shape: shape)
        let presence = await painter.presence()
        #expect(presence.groups.map(\.token) == [token] && presence.groups.allSatisfy(\.isWarm))
        #expect(presence.models.contains(model.sha256) && presence.machine == "here" && presence.devices.map(\.name).contains("CPU"))
        _ = try presence.message()
    }

    @Test("a ticket of a model that is nowhere, and of a setting that is unknown, is not drawn")
    func unknown() async throws {
        let unknown = FleetModel(sha256: ContentHash(of: [1]), bytes: 1)
        let other = await ticket(for: job("tiny"), unknown)
        await #expect(throws: Nothing.Missing.self) { try await painter.prepare(other) }
        let model = try await FrontHost(host: host).model(named: "tiny")
        let job = job("tiny")
        func changed(_ settings: [String: String]) -> Ticket {
            Ticket(
                id: other.id, front: other.front, jobs: [job.id], requests: other.requests, model: model, settings: settings,
                deadline: .distantFuture)
        }
        await #expect(throws: ModelUnfit.self) { try await painter.prepare(changed(["odd": "1"])) }
        await #expect(throws: HostPainter.OtherSetting.self) { try await painter.prepare(changed(["prediction": "v"])) }
    }

    @Test("a front refuses what its workers cannot draw, in words")
    func refusals() async throws {
        let front = FrontHost(host: host)
        var request = job("tiny").request
        try await front.validate(request)
        request.generation.sourcePictures = [InputPicture(sha256: String(repeating: "1", count: 64))].compactMap(\.self)
        let refused = await #expect(throws: InvalidRequest.self) { try await front.validate(request) }
        #expect(refused?.description.contains("words alone") == true)
        await #expect(throws: InvalidRequest.self) { try await front.model(named: "nope") }
    }
}
