@testable import Fidelity
import Generation
import Testing

/// Compiled networks are named by their size here.
private typealias Monitor = DriftMonitor<String>

@Suite("Watching a component")
struct DriftMonitorTests {
    private let start = ContinuousClock.now
    private let gpu = Place(device: "GPU", precision: "f16")

    private let exact = Placement(device: "GPU", precision: .f32)

    private func fallbacks(upTo last: Rung = .cpu) -> Fallbacks {
        Fallbacks(Placement(device: "GPU", precision: .f16), then: [exact, .reference], lastRung: last)
    }

    private func monitor(upTo last: Rung = .cpu, _ change: (inout MonitorSettings) -> Void = { _ in }) -> Monitor {
        var settings = MonitorSettings()
        change(&settings)
        return Monitor(.denoise, fallbacks(upTo: last), settings: settings)
    }

    /// One that has compiled `512` and has its baseline.
    private func watchingMonitor(
        baseline: Double = 0.003, upTo last: Rung = .cpu, _ change: (inout MonitorSettings) -> Void = { _ in }
    ) -> Monitor {
        var monitor = monitor(upTo: last, change)
        monitor.compiled("512", on: gpu)
        _ = monitor.probed("512", .error(baseline), at: start)
        return monitor
    }

    // When

    @Test("a compile makes a probe due, once")
    func afterCompile() {
        var monitor = monitor()
        #expect(monitor.dueProbe(at: start) == nil)
        monitor.compiled("512", on: gpu)
        #expect(monitor.dueProbe(at: start)?.model == "512")
        #expect(monitor.dueProbe(at: start)?.reason == .compiled)
        #expect(monitor.probed("512", .error(0.003), at: start)?.finding == .baseline)
        #expect(monitor.dueProbe(at: start) == nil)
    }

    @Test("so many pictures make one due, and the count begins anew")
    func afterPictures() {
        var monitor = watchingMonitor()
        for _ in 0..<2 {
            for _ in 0..<49 { monitor.finishedPicture(with: "512") }
            #expect(monitor.dueProbe(at: start) == nil)
            monitor.finishedPicture(with: "512")
            #expect(monitor.dueProbe(at: start)?.reason == .pictures(50))
            #expect(monitor.probed("512", .error(0.003), at: start)?.finding == .withinBounds)
            #expect(monitor.dueProbe(at: start) == nil)
        }
    }

    @Test("so much time makes one due, with or without pictures")
    func afterTime() {
        var monitor = watchingMonitor()
        let day = Duration.seconds(24 * 3600)
        #expect(monitor.dueProbe(at: start + day - .seconds(1)) == nil)
        #expect(monitor.dueProbe(at: start + day)?.reason == .time(day))
        _ = monitor.probed("512", .error(0.003), at: start + day)
        #expect(monitor.dueProbe(at: start + day * 1.5) == nil)
        #expect(monitor.dueProbe(at: start + day * 2)?.reason == .time(day))
    }

    @Test("either schedule can be turned off")
    func schedulesOff() {
        var monitor = watchingMonitor {
            $0.picturesBetweenProbes = nil
            $0.timeBetweenProbes = nil
        }
        for _ in 0..<1000 { monitor.finishedPicture(with: "512") }
        #expect(monitor.dueProbe(at: start + .seconds(10_000_000)) == nil)
    }

    @Test("each compiled network has a count, a baseline and a time of its own")
    func severalModels() {
        var monitor = watchingMonitor(baseline: 0.003)
        monitor.compiled("768", on: gpu)
        #expect(monitor.dueProbe(at: start)?.model == "768")
        _ = monitor.probed("768", .error(0.001), at: start + .seconds(60))
        for _ in 0..<50 { monitor.finishedPicture(with: "768") }
        #expect(monitor.dueProbe(at: start + .seconds(60))?.model == "768")
        // Fine for 512, three times too much for 768.
        #expect(monitor.probed("768", .error(0.004), at: start + .seconds(120))?.finding == .drift(.overBaseline(0.001)))
        // Only 768 is compiled again; 512 keeps its baseline.
        #expect(monitor.dueProbe(at: start + .seconds(120)) == nil)
        #expect(monitor.probed("512", .error(0.004), at: start + .seconds(180))?.finding == .withinBounds)
    }

    @Test("a suspect comes first, then what was never probed, then what was not for longest")
    func urgency() {
        var monitor = watchingMonitor()
        monitor.compiled("768", on: gpu)
        _ = monitor.probed("768", .error(0.003), at: start - .seconds(60))
        monitor.compiled("1024", on: gpu)
        let later = start + .seconds(48 * 3600)
        monitor.finishedPicture(with: "512", suspicion: .flat(standardDeviation: 0))
        #expect(monitor.dueProbe(at: later)?.model == "512")
        _ = monitor.probed("512", .error(0.003), at: start)
        #expect(monitor.dueProbe(at: later)?.model == "1024")
        monitor.released("1024")
        #expect(monitor.dueProbe(at: later)?.model == "768")
        monitor.released("768")
        #expect(monitor.dueProbe(at: later)?.model == "512")
        monitor.released("512")
        #expect(monitor.dueProbe(at: later) == nil)
    }

    @Test("a suspicious picture makes a probe due for every network that may be to blame", arguments: [
        (.flat(standardDeviation: 0.2), [.encode, .denoise, .decode]), (.nonFinite(.denoise), [.denoise]), (.nonFinite(.decode), [.decode]),
    ] as [(Suspicion, [Stage])])
    func suspicion(suspicion: Suspicion, suspects: [Stage]) {
        for stage in Stage.allCases {
            var monitor = Monitor(stage, fallbacks())
            monitor.compiled("512", on: gpu)
            _ = monitor.probed("512", .error(0), at: start)
            monitor.finishedPicture(with: "512", suspicion: suspicion)
            #expect(monitor.dueProbe(at: start)?.reason == (suspects.contains(stage) ? .suspicion(suspicion) : nil))
        }
    }

    @Test("whoever draws plain pictures pays for one probe until the next regular one")
    func plainPictures() {
        var monitor = watchingMonitor()
        let plain = Suspicion.flat(standardDeviation: 0)
        monitor.finishedPicture(with: "512", suspicion: plain)
        #expect(monitor.dueProbe(at: start)?.reason == .suspicion(plain))
        _ = monitor.probed("512", .error(0.003), at: start)
        for _ in 0..<49 { monitor.finishedPicture(with: "512", suspicion: plain) }
        #expect(monitor.dueProbe(at: start) == nil)
        // Numbers that are not finite are no matter of taste.
        var other = monitor
        other.finishedPicture(with: "512", suspicion: .nonFinite(.denoise))
        #expect(other.dueProbe(at: start)?.reason == .suspicion(.nonFinite(.denoise)))
        monitor.finishedPicture(with: "512", suspicion: plain)
        #expect(monitor.dueProbe(at: start)?.reason == .pictures(50))
        _ = monitor.probed("512", .error(0.003), at: start)
        monitor.finishedPicture(with: "512", suspicion: plain)
        #expect(monitor.dueProbe(at: start)?.reason == .suspicion(plain))
    }

    @Test("a network that is let go of is neither probed nor judged")
    func released() {
        var monitor = watchingMonitor()
        monitor.released("512")
        monitor.finishedPicture(with: "512", suspicion: .nonFinite(.denoise))
        #expect(monitor.dueProbe(at: start + .seconds(1_000_000)) == nil)
        #expect(monitor.probed("512", .error(1), at: start) == nil)
    }

    // What then

    @Test("the ladder is climbed rung by rung, each with a compile and a probe, and told in words")
    func wholeLadder() {
        var monitor = watchingMonitor(baseline: 0.0029)
        var told: [String] = []
        for (error, next) in [(0.0512, gpu), (0.0511, Place(device: "GPU", precision: "f32")), (0.05, .reference), (0.04, .reference)] {
            let event = monitor.probed("512", .error(error), at: start)
            told.append(event?.description ?? "nothing")
            #expect(monitor.assignment == next)
            if event?.response != .giveUp {
                #expect(monitor.dueProbe(at: start) == nil, "there is nothing to probe before the compile")
                monitor.compiled("512", on: monitor.assignment)
                #expect(monitor.dueProbe(at: start)?.reason == .compiled)
            }
        }
        #expect(told == [
            "The UNet on GPU in f16: relative error 5.1 %, over the bound of 1 %. It is compiled again from scratch.",
            "The UNet on GPU in f16: relative error 5.1 %, over the bound of 1 %. It moves to accuracy, f32 on GPU.",
            "The UNet on GPU in f32: relative error 5 %, over the bound of 1 %. It moves to the CPU, in f32.",
            "The UNet on CPU in f32: relative error 4 %, over the bound of 1 %. There is nothing more exact than this: "
                + "download the checkpoint again, and test the machine's memory if that does not help.",
        ])
    }

    @Test("events are notices with their figures and the response", arguments: [
        (.baseline, 0.002, .none, .probeBaseline, ["error": .number(0.002), "response": "none"]),
        (.withinBounds, 0.002, .none, .probeWithinBounds, ["error": .number(0.002), "response": "none"]),
        (.recovered, 0.002, .none, .probeRecovered, ["error": .number(0.002), "response": "none"]),
        (.drift(.nonFinite(count: 12)), .infinity, .mend(.recompile), .probeNotFinite, ["count": 12, "response": "recompile"]),
        (
            .drift(.overBound(0.01)), 0.05, .mend(.move(.reference)), .probeOverBound,
            ["error": .number(0.05), "bound": .number(0.01), "response": "cpu"]
        ),
        (
            .drift(.overBaseline(0.001)), 0.004, .giveUp, .probeOverBaseline,
            ["error": .number(0.004), "baseline": .number(0.001), "response": "give_up"]
        ),
        (.drift(.failed("Lost.")), nil, .mend(.recompile), .probeFailed, ["detail": "Lost.", "response": "recompile"]),
    ] as [(FidelityEvent.Finding, Double?, FidelityEvent.Response, Notice.Name, [String: ErrorReason.Value])])
    func notices(
        finding: FidelityEvent.Finding, error: Double?, response: FidelityEvent.Response, name: Notice.Name,
        values: [String: ErrorReason.Value]
    ) {
        let event = FidelityEvent(.denoise, gpu, finding, error.map(Distance.error), response: response)
        let place: [String: ErrorReason.Value] = ["component": "unet", "device": "GPU", "precision": "f16"]
        #expect(event.notice == Notice(name, place.merging(values) { $1 }, event.description))
    }

    @Test("the first probe after a rung that helped is the new baseline")
    func recovery() {
        var monitor = watchingMonitor(baseline: 0.003)
        #expect(monitor.probed("512", .error(0.05), at: start)?.response == .mend(.recompile))
        monitor.compiled("512", on: gpu)
        let event = monitor.probed("512", .error(0.001), at: start)
        #expect(event?.finding == .recovered)
        #expect(event?.description == "The UNet on GPU in f16: relative error 0.1 %, within bounds again.")
        // Over three times the new baseline, not the old.
        #expect(monitor.probed("512", .error(0.004), at: start)?.finding == .drift(.overBaseline(0.001)))
    }

    @Test("a rung that helped only until the next probe is not climbed a second time")
    func relapse() {
        var monitor = watchingMonitor()
        #expect(monitor.probed("512", .error(0.05), at: start)?.response == .mend(.recompile))
        monitor.compiled("512", on: gpu)
        #expect(monitor.probed("512", .error(0.003), at: start)?.finding == .recovered)
        #expect(monitor.probed("512", .error(0.05), at: start)?.response == .mend(.move(exact)))
    }

    @Test("once a later probe has confirmed a rung, the ladder begins at its foot again")
    func confirmation() {
        var monitor = watchingMonitor()
        #expect(monitor.probed("512", .error(0.05), at: start)?.response == .mend(.recompile))
        monitor.compiled("512", on: gpu)
        #expect(monitor.probed("512", .error(0.003), at: start)?.finding == .recovered)
        #expect(monitor.probed("512", .error(0.003), at: start)?.finding == .withinBounds)
        #expect(monitor.probed("512", .error(0.05), at: start)?.response == .mend(.recompile))
    }

    @Test("moving the component concerns all its compiled networks")
    func movingForgets() {
        var monitor = watchingMonitor()
        monitor.compiled("768", on: gpu)
        _ = monitor.probed("768", .error(0.003), at: start)
        _ = monitor.probed("512", .error(0.05), at: start)
        monitor.compiled("512", on: gpu)
        #expect(monitor.probed("512", .error(0.05), at: start)?.response == .mend(.move(exact)))
        #expect(monitor.probed("768", .error(0.05), at: start) == nil)
        #expect(monitor.dueProbe(at: start + .seconds(1_000_000)) == nil)
    }

    @Test("with no ladder drift is told, each time, and nothing else happens")
    func onlyTelling() {
        var monitor = watchingMonitor(upTo: .nothing)
        for _ in 0..<3 {
            let event = monitor.probed("512", .error(0.02), at: start)
            #expect(event?.finding == .drift(.overBound(0.01)))
            #expect(event?.response == .giveUp)
            #expect(event?.description == """
                The UNet on GPU in f16: relative error 2 %, over the bound of 1 %. \
                No rung is left that the settings allow: use it with accuracy or on the CPU, or allow more rungs.
                """)
            #expect(monitor.assignment == gpu)
            #expect(monitor.dueProbe(at: start) == nil)
        }
        #expect(monitor.probed("512", .error(0.003), at: start)?.finding == .withinBounds)
    }

    @Test("a device that refuses is not asked again for the same")
    func refusal() {
        var monitor = monitor()
        let event = monitor.failed("512", "Out of device memory.")
        #expect(event.response == .mend(.move(exact)))
        #expect(event.description == "The UNet on GPU in f16: it failed (Out of device memory). It moves to accuracy, f32 on GPU.")
        #expect(monitor.failed("512", "Out of device memory.").response == .mend(.move(.reference)))
        #expect(monitor.assignment == .reference)
        monitor.compiled("512", on: .reference)
        #expect(monitor.probed("512", .error(0), at: start)?.finding == .recovered)
        #expect(monitor.failed("512", "No memory.").response == .giveUp)
    }

    @Test("a bound of the component's own applies", arguments: [(Stage.encode, 0.001), (.denoise, 0.01), (.decode, 0.01)])
    func bounds(stage: Stage, bound: Double) {
        var monitor = Monitor(stage, fallbacks())
        monitor.compiled("512", on: gpu)
        var other = monitor
        #expect(monitor.probed("512", .error(bound), at: start)?.finding == .baseline)
        #expect(other.probed("512", .error(bound * 1.001), at: start)?.finding == .drift(.overBound(bound)))
    }
}
