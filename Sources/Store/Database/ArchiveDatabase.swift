import FoundationEssentials
import GRDB
import Synchronization

/// The database file: opened and checked, read by many, written in groups.
///
/// A commit waits until the disk has it, which takes milliseconds. So what many want to write meanwhile is committed together:
/// each of them waits for two commits at most, however many they are.
final class ArchiveDatabase: Sendable {
    private let pool: DatabasePool
    private let path: String
    private let waiting = Mutex<[Write]>([])

    /// Opens the database, or makes an empty one, and brings its tables up to date.
    /// - Throws: `.newerDatabase`, `.damagedDatabase`, or what the disk says.
    init(_ file: URL) throws(StoreError) {
        path = file.path
        do {
            var configuration = Configuration()
            configuration.label = "easel.database"
            // Only for programs that look into the file meanwhile: a lock keeps other servers out.
            configuration.busyMode = .timeout(5)
            pool = try DatabasePool(path: path, configuration: configuration)
            if try pool.read(Schema.migrator.hasBeenSuperseded) { throw StoreError.newerDatabase(path) }
            // GRDB sets NORMAL, with which a power cut may undo the last commits.
            try pool.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA synchronous = FULL") }
            try Schema.migrator.migrate(pool)
        } catch {
            throw StoreError(error, database: path)
        }
    }

    /// Cancelling the task does not stop it: clients that go away must not keep a server from its books.
    func read<Value: Sendable>(_ work: @escaping @Sendable (Database) throws -> Value) async throws(StoreError) -> Value {
        let result: Result<Value, any Error> = await withCheckedContinuation { continuation in
            pool.asyncRead { db in continuation.resume(returning: Result { try work(db.get()) }) }
        }
        return try value(of: result)
    }

    /// Returns when what was written is on the disk. Writes happen in the order of the calls; cancelling the task does not stop it.
    /// - Parameter work: only changes the database, for it may be undone and called again.
    func write<Value: Sendable>(_ work: @escaping @Sendable (Database) throws -> Value) async throws(StoreError) -> Value {
        let result: Result<Value, any Error> = await withCheckedContinuation { continuation in
            let write = Write(
                perform: { db in
                    let value = try work(db)
                    return { continuation.resume(returning: .success(value)) }
                },
                fail: { continuation.resume(returning: .failure($0)) })
            let isFirst = waiting.withLock { waiting in
                waiting.append(write)
                return waiting.count == 1
            }
            if isFirst { pool.asyncWriteWithoutTransaction { [self] in writeWaiting(to: $0) } }
        }
        return try value(of: result)
    }

    /// For what is done before anybody else can ask.
    func writeBlocking<Value>(_ work: (Database) throws -> Value) throws(StoreError) -> Value {
        do {
            return try pool.write(work)
        } catch {
            throw StoreError(error, database: path)
        }
    }

    private func value<Value>(of result: Result<Value, any Error>) throws(StoreError) -> Value {
        switch result {
        case .success(let value): return value
        case .failure(let error): throw StoreError(error, database: path)
        }
    }
}

extension ArchiveDatabase {
    fileprivate struct Write: Sendable {
        /// Returns what tells the caller; to be called after the commit.
        let perform: @Sendable (Database) throws -> @Sendable () -> Void
        let fail: @Sendable (any Error) -> Void
    }

    private func writeWaiting(to db: Database) {
        let group = waiting.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
        do {
            try commit(group, to: db)
        } catch {
            guard group.count > 1 else { return group.forEach { $0.fail(error) } }
            // All of it is undone. The others must not suffer from the one that failed, and each hears of its own error.
            for write in group {
                do { try commit([write], to: db) } catch { write.fail(error) }
            }
        }
    }

    private func commit(_ writes: [Write], to db: Database) throws {
        var answers: [@Sendable () -> Void] = []
        try db.inTransaction(.immediate) {
            answers = try writes.map { try $0.perform(db) }
            return .commit
        }
        for answer in answers { answer() }
    }
}
