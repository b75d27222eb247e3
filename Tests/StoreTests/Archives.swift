import Foundation
import Generation
import Jobs
import TestSupport

@testable import Store

/// A data folder for one test, opened and closed as often as it likes.
struct Archives {
    let temporary: TemporaryFolder
    var folder: DataFolder { DataFolder(temporary.url.appending(path: "data")) }

    init() throws { temporary = try TemporaryFolder() }

    /// Nothing but the caller holds it: the folder is free when the caller lets go.
    func open() throws -> Archive { try Archive(folder) }

    static func request(_ prompt: String = "a cat", client: String = "", batchSize: Int = 1) -> JobRequest {
        var generation = GenerationRequest(prompt: prompt)
        generation.batchSize = batchSize
        return JobRequest(model: "demo", generation: generation, client: client)
    }

    static func picture(
        _ prompt: String = "a cat", negativePrompt: String = "", seed: UInt64 = 1, width: Int = 8, height: Int = 8
    ) -> Picture<RGBImage> {
        let pixels = (0..<width * height * 3).map { UInt8(truncatingIfNeeded: $0 * 7 + Int(truncatingIfNeeded: seed)) }
        return Picture(
            RGBImage(width: width, height: height, pixels: pixels), seed: seed, prompt: prompt, negativePrompt: negativePrompt,
            infotext: "\(prompt)\nSteps: 20, Sampler: Euler, CFG scale: 7, Seed: \(seed)")
    }
}

extension DataFolder {
    /// Where a picture lies that an earlier version drew.
    func earlierPicture(_ id: PictureID) -> URL { picture(Self.earlierName(id)) }
}

extension Job {
    /// As it is when its pictures are drawn.
    func done(pictures count: Int = 1) -> Job {
        var job = self
        job.state = .done
        job.attempts = 1
        job.startedAt = submittedAt.addingTimeInterval(1.1)
        job.endedAt = submittedAt.addingTimeInterval(2.3)
        job.pictures = (0..<count).map { PictureID(id, $0) }
        return job
    }
}

extension Archive {
    /// The file of a picture that can be seen, whether it is there or not.
    func png(_ id: PictureID) async throws -> URL {
        guard let picture = try await picture(id) else { throw StoreError.changedPicture(id) }
        return folder.picture(picture.file)
    }

    /// All files below the folder of pictures, in order.
    func pictureFiles() throws -> [String] {
        (try FileManager.default.subpathsOfDirectory(atPath: folder.pictures.path)).filter { name in
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: folder.picture(name).path, isDirectory: &isFolder) && !isFolder.boolValue
        }.sorted()
    }

    /// Adds a job and finishes it.
    func draw(_ prompts: String..., at time: Date = .now, model: String = "demo", negativePrompt: String = "") async throws -> [PictureID] {
        var request = Archives.request(prompts[0])
        request.model = model
        let job = try await add(Job(id: JobID(at: time), request, submittedAt: time), idempotencyKey: nil).done(pictures: prompts.count)
        try await finish(job, with: prompts.enumerated().map { Archives.picture($1, negativePrompt: negativePrompt, seed: UInt64($0)) })
        return job.pictures
    }
}
