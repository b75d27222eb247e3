import Foundation
import GRDB
import Generation
import Jobs
import Sampling
import TestSupport
import Testing

@testable import Store

@Suite("Favourites, albums and filters")
struct AlbumTests {
    let archives: Archives
    let archive: Archive

    init() throws {
        archives = try Archives()
        archive = try archives.open()
    }

    private func found(_ change: (inout GalleryFilter) -> Void) async throws -> [PictureID] {
        var filter = GalleryFilter()
        change(&filter)
        let pictures = try await archive.pictures(limit: 100, filter: filter).map(\.id)
        #expect(try await archive.pictureCount(filter: filter) == pictures.count)
        return pictures
    }

    @Test("a picture is made a favourite, and put into albums; what is not there is left out")
    func changing() async throws {
        let ids = try await archive.draw("a", "b", "c")
        let gone = PictureID(JobID(), 0)
        #expect(try await archive.delete(ids[2]))
        func change(_ pictures: [PictureID], _ edit: (inout GalleryChange) -> Void) async throws -> Set<PictureID> {
            var change = GalleryChange()
            edit(&change)
            return try await archive.change(pictures, change)
        }
        #expect(try await change([ids[0], gone, ids[2]]) { $0.isFavourite = true } == [ids[0]])
        #expect(try await change(ids) { $0.addedAlbum = "cats" } == [ids[0], ids[1]])
        #expect(try await change([ids[0]]) { $0.addedAlbum = "猫 & 'dogs' \"x\"" } == [ids[0]])
        #expect(try await change([ids[0]]) { $0.addedAlbum = "cats" } == [ids[0]])
        let picture = try #require(try await archive.picture(ids[0]))
        #expect(picture.isFavourite && picture.albums == ["cats", "猫 & 'dogs' \"x\""])
        #expect(try await archive.picture(ids[1]).map { !$0.isFavourite && $0.albums == ["cats"] } == true)
        #expect(try await change([ids[0]]) { $0.albums = ["new", "cats"] } == [ids[0]])
        #expect(try await archive.picture(ids[0])?.albums == ["cats", "new"])
        #expect(try await change(ids) { ($0.isFavourite, $0.removedAlbum) = (false, "cats") } == [ids[0], ids[1]])
        #expect(try await archive.picture(ids[0]).map { !$0.isFavourite && $0.albums == ["new"] } == true)
        // A picture that is brought back has what it had.
        #expect(try await archive.restore(ids[2]))
        #expect(try await archive.picture(ids[2]).map { !$0.isFavourite && $0.albums == [] } == true)
    }

    @Test("each property narrows the list down, alone and together, and its count")
    func filters() async throws {
        let day = { (text: String) in try #require(try? Date.ISO8601FormatStyle().parse(text + "T12:00:00Z")) }
        let first = try await archive.draw("a red cat", "a dog", at: try day("2026-11-26"), model: "sd15/anime")
        let second = try await archive.draw("a red bird", at: try day("2026-11-28"))
        try await archive.database.write { db in
            try db.execute(literal: "UPDATE picture SET sampler = 'DPM++ 2M' WHERE \(first[1].condition)")
        }
        var star = GalleryChange()
        (star.isFavourite, star.addedAlbum) = (true, "red")
        #expect(try await archive.change([first[0], second[0]], star).count == 2)
        let all = [second[0], first[1], first[0]]
        #expect(try await found { _ in } == all)
        #expect(try await found { $0.model = "sd15/anime" } == [first[1], first[0]])
        #expect(try await found { $0.model = "sd15" } == [])
        #expect(try await found { $0.sampler = "DPM++ 2M" } == [first[1]])
        #expect(try await found { $0.isFavourite = true } == [second[0], first[0]])
        #expect(try await found { $0.album = "red" } == [second[0], first[0]])
        #expect(try await found { $0.album = "Red" } == [])
        #expect(try await found { $0.firstDay = "2026-11-27" } == [second[0]])
        #expect(try await found { $0.lastDay = "2026-11-27" } == [first[1], first[0]])
        #expect(try await found { ($0.firstDay, $0.lastDay) = ("2026-11-26", "2026-11-28") } == all)
        #expect(try await found { $0.job = first[0].job } == [first[1], first[0]])
        #expect(try await found { ($0.job, $0.isFavourite, $0.model) = (first[0].job, true, "sd15/anime") } == [first[0]])
        var filter = GalleryFilter()
        filter.album = "red"
        #expect(try await archive.pictures(limit: 10, matching: "cat", filter: filter).map(\.id) == [first[0]])
        #expect(try await archive.pictureCount(matching: "red", filter: filter) == 2)
        #expect(try await archive.pictures(before: second[0], limit: 1, filter: filter).map(\.id) == [first[0]])
    }

    @Test("the values that there are, with their counts; deleted pictures have none")
    func facets() async throws {
        #expect(try await archive.facets() == GalleryFacets())
        let old = Date(timeIntervalSince1970: 1_700_000_000)
        let ids = try await archive.draw("a", "b", at: old, model: "anime")
        let new = try await archive.draw("c", at: old.addingTimeInterval(3 * 86_400)) + archive.draw("d", at: old, model: "anime")
        var change = GalleryChange()
        (change.isFavourite, change.albums) = (true, ["z", "a"])
        #expect(try await archive.change([ids[0], new[1]], change).count == 2)
        #expect(try await archive.delete([new[1], PictureID(JobID(), 3), ids[1], ids[1]]) == [new[1], ids[1]])
        let facets = try await archive.facets()
        #expect(facets.models.map { "\($0.name) \($0.count)" } == ["anime 1", "demo 1"])
        #expect(facets.samplers.map { "\($0.name) \($0.count)" } == ["Euler 2"])
        #expect(facets.albums.map { "\($0.name) \($0.count)" } == ["a 1", "z 1"])
        #expect(facets.days.map(\.name) == [3.0, 0].map { LocalTime(old.addingTimeInterval($0 * 86_400 + 2.3)).day })
        #expect(facets.days.map(\.count) == [1, 1])
        #expect(facets.total == 2 && facets.favourites == 1)
    }

    @Test("the latest picture of each model that can be seen, also for another process while the folder is in use")
    func lastDrawings() async throws {
        #expect(try Archive.lastDrawings(in: DataFolder(URL(filePath: "/nowhere"))).isEmpty)
        _ = try await archive.draw("a", model: "anime")
        let last = try await archive.draw("b", "c", model: "anime")
        let other = try await archive.draw("d")
        #expect(try await archive.delete([last[1]]) == [last[1]])
        let drawings = try await archive.lastDrawings()
        #expect(drawings.mapValues(\.picture) == ["anime": "\(last[0])", "demo": "\(other[0])"])
        let anime = try #require(drawings["anime"])
        #expect(anime.steps == 20 && anime.sampler == "Euler" && anime.cfgScale == 7 && anime.width == 8 && anime.height == 8)
        #expect(try Archive.lastDrawings(in: archive.folder) == drawings)
        let damaged = try TemporaryFolder()
        try damaged.write("no database", to: DataFolder(damaged.url).database.lastPathComponent)
        #expect(throws: StoreError.self) { try Archive.lastDrawings(in: DataFolder(damaged.url)) }
    }

    @Test("an album goes with its last picture, also when that goes for good")
    func cascade() async throws {
        let id = try await archive.draw("a", at: .now.addingTimeInterval(-5000))[0]
        var change = GalleryChange()
        change.addedAlbum = "cats"
        #expect(try await archive.change([id], change) == [id])
        #expect(try await archive.delete(id, at: .now.addingTimeInterval(-1000)))
        #expect(try await archive.applyRetention(keepCount: 0, keepDays: 0) == 1)
        #expect(try await archive.facets().albums == [])
        let rows = try await archive.database.read { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM album_picture") }
        #expect(rows == 0)
    }

    private func put(_ ids: [PictureID], into album: String) async throws {
        var change = GalleryChange()
        change.addedAlbum = album
        #expect(try await archive.change(ids, change) == Set(ids))
    }

    private func albums() async throws -> [String] { try await archive.facets().albums.map { "\($0.name) \($0.count)" } }

    @Test("an album gets another name, for all of its pictures and for those that are brought back")
    func renaming() async throws {
        let ids = try await archive.draw("a", "b", "c")
        try await put(ids, into: "cats")
        try await put([ids[0]], into: "dogs")
        try await put([ids[2]], into: "gone")
        #expect(try await archive.delete(ids[2]))
        #expect(try await archive.renameAlbum("cats", to: "dogs") == .taken)
        #expect(try await archive.renameAlbum("Cats", to: "x") == .unknown)
        #expect(try await archive.renameAlbum("gone", to: "x") == .unknown)
        #expect(try await albums() == ["cats 2", "dogs 1"])
        #expect(try await archive.renameAlbum("cats", to: "cats") == .renamed(pictureCount: 2))
        // The deleted picture is in an album of that name already.
        #expect(try await archive.renameAlbum("cats", to: "gone") == .renamed(pictureCount: 2))
        #expect(try await albums() == ["dogs 1", "gone 2"])
        #expect(try await archive.renameAlbum("gone", to: "猫 & 'x'") == .renamed(pictureCount: 2))
        #expect(try await archive.restore(ids[2]))
        #expect(try await archive.picture(ids[2])?.albums == ["猫 & 'x'"])
        #expect(try await archive.picture(ids[0])?.albums == ["dogs", "猫 & 'x'"])
    }

    @Test("a deleted album is gone from its pictures, which stay; one whose pictures are all deleted is no album")
    func deletingAlbums() async throws {
        let ids = try await archive.draw("a", "b", "c")
        try await put(ids, into: "cats")
        try await put([ids[0]], into: "dogs")
        try await put([ids[2]], into: "gone")
        #expect(try await archive.delete(ids[2]))
        #expect(try await archive.removeAlbum("Cats") == 0)
        #expect(try await archive.removeAlbum("gone") == 0)
        #expect(try await archive.removeAlbum("cats") == 2)
        #expect(try await archive.removeAlbum("cats") == 0)
        #expect(try await albums() == ["dogs 1"])
        #expect(try await archive.pictures(limit: 9).map(\.id) == [ids[1], ids[0]])
        #expect(try await archive.restore(ids[2]))
        #expect(try await archive.picture(ids[2])?.albums == ["gone"])
    }

    @Test("favourites are kept whatever their age and number, and do not count; deleted ones go")
    func retention() async throws {
        let now = Date(timeIntervalSince1970: 1_800_000_000)
        var ids: [PictureID] = []
        for hour in 0..<6 { ids += try await archive.draw("\(hour)", at: now.addingTimeInterval(Double(hour - 100) * 3600)) }
        var change = GalleryChange()
        change.isFavourite = true
        #expect(try await archive.change([ids[0], ids[2], ids[5]], change).count == 3)
        #expect(try await archive.applyRetention(keepCount: 2, keepDays: 0, now: now) == 1)
        #expect(try await archive.pictures(limit: 10).map(\.id) == [ids[5], ids[4], ids[3], ids[2], ids[0]])
        #expect(try await archive.applyRetention(keepCount: 0, keepDays: 1, now: now) == 2)
        #expect(try await archive.pictures(limit: 10).map(\.id) == [ids[5], ids[2], ids[0]])
        for id in [ids[5], ids[2], ids[0]] { #expect(try await archive.pngFile(id) != nil) }
        #expect(try await archive.delete(ids[0], at: now.addingTimeInterval(-601)))
        #expect(try await archive.applyRetention(keepCount: 1, keepDays: 1, now: now) == 1)
        #expect(try await archive.pictures(limit: 10).map(\.id) == [ids[5], ids[2]])
    }

    @Test("every parameter is found by words, and properties narrow the search down", arguments: [
        ("DPM++", [1]), ("dpm 2m", [1]), ("karras", [1]), ("4063967448", [1]), ("40639", [1]), ("512x768", [1]), ("anime", [1]),
        ("sampler", []), ("steps", []), ("easel 0.1.0", [1]), ("cat 25", [1]), ("二次元", [2]), ("一只 demo", [0]),
        ("seed:4063967448", [1]), ("SEED:18446744073709551615", [0]), ("seed:40639", []), ("seed:abc", []), ("seed:-1", []),
        ("seed:", [2, 1, 0]),
        ("seed: 4063967448", [1]), ("seed：4063967448", [1]), ("model:ANI", [1]), ("model:\"sd15/anime\"", [1]), ("model:\"anime\"", []),
        ("model:\"ani", [1]), ("model:二次", [2]), ("sampler:euler", [2, 0]), ("sampler:\"Euler\"", [0]), ("sampler:\"euler a\"", [2]),
        ("sampler:\"DPM++ 2M\"", [1]), ("sampler:dpm++", [1]), ("size:512x768", [1]), ("size:512×768", [1]), ("size:768", [1]),
        ("size:512x", [1]),
        ("size:768x512", []), ("size:big", []), ("steps:25", [1]), ("steps:2", []), ("steps:20 model:demo", [0]), ("cfg:7", [2, 0]),
        ("cfg:7.0", [2, 0]),
        ("cfg:4.5", [1]), ("cfg:x", []), ("cat steps:25", [1]), ("dog steps:25", []), ("steps:25 \"a red cat\"", [1]), ("\"steps:25\"", []),
        ("prompt:cat", []), ("xseed:5", []), ("seed:4063967448 seed:1", []), ("model:' OR 1=1 --", []),
    ])
    func searching(query: String, found: [Int]) async throws {
        let details: [(prompt: String, model: String, seed: UInt64, size: (Int, Int), line: String)] = [
            ("一只狗", "demo", .max, (8, 8), "Steps: 20, Sampler: Euler, CFG scale: 7, Seed: 18446744073709551615, Size: 8x8, Model: demo"),
            (
                "a red cat", "sd15/anime", 4_063_967_448, (512, 768),
                "Steps: 25, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 4.5, Seed: 4063967448, Size: 512x768, Model: anime, "
                    + "Version: Easel 0.1.0"
            ),
            ("bird", "二次元", 5, (16, 16), "Steps: 30, Sampler: Euler a, CFG scale: 7, Seed: 5, Size: 16x16, Model: 二次元"),
        ]
        for detail in details {
            var request = Archives.request(detail.prompt)
            request.model = detail.model
            let job = try await archive.add(Job(request), idempotencyKey: nil).done()
            let pixels = [UInt8](repeating: 0, count: detail.size.0 * detail.size.1 * 3)
            try await archive.finish(job, with: [Picture(
                RGBImage(width: detail.size.0, height: detail.size.1, pixels: pixels), seed: detail.seed, prompt: detail.prompt,
                infotext: "\(detail.prompt)\n\(detail.line)")])
        }
        let pictures = try await archive.pictures(limit: 10, matching: query)
        #expect(pictures.map(\.details.prompt) == found.map { details[$0].prompt })
        #expect(try await archive.pictureCount(matching: query) == found.count)
    }

    @Test("what is typed is taken apart into words and properties", arguments: [
        ("cat seed:5 dog", "\"cat\"* \"dog\"*", [.seed(5)]), ("sampler:\"DPM++ 2M\"", nil, [.sampler("DPM++ 2M", isWhole: true)]),
        ("sampler:\"DPM", nil, [.sampler("DPM", isWhole: false)]),
        ("model:a model:b", nil, [.model("a", isWhole: false), .model("b", isWhole: false)]),
        ("size:512*768", nil, [.size(512, 768)]), ("size:512", nil, [.size(512, nil)]), ("cfg:nan", nil, [.impossible]), ("cfg:", nil, []),
        ("\"seed:5\"", "\"seed 5\"", []), ("aseed:5", "\"aseed\"* \"5\"*", []), ("(seed:5)", "\"seed\"* \"5\"*", []),
        ("steps:9 ", nil, [.steps(9)]),
    ] as [(String, String?, [GallerySearch.Property])])
    func parsing(text: String, words: String?, properties: [GallerySearch.Property]) {
        let search = GallerySearch(text)
        #expect(search.indexQuery == words && search.properties == properties)
    }
}
