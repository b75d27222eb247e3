import Fidelity
import Testing

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
