import Foundation
import Jobs
import TestSupport
import Testing

@testable import Store

@Suite("Comparing files and rows")
struct SweepTests {
    let archives: Archives
    let archive: Archive

    init() throws {
        archives = try Archives()
        archive = try archives.open()
    }

    private func put(_ url: URL) throws {
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data("x".utf8).write(to: url)
    }

    private func exists(_ url: URL) -> Bool { FileManager.default.fileExists(atPath: url.path) }

    @Test("a folder in order is left as it is, and so are files of others")
    func inOrder() async throws {
        let id = try await archive.draw("a")[0]
        _ = try await archive.thumbnail(id)
        let foreign = [
            archive.folder.url.appending(path: "pictures/notes.txt"),
            archive.folder.earlierPicture(id).deletingLastPathComponent().appending(path: "notes.txt"),
            archive.folder.earlierPicture(id).deletingLastPathComponent().appending(path: "\(PictureID(id.job, 9)).jpg"),
            // The user's own, in a folder of ours, and by names that are ours elsewhere.
            try await archive.png(id).deletingLastPathComponent().appending(path: "0002-7-my-own.png"),
            try await archive.png(id).deletingLastPathComponent().appending(path: "\(PictureID(JobID(), 0)).png"),
            try await archive.png(id).deletingLastPathComponent().appending(path: "notes.partial"),
            archive.folder.earlierPicture(PictureID(JobID(at: .distantPast), 0)).deletingLastPathComponent().appending(
                path: "\(PictureID(JobID(), 0)).png"),
        ]
        for file in foreign { try put(file) }
        #expect(try await archive.sweep() == SweepReport())
        #expect(foreign.allSatisfy(exists))
        #expect(try await archive.thumbnail(id) != nil)
    }

    @Test("files that no row knows and half-written files are removed")
    func orphans() async throws {
        let known = try await archive.draw("a")[0]
        let orphan = PictureID(JobID(), 0)
        let files = [
            archive.folder.earlierPicture(orphan), archive.folder.thumbnail(orphan), archive.folder.earlierPicture(PictureID(known.job, 1)),
            URL(filePath: archive.folder.thumbnail(known).path + ".partial"),
        ]
        for file in files { try put(file) }
        // The second picture of a job that is known is owned by nobody, too.
        #expect(try await archive.sweep() == SweepReport(removedFiles: 4))
        #expect(!files.contains(where: exists))
        #expect(try await archive.pngFile(known) != nil)
    }

    @Test("the files of a job that is being drawn are left alone")
    func unfinished() async throws {
        let job = try await archive.add(Job(Archives.request()), idempotencyKey: nil)
        let file = archive.folder.earlierPicture(PictureID(job.id, 0))
        try put(file)
        #expect(try await archive.sweep() == SweepReport())
        #expect(exists(file))
    }

    @Test("a picture whose file is gone is hidden until it is back")
    func missing() async throws {
        let ids = try await archive.draw("a", "b")
        let file = try await archive.png(ids[0])
        let away = archive.folder.url.appending(path: "away.png")
        try FileManager.default.moveItem(at: file, to: away)
        #expect(try await archive.pngFile(ids[0]) == nil)
        #expect(try await archive.sweep() == SweepReport(hiddenPictures: 1))
        #expect(try await archive.pictures(limit: 10).map(\.id) == [ids[1]])
        #expect(try await archive.sweep() == SweepReport())
        try FileManager.default.moveItem(at: away, to: file)
        #expect(try await archive.sweep() == SweepReport(shownPictures: 1))
        #expect(try await archive.pictures(limit: 10).map(\.id) == ids.reversed())
    }

    @Test(
        "a picture whose file was emptied, cut or replaced is told, and hidden by a sweep until the file is back", arguments: Self.changes)
    func changed(_ name: String, _ change: @Sendable (Data) -> Data) async throws {
        let id = try await archive.draw("a")[0]
        _ = try await archive.thumbnail(id)
        let file = try await archive.png(id)
        let whole = try Data(contentsOf: file)
        try change(whole).write(to: file)
        await #expect(throws: StoreError.changedPicture(id)) { try await archive.pngFile(id) }
        await #expect(throws: StoreError.changedPicture(id)) { try await archive.thumbnail(id) }
        #expect(try await archive.sweep() == SweepReport(hiddenPictures: 1))
        #expect(try await archive.pictures(limit: 10).isEmpty)
        try whole.write(to: file)
        #expect(try await archive.sweep() == SweepReport(shownPictures: 1))
        #expect(try await archive.pngFile(id) != nil)
    }

    private static let changes: [(String, @Sendable (Data) -> Data)] = [
        ("emptied", { _ in Data() }), ("cut", { $0.dropLast() }), ("cut in its beginning", { $0.dropFirst() }), ("longer", { $0 + [0] }),
        ("zeros of the same size", { Data(count: $0.count) }), ("another picture", { $0 + $0 }), ("text", { _ in Data("no picture".utf8) }),
        ("zeros in its end", { $0.dropLast(8) + Data(count: 8) }),
    ]

    @Test("a thumbnail that was emptied, cut or replaced is made again", arguments: [Data(), Data("RIFF".utf8), Data(count: 100)])
    func changedThumbnail(contents: Data) async throws {
        let id = try await archive.draw("a")[0]
        let file = try #require(try await archive.thumbnail(id))
        let whole = try Data(contentsOf: file)
        for broken in [contents, Data(whole.dropLast(3))] {
            try broken.write(to: file)
            #expect(try await archive.thumbnail(id) == file)
            #expect(try Data(contentsOf: file) == whole)
        }
    }

    @Test("a picture whose content is damaged where no size tells is no picture, either")
    func damagedInside() async throws {
        let id = try await archive.draw("a")[0]
        let file = try await archive.png(id)
        var bytes = try Data(contentsOf: file)
        for index in 20..<bytes.count - 12 { bytes[index] ^= 0x55 }
        try bytes.write(to: file)
        await #expect(throws: StoreError.changedPicture(id)) { try await archive.thumbnail(id) }
    }

    @Test("opening removes what a crash has left of an unfinished job, and nothing else")
    func opening() async throws {
        let job = Job(Archives.request())
        let (half, whole) = (
            URL(filePath: archive.folder.earlierPicture(PictureID(job.id, 1)).path + ".partial"),
            archive.folder.earlierPicture(PictureID(job.id, 0))
        )
        let other = try Archives()
        var done: [PictureID] = []
        do {
            let archive = try other.open()
            _ = try await archive.add(job, idempotencyKey: nil)
            done = try await archive.draw("a", at: job.submittedAt)
        }
        for file in [half, whole] { try put(URL(filePath: file.path.replacing(archives.folder.url.path, with: other.folder.url.path))) }
        let reopened = try other.open()
        let kept = try #require(try await reopened.picture(done[0])?.file)
        #expect(try reopened.pictureFiles() == [kept])
    }
}
