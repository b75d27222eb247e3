import Foundation
import Generation
import ImageCodecs
import Jobs
import Testing

@testable import Store

@Suite("The gallery")
struct GalleryTests {
    let archives: Archives
    let archive: Archive

    init() throws {
        archives = try Archives()
        archive = try archives.open()
    }

    @Test("a picture is known with everything that made it")
    func picture() async throws {
        let job = try await archive.add(Job(Archives.request()), idempotencyKey: nil).done()
        let finished = Archives.picture("a café, 猫", negativePrompt: "dogs", seed: .max, width: 24, height: 16)
        let endedAt = try #require(job.endedAt)
        try await archive.finish(job, with: [finished])
        let picture = try #require(try await archive.picture(job.pictures[0]))
        let file = try #require(try await archive.pngFile(picture.id))
        let bytes = [UInt8](try Data(contentsOf: file))
        #expect(
            picture
                == GalleryPicture(
                    id: job.pictures[0], createdAt: endedAt, model: "demo", sampler: "Euler", steps: 20, isFavourite: false, albums: [],
                    file: "\(LocalTime(endedAt).day)/0001-18446744073709551615-a-café-猫.png",
                    details: finished.with(PictureFile(size: PictureSize(width: 24, height: 16), byteCount: bytes.count))))
        let decoded = try DecodedImage(decoding: bytes)
        #expect(decoded.image == finished.content)
        #expect(decoded.parameters == finished.infotext)
        #expect(try await archive.usage() == ArchiveUsage(pictureCount: 1, pictureBytes: bytes.count, jobs: [.done: 1]))
    }

    @Test("what was finished last comes first, page after page")
    func paging() async throws {
        // The second job was submitted first.
        let first = try await archive.draw("a", "b", at: Date(timeIntervalSince1970: 1000))
        let second = try await archive.draw("c", at: Date(timeIntervalSince1970: 10))
        let third = try await archive.draw("d", "e", "f")
        let all = Array((first + second + third).reversed())
        #expect(try await archive.pictures(limit: 100).map(\.id) == all)
        var pages: [PictureID] = []
        while true {
            let page = try await archive.pictures(before: pages.last, limit: 2)
            if page.isEmpty { break }
            pages += page.map(\.id)
        }
        #expect(pages == all)
        #expect(try await archive.pictures(limit: 0) == [])
        #expect(try await archive.pictures(limit: -1) == [])
    }

    @Test("a page goes on where it was, even when its last picture is deleted or gone for good meanwhile")
    func pagingPastTheGone() async throws {
        let now = Date.now
        let ids = try await (0..<6).asyncMap { try await archive.draw("\($0)", at: now.addingTimeInterval(Double($0) - 10))[0] }
        #expect(try await archive.delete(ids[3], at: now.addingTimeInterval(-1000)))
        #expect(try await archive.pictures(before: ids[3], limit: 2).map(\.id) == [ids[2], ids[1]])
        #expect(try await archive.applyRetention(keepCount: 0, keepDays: 0, now: now) == 1)
        #expect(try await archive.pictures(before: ids[3], limit: 2).map(\.id) == [ids[2], ids[1]])
        #expect(try await archive.pictures(before: PictureID(JobID(at: .distantPast), 0), limit: 2) == [])
    }

    @Test(
        "a thumbnail is a WebP of at most 256 pixels a side",
        arguments: [(512, 256, 256, 128), (8, 16, 8, 16), (600, 1, 256, 1), (257, 300, 219, 256)])
    func thumbnails(width: Int, height: Int, smallWidth: Int, smallHeight: Int) async throws {
        let job = try await archive.add(Job(Archives.request()), idempotencyKey: nil).done()
        try await archive.finish(job, with: [Archives.picture(width: width, height: height)])
        let file = try #require(try await archive.thumbnail(job.pictures[0]))
        #expect(file == archive.folder.thumbnail(job.pictures[0]))
        let thumbnail = try DecodedImage(decoding: [UInt8](Data(contentsOf: file)))
        #expect(thumbnail.format == .webp)
        #expect(thumbnail.image.width == smallWidth && thumbnail.image.height == smallHeight)
    }

    @Test("a thumbnail is made once, and again when it is lost")
    func thumbnailOnce() async throws {
        let id = try await archive.draw("a")[0]
        let files = try await withThrowingTaskGroup(of: URL?.self) { group in
            for _ in 0..<20 { group.addTask { try await archive.thumbnail(id) } }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(files == [archive.folder.thumbnail(id)])
        let first = try FileManager.default.attributesOfItem(atPath: archive.folder.thumbnail(id).path)[.systemFileNumber] as? Int
        _ = try await archive.thumbnail(id)
        #expect(try FileManager.default.attributesOfItem(atPath: archive.folder.thumbnail(id).path)[.systemFileNumber] as? Int == first)
        try FileManager.default.removeItem(at: archive.folder.thumbnail(id))
        #expect(try await archive.thumbnail(id) != nil)
    }

    @Test("a picture that is damaged on the disk has no thumbnail, and says why")
    func damagedPicture() async throws {
        let id = try await archive.draw("a")[0]
        try Data("no picture".utf8).write(to: try await archive.png(id))
        await #expect(throws: StoreError.changedPicture(id)) { try await archive.thumbnail(id) }
    }

    @Test("what is not there is nil or false")
    func unknown() async throws {
        let id = PictureID(JobID(), 0)
        #expect(try await archive.picture(id) == nil)
        #expect(try await archive.pngFile(id) == nil)
        #expect(try await archive.thumbnail(id) == nil)
        #expect(try await archive.delete(id) == false)
        #expect(try await archive.restore(id) == false)
    }

    @Test("a deleted picture is gone everywhere, and comes back everywhere")
    func undo() async throws {
        let ids = try await archive.draw("red", "green")
        _ = try await archive.thumbnail(ids[0])
        #expect(try await archive.delete(ids[0]))
        #expect(try await archive.delete(ids[0]) == false)
        #expect(try await archive.picture(ids[0]) == nil)
        #expect(try await archive.pngFile(ids[0]) == nil)
        #expect(try await archive.thumbnail(ids[0]) == nil)
        #expect(try await archive.pictures(limit: 10).map(\.id) == [ids[1]])
        #expect(try await archive.pictures(limit: 10, matching: "red") == [])
        #expect(try await archive.job(ids[0].job)?.pictures == [ids[1]])
        #expect(try await archive.usage().pictureCount == 1)
        #expect(try await archive.restore(ids[0]))
        #expect(try await archive.restore(ids[0]) == false)
        #expect(try await archive.pictures(limit: 10, matching: "red").map(\.id) == [ids[0]])
        #expect(try await archive.job(ids[0].job)?.pictures == ids)
        #expect(try await archive.pngFile(ids[0]) != nil)
    }
}

extension Sequence {
    func asyncMap<Value>(_ transform: (Element) async throws -> Value) async rethrows -> [Value] {
        var values: [Value] = []
        for element in self { values.append(try await transform(element)) }
        return values
    }
}
