import Compilation
import Fidelity
import Generation
import Testing

@Suite("The ladder")
struct RungTests {
    @Test("it has the rungs that change something, up to the one allowed", arguments: [
        ("GPU", "f16", .cpu, [.recompile, .accuracy, .cpu]),
        ("GPU", "f16", .accuracy, [.recompile, .accuracy]),
        ("GPU", "f16", .recompile, [.recompile]),
        ("GPU", "f16", .nothing, []),
        ("GPU.1", "f32", .cpu, [.recompile, .cpu]),
        ("GPU.1", "f32", .accuracy, [.recompile]),
        ("HETERO:GPU,CPU", "f16", .cpu, [.recompile, .accuracy, .cpu]),
        ("NPU", "f16", .cpu, [.recompile, .accuracy, .cpu]),
        ("CPU", "bf16", .cpu, [.recompile, .accuracy]),
        ("CPU", "f32", .cpu, [.recompile]),
        ("CPU", "f32", .nothing, []),
    ] as [(String, String, Rung, [Rung])])
    func ladder(device: String, precision: String, last: Rung, rungs: [Rung]) {
        #expect(Rung.ladder(for: Place(device: device, precision: precision), upTo: last) == rungs)
    }

    @Test("each rung leads where it says", arguments: [
        (.nothing, nil), (.recompile, nil), (.accuracy, "GPU.0 in f32"), (.cpu, "CPU in f32"),
    ] as [(Rung, String?)])
    func destinations(rung: Rung, place: String?) {
        #expect(rung.placement(on: "GPU.0")?.description == place)
    }
}

@Suite("Loading anew by schedule")
struct ReloadScheduleTests {
    private let start = ContinuousClock.now

    @Test("it is off unless set")
    func off() {
        var schedule = ReloadSchedule(loadedAt: start)
        for _ in 0..<1000 { schedule.finishedPicture() }
        #expect(!schedule.isDue(at: start + .seconds(1_000_000)))
    }

    @Test("so many pictures make it due, until the checkpoint is loaded anew")
    func pictures() {
        var schedule = ReloadSchedule(everyPictures: 3, loadedAt: start)
        for _ in 0..<2 {
            for _ in 0..<2 { schedule.finishedPicture() }
            #expect(!schedule.isDue(at: start))
            schedule.finishedPicture()
            #expect(schedule.isDue(at: start))
            schedule.reloaded(at: start)
            #expect(!schedule.isDue(at: start))
        }
    }

    @Test("so much time makes it due, if there was a picture")
    func time() {
        var schedule = ReloadSchedule(every: .seconds(3600), loadedAt: start)
        #expect(!schedule.isDue(at: start + .seconds(3600)))
        schedule.finishedPicture()
        #expect(!schedule.isDue(at: start + .seconds(3599)))
        #expect(schedule.isDue(at: start + .seconds(3600)))
        schedule.reloaded(at: start + .seconds(3600))
        schedule.finishedPicture()
        #expect(!schedule.isDue(at: start + .seconds(7199)))
        #expect(schedule.isDue(at: start + .seconds(7200)))
    }
}
