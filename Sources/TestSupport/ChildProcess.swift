import CSpawn
import Foundation
import Synchronization

/// A program that runs beside the tests.
///
/// Foundation's `Process` (6.2 on Linux) reads past the end of a folder's listing when a thousand files are open, and the tests end with
/// it.
public final class ChildProcess: Sendable {
    private let id: pid_t
    private let status = Mutex<Int32?>(nil)
    private let ended: AsyncStream<Void>

    /// Starts a program. It reads nothing from standard input, and has no files but its two outputs.
    /// - Parameters:
    ///   - folder: the folder that it works in.
    ///   - environment: all variables that it sees.
    ///   - output: the file that it writes to, which must be there; `/dev/null` for none.
    ///   - errors: the same for what it complains about.
    public init(
        _ program: String, _ arguments: [String], folder: String = ".", environment: [String: String] = [:],
        output: String = "/dev/null", errors: String = "/dev/null"
    ) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addchdir_np(&actions, folder)
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_APPEND, 0)
        posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_APPEND, 0)
        posix_spawn_file_actions_addclosefrom_np(&actions, 3)

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // A thread of a test may have signals blocked; the program is to have them all.
        var none = sigset_t(), all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        let words = ([program] + arguments).map { strdup($0) } + [nil]
        let variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in words + variables { free(text) } }
        var id: pid_t = 0
        let code = posix_spawn(&id, program, &actions, &attributes, words, variables)
        guard code == 0 else { throw POSIXError(POSIXErrorCode(rawValue: code) ?? .EINVAL) }
        self.id = id

        let (ended, continuation) = AsyncStream.makeStream(of: Void.self)
        self.ended = ended
        Thread.detachNewThread { [self] in
            var status: Int32 = 0
            while waitpid(self.id, &status, 0) < 0, errno == EINTR {}
            self.status.withLock { $0 = status }
            continuation.finish()
        }
    }

    /// Whether it has not ended yet.
    public var isRunning: Bool { status.withLock { $0 == nil } }

    /// Whether all of it stands still after SIGSTOP.
    public var isStopped: Bool {
        let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(id)/task")) ?? []
        return tasks.allSatisfy { task in
            let text = (try? String(contentsOfFile: "/proc/\(id)/task/\(task)/stat", encoding: .utf8)) ?? ""
            // The state follows the program's name, which is in parentheses.
            return text.split(separator: ")").last?.first { $0 != " " } == "T"
        }
    }

    /// Sends a signal; to nobody after the end.
    public func send(_ signal: Int32) { status.withLock { if $0 == nil { kill(id, signal) } } }

    /// Waits for the end.
    /// - Returns: the exit code, or the number of the signal that ended it.
    public func exitCode() async -> Int32 {
        for await _ in ended {}
        let status = status.withLock { $0 ?? 0 }
        return status & 0x7F == 0 ? status >> 8 & 0xFF : status & 0x7F
    }
}
