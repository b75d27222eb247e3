import Foundation
import Generation
import Glibc
import ImageCodecs
import Jobs
import Testing

@testable import Store

@Suite("Pictures that jobs begin with")
struct InputPictureTests {
    let archives: Archives
    let archive: Archive
    var inputs: InputPictures { archive.inputPictures }

    init() throws {
        archives = try Archives()
        archive = try archives.open()
    }

    private static func file(_ value: UInt8 = 9, width: Int = 4, height: Int = 2) throws -> [UInt8] {
        try RGBImage(width: width, height: height, pixels: Array(repeating: value, count: width * height * 3)).encoded(as: .png)
    }

    private func keep(_ contents: [UInt8]) async throws -> InputPicture {
        let picture = InputPicture(contents: contents)
        try await inputs.keep(picture, contents)
        return picture
    }

    private func names() -> [String] { ((try? FileManager.default.contentsOfDirectory(atPath: archive.folder.inputs.path)) ?? []).sorted() }

    /// Adds a job that ends at once, long ago.
    private func addOldJob(from pictures: [InputPicture], mask: InputPicture? = nil) async throws {
        let old = Date.now.addingTimeInterval(-29 * 86_400)
        var request = Archives.request()
        (request.generation.sourcePictures, request.generation.mask) = (pictures, mask)
        var job = try await archive.add(Job(id: JobID(at: old), request, submittedAt: old), idempotencyKey: nil)
        (job.state, job.endedAt) = (.failed, old)
        try await archive.update(job)
    }

    @Test("come back as they were, for this user alone, also when they were sent twice")
    func kept() async throws {
        let contents = try Self.file()
        let picture = try await keep(contents)
        #expect(try await keep(contents) == picture)
        #expect(inputs.contents(of: picture) == contents)
        #expect(try inputs.image(of: picture) == InputImage(DecodedImage(decoding: contents)))
        #expect(inputs.size(of: picture) == PictureSize(width: 4, height: 2))
        #expect(names() == [picture.sha256])
        var status = stat()
        #expect(stat(inputs.file(of: picture).path, &status) == 0 && status.st_mode & 0o777 == 0o600)
        #expect(stat(archive.folder.inputs.path, &status) == 0 && status.st_mode & 0o777 == 0o700)
    }

    @Test("one that was cut is written anew")
    func damaged() async throws {
        let contents = try Self.file()
        let picture = try await keep(contents)
        try Data(contents.prefix(20)).write(to: inputs.file(of: picture))
        #expect(throws: InvalidRequest.self) { try inputs.image(of: picture) }
        _ = try await keep(contents)
        #expect(inputs.contents(of: picture) == contents)
    }

    @Test("one that is not there is asked for again")
    func missing() throws {
        let picture = InputPicture(contents: [1])
        #expect(inputs.contents(of: picture) == nil && inputs.size(of: picture) == nil)
        let error = #expect(throws: InvalidRequest.self) { try inputs.image(of: picture) }
        #expect(error?.errorReason.name == .missingInput)
        #expect(error?.description == "There is no input picture \(picture.sha256.prefix(12))… any more: send it again.")
    }

    @Test("stay for an hour without a job, counted from when they were last asked for")
    func patience() async throws {
        let picture = try await keep(Self.file())
        try Data([1]).write(to: archive.folder.inputs.appending(path: picture.sha256 + ".partial"))
        try Data([1]).write(to: archive.folder.inputs.appending(path: "notes.txt"))
        try await archive.applyRetention(keepCount: 0, keepDays: 0, now: .now.addingTimeInterval(1800))
        #expect(names() == [picture.sha256, "notes.txt"].sorted())
        // As if it had been sent two hours ago.
        try FileManager.default.setAttributes(
            [.modificationDate: Date.now.addingTimeInterval(-7200)], ofItemAtPath: inputs.file(of: picture).path)
        #expect(inputs.size(of: picture) != nil)
        try await archive.applyRetention(keepCount: 0, keepDays: 0)
        #expect(inputs.contents(of: picture) != nil)
        try await archive.applyRetention(keepCount: 0, keepDays: 0, now: .now.addingTimeInterval(10_000))
        #expect(names() == ["notes.txt"])
        #expect(inputs.size(of: picture) == nil)
    }

    @Test("stay as long as a job names them, and go with the last one")
    func used() async throws {
        let (source, mask, unused) = (try await keep(Self.file(1)), try await keep(Self.file(2)), try await keep(Self.file(3)))
        try await addOldJob(from: [source, source], mask: mask)
        try await addOldJob(from: [source, mask])
        try await archive.applyRetention(keepCount: 0, keepDays: 0, now: .now.addingTimeInterval(7200))
        #expect(names() == [source.sha256, mask.sha256].sorted())
        #expect(inputs.size(of: unused) == nil)
        // A month later the jobs are gone.
        try await archive.applyRetention(keepCount: 0, keepDays: 0, now: .now.addingTimeInterval(2 * 86_400))
        #expect(names() == [])
    }

    @Test("many are compared with the jobs in groups")
    func many() async throws {
        try FileManager.default.createDirectory(at: archive.folder.inputs, withIntermediateDirectories: true)
        let pictures = (0..<1200).map { InputPicture(contents: Array("\($0)".utf8)) }
        for picture in pictures { try Data().write(to: inputs.file(of: picture)) }
        let used = [pictures[0], pictures[1199]]
        try await addOldJob(from: used)
        try await archive.applyRetention(keepCount: 0, keepDays: 0, now: .now.addingTimeInterval(7200))
        #expect(Set(names()) == Set(used.map(\.sha256)))
    }
}
