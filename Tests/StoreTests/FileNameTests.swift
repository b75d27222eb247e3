import Files
import Foundation
import GRDB
import Generation
import Jobs
import Testing

@testable import Store

@Suite("Names of pictures' files")
struct FileNameTests {
    let archives: Archives
    let archive: Archive

    init() throws {
        archives = try Archives()
        archive = try archives.open()
    }

    private func name(by pattern: String) throws {
        let pattern = try FileNamePattern(pattern)
        archive.nameFiles { pattern }
    }

    private func files(_ ids: [PictureID]) async throws -> [String] {
        try await ids.asyncMap { id in
            #expect(try await archive.pngFile(id) != nil)
            return try await archive.picture(id)?.file ?? ""
        }
    }

    @Test("a folder for each day, numbers that count up in it, seed and prompt")
    func standard() async throws {
        let (first, second) = (Date(timeIntervalSince1970: 1_700_000_000), Date(timeIntervalSince1970: 1_700_200_000))
        let ids = try await archive.draw("cat face, on pink",
        "dog", at: first) + archive.draw("a", at: second) + archive.draw("b", at: first)
        let (day, other) = (LocalTime(first.addingTimeInterval(2.3)).day, LocalTime(second.addingTimeInterval(2.3)).day)
        #expect(
            try await files(ids) == [
                "\(day)/0001-0-cat-face-on-pink.png", "\(day)/0002-1-dog.png", "\(other)/0001-0-a.png", "\(day)/0003-0-b.png",
            ])
        #expect(try archive.pictureFiles() == (try await files(ids)).sorted())
    }

    @Test("the pattern of the settings names new files; those that are there keep their names")
    func pattern() async throws {
        let old = try await archive.draw("cat")
        let oldFile = try await files(old)
        try name(by: "[model]/[sampler] [width]x[height]/[number]")
        let time = Date(timeIntervalSince1970: 1_700_000_000)
        #expect(try await files(archive.draw("x", model: "sd15/anime v3.5")) == ["sd15-anime-v3.5/Euler 8x8/0001.png"])
        try name(by: "[job]_[time]")
        let ids = try await archive.draw("x", "y", at: time)
        let stem = "\(ids[0].job)_\(LocalTime(time.addingTimeInterval(2.3)).time)"
        #expect(try await files(ids) == ["\(stem).png", "\(stem)-2.png"])
        #expect(try await files(old) == oldFile)
    }

    @Test("equal names are told apart by numbers, also from files of the user and names that differ in case", arguments: ["same",
    "[prompt]"])
    func unique(pattern: String) async throws {
        try name(by: pattern)
        try FileManager.default.createDirectory(at: archive.folder.pictures, withIntermediateDirectories: true)
        try Data("mine".utf8).write(to: archive.folder.picture("same-3.png"))
        try FileManager.default.createSymbolicLink(atPath: archive.folder.picture("same-5.png").path, withDestinationPath: "nowhere")
        var ids = try await archive.draw("same", "same")
        ids += try await archive.draw(pattern == "same" ? "x" : "SAME") + archive.draw("same", "same")
        let names =
            pattern == "same"
            ? ["same.png", "same-2.png", "same-4.png", "same-6.png", "same-7.png"]
            : ["same.png", "same-2.png", "SAME-3.png", "same-4.png", "same-6.png"]
        #expect(try await files(ids) == names)
        #expect(try String(contentsOf: archive.folder.picture("same-3.png"), encoding: .utf8) == "mine")
        // A name is free again only when its picture is gone for good.
        #expect(try await archive.delete(ids[0], at: .now.addingTimeInterval(-1000)))
        #expect(try await files(archive.draw("same")) == [pattern == "same" ? "same-8.png" : "same-7.png"])
    }

    @Test("pictures that are stored at the same time have names of their own")
    func together() async throws {
        try name(by: "x/[prompt]")
        let ids = try await withThrowingTaskGroup(of: [PictureID].self) { group in
            for _ in 0..<40 { group.addTask { try await archive.draw("cat", "cat") } }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        let names = try await files(ids)
        #expect(Set(names).count == 80)
        #expect(try Set(archive.pictureFiles()) == Set(names))
    }

    @Test("a thousand equal names are found without a search for each")
    func manyEqual() async throws {
        try name(by: "x")
        let ids = try await archive.drawMany(300, at: .now)
        #expect(Set(try await files(ids)).count == 300)
        let questions = try await archive.database.read { db in
            try Int.fetchOne(db, sql: "SELECT number FROM name_number WHERE stem = 'x'")
        }
        #expect(questions == 300)
    }

    @Test("whatever the prompt holds, the name is safe, short and in its folder", arguments: [
        "../../../etc/passwd", "/etc/passwd", "..", ".", "", "   ", "\0", "a\nb\tc\u{1B}[31m",
        "🐱🍎👩‍👩‍👧", String(repeating: "long ", count: 900),
        String(repeating: "猫", count: 1400), String(repeating: "👩‍👩‍👧", count: 300), "CON", "nul", "a\\..\\b", "-rf *", "$(rm -rf ~)",
        "`id`", "%2e%2e%2f",
        "a\u{202E}gpj.b", String(repeating: "e\u{301}", count: 1000), String(repeating: "\u{301}", count: 4096), "x.partial", "~",
        "\u{FFFD}",
    ])
    func hostile(prompt: String) async throws {
        for pattern in ["[date]/[number]-[seed]-[prompt]", "[prompt]/[prompt]", "[prompt]"] {
            try name(by: pattern)
            let ids = try await archive.draw(prompt, prompt, prompt, model: prompt)
            for file in try await files(ids) {
                let parts = file.split(separator: "/", omittingEmptySubsequences: false)
                #expect(parts.count == pattern.split(separator: "/").count && file.hasSuffix(".png"))
                for part in parts {
                    #expect(!part.isEmpty && part.utf8.count <= 200 && !part.hasPrefix(".") && !part.hasPrefix("-"))
                    #expect(part.utf8.allSatisfy { $0 >= 32 && $0 != 127 } && !part.contains("\\"))
                }
                let real = archive.folder.picture(file).resolvingSymlinksInPath().path
                #expect(real.hasPrefix(archive.folder.pictures.resolvingSymlinksInPath().path + "/"))
            }
        }
        #expect(try await archive.sweep() == SweepReport())
    }

    @Test("a removed picture's folders go with their last file, and no others")
    func folders() async throws {
        try name(by: "a/[prompt]/[seed]")
        let ids = try await archive.draw("x", "y", at: .now.addingTimeInterval(-5000))
        try Data("mine".utf8).write(to: archive.folder.picture("a/y/notes.txt"))
        for id in ids { #expect(try await archive.delete(id, at: .now.addingTimeInterval(-1000))) }
        #expect(try await archive.applyRetention(keepCount: 0, keepDays: 0) == 2)
        #expect(try archive.pictureFiles() == ["a/y/notes.txt"])
        #expect(!FileManager.default.fileExists(atPath: archive.folder.picture("a/x").path))
        try FileManager.default.removeItem(at: archive.folder.picture("a/y/notes.txt"))
        let last = try await archive.draw("y", at: .now.addingTimeInterval(-5000))[0]
        #expect(try await archive.delete(last, at: .now.addingTimeInterval(-1000)))
        #expect(try await archive.applyRetention(keepCount: 0, keepDays: 0) == 1)
        #expect(try FileManager.default.contentsOfDirectory(atPath: archive.folder.pictures.path) == [])
    }

    @Test("a picture whose name the disk does not take is kept under its id, and the job says so")
    func fallback() async throws {
        try name(by: "x/[seed]")
        // A file stands where a folder should be.
        try FileManager.default.createDirectory(at: archive.folder.pictures, withIntermediateDirectories: true)
        try Data("mine".utf8).write(to: archive.folder.picture("x"))
        let ids = try await archive.draw("a", "b")
        #expect(try await files(ids) == ids.map { "\($0.job.description.prefix(8))/\($0).png" })
        #expect(try String(contentsOf: archive.folder.picture("x"), encoding: .utf8) == "mine")
        #expect(try await archive.job(ids[0].job)?.warnings == [
            Notice(
                .namedByID, ["detail": "Not a directory", "setting": "picture_names"],
                "The files of the pictures are named by ids, because the names of picture_names could not be written (Not a directory).")
        ])
        #expect(try await noteCount() == 0)
        #expect(try await archive.sweep() == SweepReport())
    }

    private func noteCount() async throws -> Int? {
        try await archive.database.read { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM loose_file") }
    }

    @Test("a picture that cannot be stored leaves neither a file nor a note, and can be stored later")
    func failing() async throws {
        let job = try await archive.add(Job(Archives.request()), idempotencyKey: nil).done(pictures: 2)
        try Data("mine".utf8).write(to: archive.folder.pictures)
        await #expect(throws: StoreError.self) { try await archive.finish(job, with: [Archives.picture(), Archives.picture()]) }
        #expect(try await noteCount() == 0)
        #expect(try await archive.job(job.id)?.state == .queued)
        try FileManager.default.removeItem(at: archive.folder.pictures)
        try await archive.finish(job, with: [Archives.picture(), Archives.picture()])
        #expect(try await files(job.pictures).count == 2)
    }

    @Test("the start removes files that a crash has left: those about to be written, and those of pictures that were removed")
    func notes() async throws {
        let other = try Archives()
        var kept = ""
        do {
            let archive = try other.open()
            let id = try await archive.draw("a")[0]
            kept = try #require(try await archive.picture(id)?.file)
            for name in ["2020-01-01/0001-1-x.png", "2020-01-01/0002-1-x.png.partial", "mine.png"] {
                let url = archive.folder.picture(name)
                try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data("x".utf8).write(to: url)
            }
            try await archive.database.write { db in
                for name in ["2020-01-01/0001-1-x.png", "2020-01-01/0002-1-x.png", "2020-01-02/0003-1-never-written.png"] {
                    try db.execute(literal: "INSERT INTO loose_file VALUES (\(name))")
                }
            }
        }
        let archive = try other.open()
        #expect(try archive.pictureFiles() == [kept, "mine.png"])
        #expect(!FileManager.default.fileExists(atPath: archive.folder.picture("2020-01-01").path))
        let notes = try await archive.database.read { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM loose_file") }
        #expect(notes == 0)
    }
}

@Suite("Galleries of earlier versions")
struct EarlierGalleryTests {
    @Test("their pictures stay where they are, with sampler, steps and words read from what their files say")
    func migration() async throws {
        let archives = try Archives()
        try FileManager.default.createDirectory(at: archives.folder.url, withIntermediateDirectories: true)
        let job = JobID(at: Date(timeIntervalSince1970: 1_700_000_000))
        let infotexts = [
            "a cat, (red:1.2)\nNegative prompt: dog\nSteps: 25, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 4.5, Seed: 7, "
                + "Size: 8x16, Model: demo, Version: Easel 0.1.0",
            "", "Steps: 5", "prompt only\nSteps: x, Sampler: , CFG scale: inf, Seed: 1",
        ]
        do {
            let queue = try DatabaseQueue(path: archives.folder.database.path)
            try Schema.migrator.migrate(queue, upTo: "requests with recipes")
            try await queue.write { db in
                try db.execute(literal: """
                    INSERT INTO job (id, client, request, state, attempts, submitted_at, ended_at, number)
                    VALUES (\(job.description), '', '{}', 'done', 1, 0, 1, 1)
                    """)
                for (place, infotext) in infotexts.enumerated() {
                    try db.execute(literal: """
                        INSERT INTO picture (
                            job, place, created_at, width, height, seed, prompt, negative_prompt, model, infotext, byte_count
                        ) VALUES (\(job.description), \(place), 720000000, 8, 16, 7, 'a cat', 'dog', 'demo', \(infotext), \(Self.png.count))
                        """)
                }
                // More than are read at a time.
                for place in 10..<1200 {
                    try db.execute(literal: """
                        INSERT INTO picture (
                            job, place, created_at, width, height, seed, prompt, negative_prompt, model, infotext, byte_count, is_missing
                        ) VALUES (\(job.description), \(place), 720000000, 8, 16, 7, '', '', '', \(infotexts[0]), 1, 1)
                        """)
                }
            }
            try queue.close()
        }
        let place = archives.folder.earlierPicture(PictureID(job, 0)).deletingLastPathComponent()
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        for number in infotexts.indices { try Self.png.write(to: archives.folder.earlierPicture(PictureID(job, number))) }
        // The second start finds nothing to change.
        for _ in 1...2 {
            let archive = try archives.open()
            let pictures = try await archive.pictures(limit: 10)
            #expect(pictures.map(\.id.index) == [3, 2, 1, 0])
            #expect(pictures.map(\.sampler) == [nil, nil, nil, "DPM++ 2M"] && pictures.map(\.steps) == [nil, nil, nil, 25])
            #expect(pictures.allSatisfy { !$0.isFavourite && $0.albums == [] && $0.file == "\(job.description.prefix(8))/\($0.id).png" })
            #expect(try await archive.pngFile(PictureID(job, 0)) == archives.folder.earlierPicture(PictureID(job, 0)))
            for query in ["karras", "dpm", "cfg:4.5", "steps:25", "sampler:\"dpm++ 2m\"", "seed:7 size:8x16 4.5", "version: karras"] {
                let expected = query.hasPrefix("version") ? [] : [PictureID(job, 0)]
                #expect(try await archive.pictures(limit: 10, matching: query).map(\.id) == expected, "\(query)")
            }
            #expect(try await archive.pictures(limit: 10, matching: "cat dog").count == 4)
            let facets = try await archive.facets()
            #expect(facets.days.map(\.name) == [LocalTime(Date(timeIntervalSinceReferenceDate: 720_000_000)).day] && facets.total == 4)
            let late = try await archive.database.read { db in
                try Int.fetchOne(db, sql: """
                    SELECT count(*) FROM picture WHERE steps = 25 AND parameters LIKE '25 DPM++ 2M Karras%' AND day LIKE '2023%'
                    """)
            }
            #expect(late == 1191)
            #expect(try await archive.sweep() == SweepReport())
            try await archive.database.write { db in
                try db.execute(sql: "INSERT INTO picture_text (picture_text) VALUES ('integrity-check')")
            }
        }
        // They can be removed as all others.
        let archive = try archives.open()
        #expect(try await archive.delete((0..<4).map { PictureID(job, $0) }, at: .now.addingTimeInterval(-1000)).count == 4)
        #expect(try await archive.applyRetention(keepCount: 0, keepDays: 0) == 4)
        #expect(try archive.pictureFiles() == [])
    }

    private static let png = Data(
        [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 0, 0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82])
}
