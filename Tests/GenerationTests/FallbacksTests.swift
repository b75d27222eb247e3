import Generation
import Testing

@Suite("Where a stage goes that fails")
struct FallbacksTests {
    private static let half = Placement(device: "GPU.0", precision: .f16)
    private static let full = Placement(device: "GPU.0", precision: .f32)
    private static let second = Placement(device: "GPU.1", precision: .f16)
    private static let all = [full, second, .reference]

    /// What is tried after each other thing has failed in the same way.
    private static func course(_ fallbacks: Fallbacks, _ failure: StageFailure, computing precision: String? = nil) -> [Remedy] {
        var placement = fallbacks.first
        var place = precision.map { Place(device: placement.device, precision: $0) }
        var course: [Remedy] = []
        while let next = fallbacks.remedy(after: placement, at: place, tried: course.last, because: failure) {
            course.append(next)
            guard case .move(let other) = next else { continue }
            placement = other
            place = Place(asked: other)
        }
        return course
    }

    @Test("the user's devices come before the CPU, whatever failed; a device that is lost is not tried in another precision", arguments: [
        (.device, [.move(second), .move(.reference)]), (.numbers, [.move(full), .move(second), .move(.reference)]),
        (.drift, [.recompile, .move(full), .move(second), .move(.reference)]),
    ] as [(StageFailure, [Remedy])])
    func courses(failure: StageFailure, course: [Remedy]) {
        #expect(Self.course(Fallbacks(Self.half, then: Self.all), failure) == course)
    }

    @Test("drift goes no further than it may", arguments: [
        (Rung.nothing, [Placement](), []), (.recompile, [second], [.recompile]), (.accuracy, [full], [.recompile, .move(full)]),
        (.cpu, [full, .reference], [.recompile, .move(full), .move(.reference)]),
    ] as [(Rung, [Placement], [Remedy])])
    func limits(last: Rung, others: [Placement], course: [Remedy]) {
        #expect(Self.course(Fallbacks(Self.half, then: others, lastRung: last), .drift) == course)
    }

    @Test("f32 is no remedy for a device that computed in f32 already")
    func alreadyExact() {
        let asked = Placement(device: "GPU.0", arithmetic: .performance)
        let fallbacks = Fallbacks(asked, then: [Self.full, .reference])
        #expect(Self.course(fallbacks, .drift, computing: "f32") == [.recompile, .move(.reference)])
        #expect(Self.course(fallbacks, .drift, computing: "f16") == [.recompile, .move(Self.full), .move(.reference)])
    }

    @Test("a placement stands once, and from one that is not listed nothing leads on")
    func lists() {
        #expect(Fallbacks(.reference, then: [.reference, .reference]).placements == [.reference])
        #expect(Fallbacks(Self.half, then: Self.all).remedy(after: Placement(device: "NPU", precision: .f16), because: .device) == nil)
    }
}
