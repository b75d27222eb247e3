import Compilation
import Diffusion
import Fidelity
import Foundation
import Generation
import Tensors
import TestSupport
import Testing

@Suite("A pipeline that looks after itself")
struct MonitoredPipelineTests {
    private static func scaled(_ output: NDArray, _: NDArray?) -> NDArray { 1.05 * output }
    private static func farScaled(_ output: NDArray, _: NDArray?) -> NDArray { 1.3 * output }
    private static func spoiled(_ output: NDArray, _: NDArray?) -> NDArray {
        var output = output
        output.values[3] = .nan
        return output
    }

    // When

    @Test("each compile gets a probe as its baseline; then nothing is due")
    func baselines() async throws {
        let watching = try Watching()
        #expect(try await watching.monitored.checkIfDue().isEmpty)
        let result = try await watching.draw()
        #expect(result.incidents.isEmpty)
        let events = try await watching.monitored.checkIfDue()
        #expect(events.map(\.stage) == Stage.allCases)
        #expect(events.allSatisfy { $0.finding == .baseline && $0.response == .none })
        #expect(try await watching.monitored.checkIfDue().isEmpty)
        try await watching.draw("green frog")
        #expect(try await watching.monitored.checkIfDue().isEmpty)
        // The reference's UNet is not kept, and the text encoder, which pictures use too, is.
        #expect(await watching.pipeline.networks.readyKeys.count == 3)
    }

    @Test("so many pictures, or so much time, make probes due")
    func schedules() async throws {
        let watching = try Watching {
            $0.picturesBetweenProbes = 2
            $0.timeBetweenProbes = .seconds(3600)
        }
        try await watching.draw()
        try await watching.monitored.checkIfDue()
        try await watching.draw()
        #expect(try await watching.monitored.checkIfDue().isEmpty)
        try await watching.draw()
        #expect(try await watching.monitored.checkIfDue().map(\.finding) == [.withinBounds, .withinBounds, .withinBounds])
        watching.time.advance(by: .seconds(3599))
        #expect(try await watching.monitored.checkIfDue().isEmpty)
        watching.time.advance(by: .seconds(1))
        #expect(try await watching.monitored.checkIfDue().count == 3)
    }

    @Test("a check on request needs no picture before it")
    func check() async throws {
        let watching = try Watching()
        let report = try await watching.monitored.check()
        #expect(report.stages.map(\.stage) == Stage.allCases)
        #expect(report.verdict.isWithinBounds)
        #expect(report.stages.allSatisfy { ($0.seconds ?? 0) > 0 && $0.speedRatio != nil })
    }

    @Test("a picture is drawn on the reference and where the components run; what is compiled for the former alone is let go of")
    func comparing() async throws {
        let watching = try Watching(fault: Fault(Self.scaled))
        let request = Watching.request("red apple")
        let alike = try await watching.monitored.compare(request)
        #expect(alike.candidate == (try await watching.draw("red apple").images[0]))
        #expect(alike.report().verdict.isWithinBounds)
        // The reference's text encoder is that of pictures, too.
        let ready = await watching.pipeline.networks.readyKeys
        #expect(Set(ready.map(\.stage)) == Set(Stage.allCases) && ready.count == 3)
        #expect(
            await watching.pipeline.networks.records.filter { $0.reason == .reference }.map(\.stage.rawValue).sorted() == [
                "text_encoder", "unet", "vae"
            ])

        watching.fault.begin()
        let off = try await watching.monitored.compare(request)
        #expect(off.reference == alike.reference && off.candidate != alike.candidate)
        let (before, after) = (try #require(alike.report().picture?.psnr), try #require(off.report().picture?.psnr))
        #expect(after < before)
    }

    @Test("a comparison that is cancelled ends, and pictures are drawn after it")
    func cancelledComparison() async throws {
        let watching = try Watching()
        let comparing = Task { try await watching.monitored.compare(Watching.request("red apple")) }
        comparing.cancel()
        await #expect(throws: CancellationError.self) { try await comparing.value }
        #expect(try await watching.draw().images.count == 1)
    }

    @Test("what is found out reaches whoever listens, and the status as JSON")
    func telling() async throws {
        let watching = try Watching()
        try await watching.draw()
        let found = try await watching.monitored.checkIfDue()
        watching.time.advance(by: .seconds(60))
        var events = watching.monitored.events.makeAsyncIterator()
        for event in found { #expect(await events.next()?.event == event) }
        let status = await watching.monitored.status
        #expect(status.stages.map(\.stage) == Stage.allCases)
        for row in status.stages {
            #expect(row.precision == "f32")
            #expect(row.distance != nil && row.speedRatio != nil && row.notice == nil)
            #expect(row.secondsSinceProbe == 60)
        }
        #expect(status.events == found)
    }

    // What then

    @Test("a scale error of 5 % is noticed at the next probe, and mended by the rung that helps", arguments: [
        // How many UNets are wrong, one compiled after the other.
            (.reference, 1, [.recompile], "It is compiled again from scratch"),
            (Watching.other, 2, [.recompile, .move(.reference)], "It moves to the CPU")
    ] as [(Placement, Int, [Remedy], String)])
    func mending(start: Placement, wrongCompiles: Int, remedies: [Remedy], words: String) async throws {
        let watching = try Watching(
            denoise: start, fault: Fault(Self.scaled, in: { key, compiles in key.stage == .denoise && compiles <= wrongCompiles }))
        try await expectMended(watching, remedies, words)
    }

    @Test("… and one of 30 % by f32, where it was less", .enabled(if: Watching.hasHalf))
    func mendingByAccuracy() async throws {
        let watching = try Watching(
            denoise: Watching.half, fault: Fault(Self.farScaled, in: { key, compiles in key.stage == .denoise && compiles <= 2 }))
        try await expectMended(watching, [.recompile, .move(.reference)], "It moves to accuracy, f32 on CPU")
    }

    private func expectMended(_ watching: Watching, _ remedies: [Remedy], _ words: String) async throws {
        try await watching.draw()
        try await watching.monitored.checkIfDue()
        watching.fault.begin()
        #expect(try await watching.draw().incidents.isEmpty)
        #expect(try await watching.monitored.checkIfDue().isEmpty)
        watching.time.advance(by: .seconds(100_000))
        let events = try await watching.monitored.checkIfDue().filter { $0.stage == .denoise }
        #expect(events.map(\.response) == remedies.map { .mend($0) } + [.none])
        #expect(events.last?.finding == .recovered)
        #expect(await watching.pipeline.networks.records.filter { $0.reason == .repair }.count == remedies.count)

        let mended = try await watching.draw()
        #expect(mended.incidents.count == 1)
        #expect(mended.incidents.first?.contains(words) == true)
        let status = await watching.monitored.status
        #expect(status.stages.compactMap(\.notice?.description) == mended.incidents)
        #expect(status.events.contains(events[0]))
        #expect(try await watching.monitored.check().verdict.isWithinBounds)
    }

    @Test("where not even the reference's own arithmetic helps, it is said, and the next probe says it again")
    func hopeless() async throws {
        let watching = try Watching(denoise: Watching.other, fault: Fault(Self.scaled, in: { key, _ in key.stage == .denoise }))
        try await watching.draw()
        try await watching.monitored.checkIfDue()
        watching.fault.begin()
        let report = try await watching.monitored.check()
        #expect(!report.verdict.isWithinBounds)
        let unet = await watching.monitored.status.events.filter { $0.stage == .denoise }
        #expect(unet.map(\.response) == [.none, .mend(.recompile), .mend(.move(.reference)), .giveUp])
        #expect(watching.pipeline.placements.denoise == .reference)
        #expect(try await watching.draw().incidents.first?.contains("There is nothing more exact than this") == true)
    }

    @Test("an answer that is stale is noticed")
    func stale() async throws {
        let watching = try Watching(
            fault: Fault({ output, previous in previous ?? output }, in: { key, compiles in key.stage == .denoise && compiles == 1 }))
        try await watching.draw()
        try await watching.monitored.checkIfDue()
        watching.fault.begin()
        #expect(try await watching.monitored.check().verdict.isWithinBounds)
        #expect(await watching.monitored.status.events.contains { $0.response == .mend(.recompile) })
    }

    @Test("NaN redoes the picture one rung up, and the next probe mends the network for all others")
    func nonFinite() async throws {
        // The picture's own move is the second UNet; the third is the repaired one.
        let watching = try Watching(
            denoise: Watching.other,
            fault: Fault(Self.spoiled, in: { key, compiles in key.stage == .denoise && key.placement != .reference && compiles < 3 }))
        try await watching.draw()
        try await watching.monitored.checkIfDue()
        watching.fault.begin()
        let result = try await watching.draw()
        #expect(result.moves.map(\.stage) == [.denoise])
        #expect(watching.pipeline.placements.denoise == Watching.other)
        let events = try await watching.monitored.checkIfDue().filter { $0.stage == .denoise }
        #expect(events.first?.response == .mend(.recompile))
        #expect(events.last?.finding == .recovered)
        #expect(try await watching.draw().moves.isEmpty)
    }

    @Test("NaN where there is no other placement: the network is compiled again and the picture drawn after all")
    func nonFiniteWithoutFallback() async throws {
        let watching = try Watching(fault: Fault(Self.spoiled, in: { key, compiles in key.stage == .denoise && compiles <= 1 }))
        try await watching.draw()
        try await watching.monitored.checkIfDue()
        watching.fault.begin()
        let result = try await watching.draw()
        #expect(Suspicion(picture: result.images[0]) == nil)
        #expect(result.moves.isEmpty)
        #expect(result.incidents.first?.contains("It is compiled again from scratch") == true)
    }

    // Suspicious pictures

    @Test("a flat picture is looked into at once, and drawn again when a network was to blame")
    func flat() async throws {
        let watching = try Watching(
            fault: Fault({ output, _ in NDArray(repeating: 0, shape: output.shape) }, in: { key, _ in key.stage == .decode }),
            lastRung: .nothing)
        // Told only: no ladder is allowed.
        watching.fault.begin()
        let flat = try await watching.draw()
        #expect(Suspicion(picture: flat.images[0]) != nil)
        #expect(flat.incidents.count == 1)
    }

    @Test("a flat picture that no rung mends is an error")
    func unmended() async throws {
        let watching = try Watching(
            fault: Fault({ output, _ in NDArray(repeating: 0, shape: output.shape) }, in: { key, _ in key.stage == .decode }))
        watching.fault.begin()
        await #expect(throws: UnmendedDrift.self) { try await watching.draw() }
    }

    @Test("in a batch, a flat picture has all of it drawn again, and each request is told")
    func flatInBatch() async throws {
        let watching = try Watching(
            decode: Watching.other,
            fault: Fault(
                { output, _ in NDArray(repeating: 0, shape: output.shape) },
                in: { key, _ in key.stage == .decode && key.placement != .reference }))
        watching.fault.begin()
        let requests = (0..<2).map { Watching.request("a cat", seed: $0) }
        let results = try await watching.monitored.generate(requests) { _ in }
        #expect(results.map { $0.pictures.map(\.seed) } == [[0], [1]])
        for result in results {
            #expect(Suspicion(picture: result.images[0]) == nil)
            #expect(result.incidents.first?.contains("It moves to the CPU") == true)
        }
        #expect(try await watching.monitored.check().verdict.isWithinBounds)
    }

    @Test("a flat picture is drawn again, and is not flat any more")
    func flatMended() async throws {
        let watching = try Watching(
            decode: Watching.other,
            fault: Fault(
                { output, _ in NDArray(repeating: 0, shape: output.shape) },
                in: { key, _ in key.stage == .decode && key.placement != .reference }))
        watching.fault.begin()
        let result = try await watching.draw()
        #expect(Suspicion(picture: result.images[0]) == nil)
        #expect(result.places.decode.device == "CPU")
        #expect(result.incidents.count == 1)
    }

    // Loading anew

    @Test("a reload compiles all anew, where each ran first")
    func reload() async throws {
        let watching = try Watching(
            denoise: Watching.other, fault: Fault(Self.scaled, in: { key, compiles in key.stage == .denoise && compiles <= 2 }))
        try await watching.draw()
        watching.fault.begin()
        _ = try await watching.monitored.check()
        #expect(watching.pipeline.placements.denoise == .reference)
        try await watching.monitored.reload()
        #expect(watching.pipeline.placements.denoise == Watching.other)
        #expect(await watching.pipeline.networks.records.suffix(3).map(\.reason) == [.reload, .reload, .reload])
        #expect(try await watching.draw().incidents.isEmpty)
        #expect(try await watching.monitored.checkIfDue().map(\.finding) == [.baseline, .baseline, .baseline])
    }

    @Test("a reload keeps or drops what is on disk, as it is told", arguments: [true, false])
    func diskCache(isKept: Bool) async throws {
        let folder = try TemporaryFolder()
        let cache = DiskCache(in: folder.url, byteLimit: 1 << 40, form: .full)
        let watching = try Watching(diskCache: cache)
        try await watching.draw()
        try await watching.monitored.reload(keepingDiskCache: isKept)
        let reloads = await watching.pipeline.networks.records.filter { $0.reason == .reload }
        #expect(reloads.map(\.isFromDiskCache) == [isKept, isKept, isKept])
        #expect(cache.items().count == 3)
    }

    @Test("so many pictures make a reload due; by itself there is none")
    func scheduledReload() async throws {
        let watching = try Watching { $0.picturesBetweenReloads = 2 }
        try await watching.draw()
        try await watching.monitored.checkIfDue()
        #expect(await !watching.pipeline.networks.records.contains { $0.reason == .reload })
        try await watching.draw()
        try await watching.monitored.checkIfDue()
        #expect(await watching.pipeline.networks.records.filter { $0.reason == .reload }.count == 3)
    }

    @Test("a probe and a picture never run at the same time, and a picture that is not wanted any more leaves the queue")
    func turns() async throws {
        let watching = try Watching()
        try await watching.draw()
        async let probes = watching.monitored.checkIfDue()
        async let picture = watching.draw()
        let unwanted = Task { try await watching.draw() }
        unwanted.cancel()
        await #expect(throws: (any Error).self) { try await unwanted.value }
        #expect(try await picture.images.count == 1)
        #expect(try await probes.count == 3)
    }
}
