import Generation

/// Time that drawing takes, measured from what was drawn: for estimates of jobs that wait.
struct DrawingPace: Sendable {
    /// Seconds for each pixel of a picture and step, by model; guided steps count twice.
    private var seconds: [String: Double] = [:]

    /// Takes in how long some requests took that were drawn together. Compiles do not count.
    mutating func measured(_ timings: GenerationTimings, _ requests: [GenerationRequest], model: String) {
        let work = requests.reduce(0) { $0 + Self.work($1) }
        let spent = timings.encode + timings.steps.reduce(0, +) + timings.decode
        guard work > 0, spent > 0 else { return }
        let pace = spent / work
        // The latest counts as much as all before it.
        seconds[model] = seconds[model].map { ($0 + pace) / 2 } ?? pace
    }

    /// Seconds that a job's remaining runs take; nil as long as nothing was drawn at all. A model that was not drawn with yet is taken to
    /// be as fast as the others.
    func seconds(for job: Job) -> Double? {
        guard let pace = seconds[job.request.model] ?? average else { return nil }
        return pace * Self.work(job.request.generation) * Double(max(1, job.request.runs - job.finishedRuns))
    }

    private var average: Double? { seconds.isEmpty ? nil : seconds.values.reduce(0, +) / Double(seconds.count) }

    private static func work(_ request: GenerationRequest) -> Double {
        Double(request.width * request.height) * Double(request.steps * request.batchSize) * (request.cfgScale == 1 ? 1 : 2)
    }
}
