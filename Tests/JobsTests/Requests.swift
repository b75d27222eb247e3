import Foundation
import Generation
import Jobs

extension JobRequest {
    static func with(
        model: String = "demo", size: Int = 64, steps: Int = 4, prompt: String = "a boat", seed: UInt64 = 0, pictures: Int = 1,
        runs: Int = 1, previews: Int = 0, priority: Int = 0, client: String = ""
    ) -> JobRequest {
        var generation = GenerationRequest(prompt: prompt)
        generation.width = size
        generation.height = size
        generation.steps = steps
        generation.seed = seed
        generation.batchSize = pictures
        return JobRequest(model: model, generation: generation, runs: runs, priority: priority, client: client, previewInterval: previews)
    }
}

let noon = Date(timeIntervalSince1970: 1_800_000_000)
