public import Generation
public import Jobs
import Sampling
import Synchronization

/// Draws pictures of one colour, at once or as fast as a test lets it.
public final class FakePainter: Painting {
    /// One call of `draw`.
    public struct Draw: Sendable {
        public let requests: [GenerationRequest]
        public let model: String
        public let previews: PreviewSchedule
        public let worker: Worker.ID
    }

    private struct State {
        var draws: [Draw] = []
        var drawsNow = 0
        var mostDrawsAtOnce = 0
        var cancelled = 0
        var rests = 0
        var isResting = false
        var hasDrawnWhileResting = false
        var compiled: Set<CompileGroup> = []
        var compiles = 0
    }

    /// Each draw comes by before its first step. Closed, it holds them until a test lets them go on or they are cancelled.
    public let starts: Gate
    /// Each step comes by before it is done.
    public let steps: Gate
    /// Each rest comes by. Closed, it holds them until they are cancelled.
    public let rests: Gate
    /// Each rest comes by before it ends, cancelled or not.
    public let restEnds = Gate()

    private let state = Mutex(State())
    private let batchSize: @Sendable (JobRequest) -> Int
    private let warnings: @Sendable (GenerationRequest) -> [Notice]
    private let refusal: @Sendable (JobRequest) -> InvalidRequest?
    private let failure: @Sendable (GenerationRequest) -> (any Error)?
    private let isObedient: Bool
    private let (present, presence) = AsyncStream.makeStream(of: [Worker].self)

    /// - Parameters:
    ///   - isHeld: whether draws stop at `starts` until they are let through.
    ///   - batchSize: pictures that are worth drawing together.
    ///   - workers: those of the beginning.
    ///   - isObedient: false goes on drawing when it is cancelled.
    ///   - warnings: of the pictures of a request.
    ///   - refusal: why a job is not taken.
    ///   - failure: what a request fails with, after its first step.
    public init(
        isHeld: Bool = false, workers: [Worker] = [Worker("painter")], isObedient: Bool = true,
        batchSize: @escaping @Sendable (JobRequest) -> Int = { _ in 1 },
        warnings: @escaping @Sendable (GenerationRequest) -> [Notice] = { _ in [] },
        refusal: @escaping @Sendable (JobRequest) -> InvalidRequest? = { _ in nil },
        failure: @escaping @Sendable (GenerationRequest) -> (any Error)? = { _ in nil }
    ) {
        starts = Gate(isOpen: !isHeld)
        steps = Gate()
        rests = Gate()
        self.isObedient = isObedient
        self.batchSize = batchSize
        self.warnings = warnings
        self.refusal = refusal
        self.failure = failure
        presence.yield(workers)
    }

    /// All draws so far, in the order in which they began.
    public var draws: [Draw] { state.withLock(\.draws) }
    /// 1 when draws have followed one another.
    public var mostDrawsAtOnce: Int { state.withLock(\.mostDrawsAtOnce) }
    /// Draws that were cancelled.
    public var cancelledDraws: Int { state.withLock(\.cancelled) }
    public var restCount: Int { state.withLock(\.rests) }
    /// Whether a draw began before a rest had ended.
    public var hasDrawnWhileResting: Bool { state.withLock(\.hasDrawnWhileResting) }
    /// How often a group followed another that was not compiled yet.
    public var compileCount: Int { state.withLock(\.compiles) }

    public func group(of request: JobRequest) async -> CompileGroup { Self.group(of: request) }

    /// By model and size.
    public static func group(of request: JobRequest) -> CompileGroup {
        CompileGroup(model: request.model, shape: "\(request.generation.width)×\(request.generation.height)")
    }

    public func validate(_ request: JobRequest) async throws {
        if let refusal = refusal(request) { throw refusal }
    }

    public func usefulBatchSize(of request: JobRequest) async -> Int { batchSize(request) }

    public func workers() async -> AsyncStream<[Worker]> { present }

    /// Replaces the workers.
    public func setWorkers(_ workers: [Worker]) { presence.yield(workers) }

    public func draw(_ order: DrawOrder, onEvent: @escaping @Sendable (GenerationEvent) -> Void) async throws -> [GenerationResult] {
        let (requests, model, previews) = (order.requests, order.model, order.previews)
        state.withLock { state in
            state.draws.append(Draw(requests: requests, model: model, previews: previews, worker: order.worker))
            state.drawsNow += 1
            state.mostDrawsAtOnce = max(state.mostDrawsAtOnce, state.drawsNow)
            if state.isResting { state.hasDrawnWhileResting = true }
        }
        defer { state.withLock { $0.drawsNow -= 1 } }
        do {
            return try await paint(requests, model: model, previews: previews, onEvent: onEvent)
        } catch let error as CancellationError {
            state.withLock { $0.cancelled += 1 }
            throw error
        }
    }

    private func paint(
        _ requests: [GenerationRequest], model: String, previews: PreviewSchedule, onEvent: @Sendable (GenerationEvent) -> Void
    ) async throws -> [GenerationResult] {
        guard let first = requests.first else { return [] }
        let compile = compile(Self.group(of: JobRequest(model: model, generation: first)))
        if compile != nil { onEvent(.compiling(Compiling(.denoiser, device: "CPU", shape: "any shape", reason: .firstUse))) }
        onEvent(.encoding)
        onEvent(.denoising(done: 0, total: first.steps))
        try await pass(starts)
        for step in 1...max(1, first.steps) {
            try await pass(steps)
            onEvent(.denoising(done: step, total: first.steps))
            if previews.includes(step: step) { onEvent(.preview(requests.flatMap(Self.previews))) }
            if step == 1, let failure = requests.lazy.compactMap(self.failure).first { throw failure }
        }
        let total = requests.reduce(0) { $0 + $1.batchSize }
        for index in 0..<total { onEvent(.decoding(index: index, total: total)) }
        return requests.map { request in
            var painted = Self.painted(request, model: model, compiles: compile.map { [$0] } ?? [])
            painted.warnings = warnings(request)
            return painted
        }
    }

    private func pass(_ gate: Gate) async throws {
        if isObedient { return try await gate.pass() }
        // Cancelling does not reach a task of its own.
        try await Task { try await gate.pass() }.value
    }

    private func compile(_ group: CompileGroup) -> CompileRecord? {
        state.withLock { state in
            guard state.compiled.insert(group).inserted else { return nil }
            state.compiles += 1
            return CompileRecord(
                stage: .denoise, device: "CPU", precision: "f32", shape: group.shape, reason: .firstUse, seconds: 1, isFromDiskCache: false)
        }
    }

    public func rest(_ worker: Worker.ID) async {
        state.withLock { state in
            state.rests += 1
            state.isResting = true
        }
        try? await rests.pass()
        // Cancelling does not reach a task of its own.
        try? await Task { try await restEnds.pass() }.value
        state.withLock { $0.isResting = false }
    }

    /// The result for a request.
    public static func painted(_ request: GenerationRequest, model: String, compiles: [CompileRecord] = []) -> GenerationResult {
        let seeds = (0..<request.batchSize).map { request.seed &+ UInt64($0) }
        var timings = GenerationTimings()
        timings.steps = Array(repeating: 0.01, count: request.steps)
        timings.total = 0.01 * Double(request.steps)
        let pictures = seeds.map { seed in
            Picture(
                image(width: request.width, height: request.height, seed: seed), seed: seed, prompt: request.prompt,
                negativePrompt: request.negativePrompt,
                infotext: """
                    \(request.prompt)
                    Negative prompt: \(request.negativePrompt)
                    Steps: \(request.steps), Sampler: \(request.sampler.name), Schedule type: \(request.schedule.label), CFG scale: \
                    \(request.cfgScale), Seed: \(seed), Size: \(request.width)x\(request.height), Model: \(model)
                    """)
        }
        return GenerationResult(
            pictures: pictures, tokenCount: 1, chunkCount: 1, places: .init(repeating: .reference), runtimeVersion: "2026.4.1",
            timings: timings, compiles: compiles)
    }

    /// One colour, by the seed.
    public static func image(width: Int, height: Int, seed: UInt64) -> RGBImage {
        let value = UInt8(truncatingIfNeeded: seed &* 37)
        return RGBImage(width: width, height: height, pixels: Array(repeating: value, count: width * height * 3))
    }

    private static func previews(of request: GenerationRequest) -> [RGBImage] {
        (0..<request.batchSize).map {
            image(width: max(1, request.width / 8), height: max(1, request.height / 8), seed: request.seed &+ UInt64($0))
        }
    }
}
