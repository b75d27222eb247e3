import Foundation
import Generation
import Jobs
import Testing
import TestSupport

@Suite("Events", .timeLimit(.minutes(30)))
struct EventTests {
    private let job = JobID(at: noon)
    private let other = JobID(at: noon + 1)

    @Test("what happens to no job is told to those who listen to all, also when they come back, and to no listener of a job")
    func ofNoJob() async throws {
        let events = JobEvents(now: { noon })
        let job = JobID(at: noon)
        var (all, one) = (events.stream().makeAsyncIterator(), events.stream(of: job).makeAsyncIterator())
        events.send(.model(.loading(model: "demo")), of: nil)
        events.send(.encoding, of: job)
        events.send(.model(.ready(model: "demo")), of: nil)
        events.send(.cancelled, of: job)
        var told: [NumberedJobEvent] = []
        for _ in 0..<4 { told.append(try #require(await all.next())) }
        #expect(told.map(\.event) == [.model(.loading(model: "demo")), .encoding, .model(.ready(model: "demo")), .cancelled])
        #expect(told.map(\.job) == [nil, job, nil, job])
        #expect(await one.next()?.event == .encoding)
        #expect(await one.next()?.event == .cancelled)
        #expect(await one.next() == nil)
        var again = events.stream(after: told[1].number).makeAsyncIterator()
        #expect(await again.next() == told[2])
    }

    @Test("numbers rise, and start above those of earlier processes")
    func numbers() async {
        let earlier = JobEvents(now: { noon })
        for _ in 0..<999 { earlier.send(.encoding, of: job) }
        earlier.send(.cancelled, of: job)
        let later = JobEvents(now: { noon + 1 })
        later.send(.encoding, of: job)
        later.send(.cancelled, of: job)
        var numbers: [UInt64] = []
        for await event in earlier.stream(of: job) { numbers.append(event.number) }
        for await event in later.stream(of: job) { numbers.append(event.number) }
        #expect(numbers.count == 1002)
        #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 })
    }

    @Test("a stream of one job tells what is remembered of it and what comes, and ends with it")
    func ofOneJob() async {
        let events = JobEvents()
        events.send(.queued(position: 0), of: job)
        events.send(.queued(position: 1), of: other)
        let stream = events.stream(of: job)
        events.send(.started(attempt: 1), of: job)
        events.send(.cancelled, of: other)
        events.send(.done([]), of: job)
        events.send(.encoding, of: job)
        #expect(await stream.all.map(\.event) == [.queued(position: 0), .started(attempt: 1), .done([])])
    }

    @Test("whoever comes back with a number gets what came after it, once, and then what comes")
    func resuming() async throws {
        let events = JobEvents()
        for index in 0..<10 { events.send(.step(done: index, total: 10), of: index.isMultiple(of: 2) ? job : other) }
        events.send(.cancelled, of: job)
        let all = await events.stream(of: job).all
        let resumed = events.stream(of: job, after: all[2].number)
        #expect(await resumed.all == Array(all[3...]))

        let everything = events.stream(after: all[0].number)
        events.send(.cancelled, of: other)
        events.close()
        let told = await everything.all
        #expect(told.count == 11)
        #expect(told.last?.event == .cancelled)
        #expect(zip(told, told.dropFirst()).allSatisfy { $0.number < $1.number })
    }

    @Test("of all jobs, a stream without a number tells only what is new")
    func onlyNew() async {
        let events = JobEvents()
        events.send(.encoding, of: job)
        let stream = events.stream()
        events.send(.cancelled, of: job)
        events.close()
        #expect(await stream.all.map(\.event) == [.cancelled])
    }

    @Test("a reader who is slow misses previews, then steps, but the end of no job")
    func slowReader() async {
        let events = JobEvents()
        let stream = events.stream()
        let jobs = (0..<1000).map { JobID(at: noon + Double($0)) }
        let preview = JobEvent.preview([FakePainter.image(width: 8, height: 8, seed: 1)])
        for id in jobs {
            events.send(.started(attempt: 1), of: id)
            for step in 1...20 {
                events.send(.step(done: step, total: 20), of: id)
                events.send(preview, of: id)
            }
            events.send(.done([]), of: id)
        }
        events.close()
        let told = await stream.all
        #expect(told.filter(\.event.isFinal).map(\.job) == jobs)
        #expect(told.count == 1000, "nothing else finds room")
    }

    @Test("previews go before steps")
    func previewsFirst() async {
        let events = JobEvents()
        let stream = events.stream(of: job)
        for step in 1...200 {
            events.send(.step(done: step, total: 200), of: job)
            events.send(.preview([]), of: job)
        }
        events.send(.cancelled, of: job)
        let told = await stream.all
        #expect(told.count { if case .step = $0.event { true } else { false } } == 200)
        #expect(told.count { $0.event == .preview([]) } < 60)
    }

    @Test("a reader who misses thousands of ends is sent off, and finds what is remembered when it comes back")
    func sentOff() async throws {
        let events = JobEvents()
        let stream = events.stream()
        for index in 0..<6000 { events.send(.cancelled, of: JobID(at: noon + Double(index))) }
        let told = await stream.all
        #expect(told.count > 4000 && told.count < 6000)
        let resumed = events.stream(after: try #require(told.last).number)
        events.close()
        #expect(await resumed.all.count == 6000 - told.count)
    }

    @Test("who no longer reads is forgotten", arguments: [true, false])
    func forgetting(isOfOneJob: Bool) async {
        let events = JobEvents()
        #expect(!events.isWatched(job))
        let reading = Task { for await _ in events.stream(of: isOfOneJob ? job : nil) {} }
        while !events.isWatched(job) { await Task.yield() }
        #expect(events.isWatched(other) == !isOfOneJob)
        reading.cancel()
        await reading.value
        #expect(!events.isWatched(job))
        do { _ = events.stream(of: job) }
        #expect(!events.isWatched(job), "it was never read")
    }

    @Test("readers in many tasks each see every event of theirs in order")
    func manyReaders() async {
        let events = JobEvents()
        let jobs = (0..<50).map { JobID(at: noon + Double($0)) }
        await withTaskGroup(of: Void.self) { group in
            for id in jobs {
                let stream = events.stream(of: id)
                group.addTask {
                    let told = await stream.all
                    #expect(told.map(\.event) == (0..<20).map { .step(done: $0, total: 20) } + [.done([])])
                }
                group.addTask {
                    for step in 0..<20 { events.send(.step(done: step, total: 20), of: id) }
                    events.send(.done([]), of: id)
                }
            }
        }
    }

    @Test("the end of a job is told to whoever asks later, even when it is remembered no more")
    func forgottenEnd() async throws {
        let workshop = Workshop()
        try await workshop.run {
            let done = try await workshop.service.submit(.with())
            _ = try await workshop.service.ended(done.id)
            for _ in 0..<5000 { workshop.service.events.send(.encoding, of: other) }
            #expect(try await workshop.story(of: done.id) == [.done([PictureID(done.id, 0)])])
            #expect(try await workshop.service.ended(done.id).state == .done)
        }
    }

    @Test("places in the queue are told sparingly: to those who watch, of the first in line")
    func places() async throws {
        let workshop = Workshop(FakePainter(isHeld: true))
        try await workshop.run {
            let blocker = try await workshop.begin(.with(steps: 1))
            var jobs: [Job] = []
            for _ in 0..<200 { jobs.append(try await workshop.service.submit(.with(steps: 1))) }
            let watched = try #require(try await workshop.service.story(of: jobs[2].id))
            workshop.painter.starts.open()
            _ = try await workshop.service.ended(blocker.id)
            let last = try #require(jobs.last).id
            _ = try await workshop.service.ended(last)
            // The place at the submission, and then each as it moves up.
            #expect(await places(watched.all.map(\.event)) == [2, 1, 0])
            #expect(await places(try workshop.story(of: last)) == [199] + (0..<20).reversed())
            #expect(await places(try workshop.story(of: jobs[3].id)) == [3], "nobody watched it")
        }
    }

    private func places(_ story: [JobEvent]) -> [Int] {
        story.compactMap { if case .queued(let position) = $0 { position } else { nil } }
    }
}

extension AsyncStream {
    /// All that comes until it ends.
    fileprivate var all: [Element] {
        get async { await reduce(into: []) { $0.append($1) } }
    }
}
