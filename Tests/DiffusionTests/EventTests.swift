import Diffusion
import Generation
import OpenVINO
import Sampling
import Synchronization
import Testing

@testable import Compilation
@testable import Diffusion

@Suite("Events and lifetimes of a request")
struct EventTests {
    @Test("events come in order and complete; later requests compile nothing")
    func order() async throws {
        let pipeline = try Demo.newPipeline()
        let request = Demo.request { $0.batchSize = 2 }
        let drawing: [GenerationEvent] = [
            .denoising(done: 0, total: 2), .denoising(done: 1, total: 2), .denoising(done: 2, total: 2),
        ]
        let decoding: [GenerationEvent] = [.decoding(index: 0, total: 2), .decoding(index: 1, total: 2)]

        let (first, firstEvents) = try await pipeline.recorded(request)
        #expect(firstEvents ==
            [compiling(.text(0)), .encoding, compiling(.denoiser)] + drawing
            + [compiling(.decoder)] + decoding)
        #expect(Stage.allCases.allSatisfy { first.timings.compile[$0] > 0 })

        let (second, secondEvents) = try await pipeline.recorded(request)
        #expect(secondEvents == [.encoding] + drawing + decoding)
        #expect(second.timings.compile == PerStage(repeating: 0))
        #expect(second.images == first.images)
    }

    private func compiling(_ network: NetworkID) -> GenerationEvent {
        .compiling(Compiling(network, device: "CPU", shape: "any shape", reason: .firstUse))
    }

    @Test("a sampler that asks the model twice in a step tells each call")
    func heun() async throws {
        let request = Demo.request {
            $0.sampler = .heun
            $0.steps = 3
        }
        let (result, events) = try await #require(Demo.pipeline).recorded(request)
        #expect(events.filter { if case .denoising = $0 { true } else { false } } == (0...5).map { .denoising(done: $0, total: 5) })
        #expect(result.timings.steps.count == 5)
    }

    @Test("timings, devices and precisions are told for every component")
    func result() async throws {
        let result = try await #require(Demo.pipeline).generate(Demo.request()) { _ in }
        #expect(result.places == PerStage(repeating: .reference))
        #expect(result.timings.load > 0)
        #expect(result.timings.encode > 0)
        #expect(result.timings.steps.allSatisfy { $0 > 0 })
        #expect(result.timings.decode > 0)
        let parts = result.timings.encode + result.timings.decode + result.timings.steps.reduce(0, +)
        #expect(result.timings.total >= parts)
    }

    @Test("networks of a single request are freed before the next stage; those of a server stay", arguments: [
        (DiffusionPipeline.Retention.untilUsed, stays: false), (.always, stays: true),
    ])
    func retention(_ retention: DiffusionPipeline.Retention, stays: Bool) async throws {
        let pipeline = try Demo.newPipeline(retention: retention)
        let encoder = WeakModel(try await pipeline.network(.text(0)).model)
        let unet = WeakModel(try await pipeline.network(.denoiser).model)
        let vae = WeakModel(try await pipeline.network(.decoder).model)
        let seen = Mutex<[Bool]>([])
        _ = try await pipeline.generate(Demo.request()) { event in
            switch event {
            case .encoding: seen.withLock { $0.append(encoder.isAlive) }
            case .denoising(done: 0, _): seen.withLock { $0 += [encoder.isAlive, unet.isAlive] }
            case .decoding: seen.withLock { $0 += [unet.isAlive, vae.isAlive] }
            default: break
            }
        }
        #expect(seen.withLock { $0 } == [true, stays, true, stays, true])
        #expect(vae.isAlive == stays)
    }

    @Test("a pipeline that lets go of its networks compiles them again for the next request")
    func compilesAgain() async throws {
        let pipeline = try Demo.newPipeline(retention: .untilUsed)
        let first = try await pipeline.pictures(Demo.request())
        let (second, events) = try await pipeline.recorded(Demo.request())
        #expect(second.images == first)
        #expect(events.contains(compiling(.denoiser)))
    }
}

extension DiffusionPipeline {
    /// Draws, and returns what was told meanwhile.
    func recorded(_ request: GenerationRequest, previews: PreviewSchedule = .none) async throws -> (GenerationResult, [GenerationEvent]) {
        let events = EventLog()
        return (try await generate(request, previews: previews) { events.append($0) }, events.all)
    }
}

/// What a pipeline told.
final class EventLog: Sendable {
    private let events = Mutex<[GenerationEvent]>([])
    var all: [GenerationEvent] { events.withLock { $0 } }
    func append(_ event: GenerationEvent) { events.withLock { $0.append(event) } }
}

/// Watches a compiled model without keeping it.
private final class WeakModel: Sendable {
    // Set once, in `init`; reading a weak reference is atomic.
    nonisolated(unsafe) private weak var model: CompiledModel?
    init(_ model: CompiledModel) { self.model = model }
    var isAlive: Bool { model != nil }
}
