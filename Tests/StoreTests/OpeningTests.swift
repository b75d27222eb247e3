import Foundation
import Glibc
import GRDB
import Generation
import Jobs
import Sampling
import TestSupport
import Testing

@testable import Store

@Suite("Opening a data folder")
struct OpeningTests {
    let archives: Archives

    init() throws { archives = try Archives() }

    @Test("folders are made, for this user alone", arguments: ["data", "a/b/c", "with space %20 ü"])
    func making(path: String) async throws {
        let folder = DataFolder(archives.temporary.url.appending(path: path))
        let archive = try Archive(folder)
        let pictures = try await archive.draw("a cat")
        for url in [folder.url, try await archive.png(pictures[0]).deletingLastPathComponent()] {
            #expect(try FileManager.default.attributesOfItem(atPath: url.path)[.posixPermissions] as? Int == 0o700)
        }
        #expect(FileManager.default.fileExists(atPath: archives.temporary.url.path + "/" + path + "/easel.sqlite"))
    }

    @Test(
        """
            the database and the files beside it are for this user alone, also those that an older version has made, and so is a \
            folder that is there
            """
    )
    func rights() async throws {
        func mode(_ path: String) throws -> Int? { try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int }
        let (folder, database) = (archives.folder.url.path, archives.folder.database.path)
        func use() async throws {
            let archive = try archives.open()
            _ = try await archive.draw("a cat")
            #expect(try mode(folder) == 0o700)
            for suffix in ["", "-wal", "-shm"] { #expect(try mode(database + suffix) == 0o600) }
            #expect(try mode(folder + "/easel.lock") == 0o600)
            withExtendedLifetime(archive) {}
        }
        for _ in 0..<2 {
            try await use()
            // As they were before.
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder)
            for suffix in ["", "-wal", "-shm"] where FileManager.default.fileExists(atPath: database + suffix) {
                try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: database + suffix)
            }
        }
    }

    @Test("a folder is trusted that is one's own, or the administrator's and closed to others", arguments: [
            (1000, 0o040755, nil), (1000, 0o040777, nil), (0, 0o040755, nil), (0, 0o040777, 0), (0, 0o040775, 0), (0, 0o041777, 0),
            (0, 0o120777, nil),
        (1001, 0o040700, 1001), (1001, 0o120777, 1001),
    ] as [(uid_t, mode_t, uid_t?)])
    func trust(owner: uid_t, mode: mode_t, stranger: uid_t?) {
        #expect(PrivateFolder.stranger(owner: owner, mode: mode, user: 1000) == stranger)
    }

    @Test(
        "somebody else's folder is not trusted, but a server works in one that it was told to, also behind a link of theirs",
        .enabled(if: geteuid() == 0, "only root can give folders away"))
    func foreign() throws {
        let root = archives.temporary.url
        for name in ["theirs", "mine"] {
            try FileManager.default.createDirectory(at: root.appending(path: name), withIntermediateDirectories: true)
        }
        try FileManager.default.createSymbolicLink(atPath: root.path + "/link", withDestinationPath: "mine")
        try #require(chown(root.path + "/theirs", 12345, 12345) == 0 && lchown(root.path + "/link", 12345, 12345) == 0)
        for name in ["theirs", "link"] {
            let folder = root.appending(path: name)
            #expect(throws: StoreError.foreignFolder(folder.path, owner: "user 12345")) { try PrivateFolder.prepare(folder) }
            #expect(!PrivateFolder.isTrusted(folder))
            // The volume of a container belongs to somebody outside.
            _ = try Archive(DataFolder(folder))
        }
        #expect(PrivateFolder.isTrusted(root.appending(path: "mine")) && PrivateFolder.isTrusted(root.appending(path: "nothing")))
    }

    @Test("two servers cannot use one data folder")
    func lock() async throws {
        let first = try archives.open()
        let path = archives.folder.url.path
        #expect {
            try archives.open()
        } throws: {
            "\($0)" == "The data folder \(path) is in use by another server. Stop that one, or choose another folder with --data."
        }
        _ = try await first.usage()
    }

    @Test("a folder is free even while a child that was forked meanwhile still has the lock's descriptor")
    func lockOfChild() throws {
        var archive: Archive? = try archives.open()
        let path = archives.folder.lock.path
        // Tests that run beside this one may hold thousands.
        let descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
        let held = try #require(
            descriptors.first { (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")) == path })
        let copy = dup(try #require(CInt(held)))
        defer { close(copy) }
        withExtendedLifetime(archive) {}
        archive = nil
        _ = try archives.open()
    }

    @Test("a folder is free when its archive is gone")
    func lockIsLeft() async throws {
        for _ in 0..<10 {
            let archive = try archives.open()
            async let usage = archive.usage()
            _ = try await archive.add(Job(Archives.request()), idempotencyKey: nil)
            _ = try await usage
        }
    }

    @Test("jobs of the version before requests had recipes come back with every field, and fields that they lack have their defaults")
    func requestsWithoutRecipes() async throws {
        try FileManager.default.createDirectory(at: archives.folder.url, withIntermediateDirectories: true)
        do {
            let queue = try DatabaseQueue(path: archives.folder.database.path)
            let tables = try String(contentsOf: Fixture.url("store/jobs-before-recipes.sql"), encoding: .utf8)
            try await queue.write { db in try db.execute(sql: tables) }
            try queue.close()
        }
        // The second start finds nothing to change.
        for _ in 1...2 {
            let jobs = try await archives.open().jobs(in: nil, before: nil, limit: 10)
            #expect(jobs.map(\.request) == Self.requestsBeforeRecipes.reversed())
            #expect(jobs.map(\.state) == [.queued, .failed, .done, .queued])
            #expect(try await archives.open().pictures(limit: 10).map(\.details.prompt) == ["a cat"])
        }
    }

    /// The requests of Tests/Fixtures/store/jobs-before-recipes.sql.
    private static var requestsBeforeRecipes: [JobRequest] {
        var all = GenerationRequest(prompt: "a \"quoted\" 猫\nin two lines\0 \\ é 🐱")
        all.negativePrompt = "blurry, [a:b:3]"
        (all.width, all.height, all.steps) = (768, 1024, 33)
        (all.sampler, all.schedule, all.cfgScale) = (.dpmpp2M, .sgmUniform, 7.3)
        (all.seed, all.batchSize, all.noise) = (.max, 3, .philox)
        (all.styles, all.emphasis, all.clipSkip) = (["ink", "old, master"], .noNorm, 2)
        (all.commaBacktrack, all.padsConditionings, all.scheduleCounting) = (7, true, .a1111)
        var plain = GenerationRequest(prompt: "a cat")
        plain.seed = 9_007_199_254_740_993
        plain.schedule = .normal
        var small = GenerationRequest(prompt: "a dog")
        (small.width, small.height, small.cfgScale, small.schedule) = (256, 256, 1, .normal)
        var older = GenerationRequest(prompt: "[a:b:5]")
        (older.width, older.steps, older.sampler, older.schedule) = (320, 8, .eulerAncestral, .karras)
        (older.cfgScale, older.seed, older.batchSize) = (5.5, 12, 2)
        return [
            JobRequest(model: "sd15/anime", generation: all, runs: 2, priority: -3, client: "näme", previewInterval: 5),
            JobRequest(model: "demo", generation: plain), JobRequest(model: "demo", generation: small, client: "key"),
            JobRequest(model: "demo", generation: older),
        ]
    }

    @Test("jobs that an earlier version has written down are listed by their names, before those that are added now")
    func migration() async throws {
        try FileManager.default.createDirectory(at: archives.folder.url, withIntermediateDirectories: true)
        let names = [1, 2, 3].map { JobID(at: Date(timeIntervalSince1970: $0 * 1_000_000_000)) }
        do {
            let queue = try DatabaseQueue(path: archives.folder.database.path)
            try Schema.migrator.migrate(queue, upTo: "jobs and pictures")
            try await queue.write { db in
                for name in names.shuffled() {
                    try db.execute(
                        sql:
                            """
                                INSERT INTO job (id, client, request, state, attempts, submitted_at, ended_at) VALUES (?, '', ?, \
                                'failed', 1, 0, 1)
                                """,
                        arguments: [name.description, String(decoding: JSONEncoder().encode(Archives.request()), as: UTF8.self)])
                }
            }
            try queue.close()
        }
        let archive = try archives.open()
        let new = try await archive.add(Job(id: JobID(at: Date(timeIntervalSince1970: 5)), Archives.request()), idempotencyKey: nil)
        #expect(try await archive.jobs(in: nil, before: nil, limit: 10).map(\.id) == [new.id] + names.reversed())
        #expect(try await archive.jobs(in: nil, before: nil, limit: 10).allSatisfy(\.warnings.isEmpty))
    }

    @Test("warnings that an earlier version has written as sentences are told as such")
    func sentences() async throws {
        try FileManager.default.createDirectory(at: archives.folder.url, withIntermediateDirectories: true)
        let job = Job(Archives.request())
        do {
            let queue = try DatabaseQueue(path: archives.folder.database.path)
            try Schema.migrator.migrate(queue, upTo: "grids")
            try await queue.write { db in
                try JobRecord(job, number: 1).insert(db)
                try db.execute(sql: #"UPDATE job SET warnings = '["A \"wildcard\" is not there.","猫"]'"#)
            }
            try queue.close()
        }
        #expect(try await archives.open().job(job.id)?.warnings == [
            Notice(.told, "A \"wildcard\" is not there."), Notice(.told, "猫"),
        ])
    }

    @Test("a database of a newer version is refused and left as it is")
    func newer() async throws {
        try await archives.open().database.write { db in try db.execute(sql: "INSERT INTO grdb_migrations VALUES ('of the future')") }
        let path = archives.folder.database.path
        for _ in 0..<2 {
            #expect {
                try archives.open()
            } throws: {
                "\($0)"
                    == "The database \(path) was made by a newer version of Easel. Use that version, or choose another folder with --data."
            }
        }
    }

    @Test("a file that is no database is said to be damaged, and left as it is")
    func noDatabase() throws {
        let text = String(repeating: "This is no database. ", count: 1000)
        try archives.temporary.write(text, to: "data/easel.sqlite")
        #expect(throws: StoreError.damagedDatabase(archives.folder.database.path)) { try archives.open() }
        #expect(try String(contentsOf: archives.folder.database, encoding: .utf8) == text)
    }

    @Test("a database with broken pages is said to be damaged where they are read")
    func brokenPages() async throws {
        do {
            let archive = try archives.open()
            try await withThrowingTaskGroup { group in
                for index in 0..<200 {
                    group.addTask {
                        _ = try await archive.add(Job(Archives.request(String(repeating: "\(index) ", count: 200))), idempotencyKey: nil)
                    }
                }
                try await group.waitForAll()
            }
        }
        var file = try Data(contentsOf: archives.folder.database)
        // All but the pages that hold the schema.
        for index in 100_000..<file.count { file[index] = 0x55 }
        try file.write(to: archives.folder.database)
        await #expect(throws: StoreError.damagedDatabase(archives.folder.database.path)) {
            _ = try await archives.open().jobs(in: nil, before: nil, limit: 1000)
        }
    }

    @Test("a place that cannot be a folder is refused by its name")
    func noFolder() throws {
        let file = try archives.temporary.write("", to: "file")
        #expect(throws: StoreError.file(file, reason: "Not a directory")) { try Archive(DataFolder(URL(filePath: file))) }
        #expect(throws: StoreError.file(file + "/data", reason: "Not a directory")) {
            try Archive(DataFolder(URL(filePath: file + "/data")))
        }
    }

    @Test("commits wait for the disk")
    func synchronous() async throws {
        let archive = try archives.open()
        let pragmas = try await archive.database.write { db in
            try ["synchronous", "journal_mode", "foreign_keys"].map { try String.fetchOne(db, sql: "PRAGMA \($0)") }
        }
        // 2 is FULL.
        #expect(pragmas == ["2", "wal", "1"])
    }

    @Test("what the system and the database say becomes a sentence", arguments: [
            (
                StoreError("/data/x.png", errno: ENOSPC),
                """
                    /data/x.png could not be written: the disk is full. Free some space, or let keep_pictures or keep_days remove old \
                    pictures.
                    """
            ),
            (
                StoreError("/data", errno: EROFS),
                """
                    /data cannot be used (Read-only file system). Give this user the right to write there, or choose another folder \
                    with --data.
                    """
            ),
            (
                StoreError("/data", errno: EIO),
                """
                    /data could not be read or written (Input/output error). See whether the disk is healthy, or choose another \
                    folder with --data.
                    """
            ),
            (
                StoreError(DatabaseError(resultCode: .SQLITE_FULL), database: "/d"),
                "/d could not be written: the disk is full. Free some space, or let keep_pictures or keep_days remove old pictures."
            ),
            (
                StoreError(DatabaseError(resultCode: .SQLITE_CORRUPT_VTAB), database: "/d"),
                """
                    The database /d is damaged. Move it away, or restore it from a copy: Easel makes an empty one when there is none. \
                    The pictures beside it are not touched.
                    """
            ),
            (
                StoreError(DatabaseError(resultCode: .SQLITE_READONLY, message: "attempt to write a readonly database"), database: "/d"),
                """
                    /d cannot be used (attempt to write a readonly database). Give this user the right to write there, or choose \
                    another folder with --data.
                    """
            )
    ])
    func texts(error: StoreError, text: String) { #expect("\(error)" == text) }
}
