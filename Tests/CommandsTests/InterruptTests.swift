import Glibc
import Testing

@testable import Commands

@Suite("Ctrl-C")
struct InterruptTests {
    // In processes of their own, because signals are the process's. Watching for signals begins a moment after the work does;
    // until then one may be lost, so each is sent again.

    @Test("cancels the work")
    func cancels() async {
        await #expect(processExitsWith: .success) {
            signal(SIGINT, SIG_IGN)
            await #expect(throws: CancellationError.self) {
                try await cancellingOnInterrupt {
                    while true {
                        kill(getpid(), SIGINT)
                        try await Task.sleep(for: .milliseconds(300))
                    }
                }
            }
        }
    }

    @Test("leaves work behind that cannot be cancelled, with exit code 130")
    func leaves() async {
        await #expect(processExitsWith: .exitCode(130)) {
            signal(SIGINT, SIG_IGN)
            try await cancellingOnInterrupt {
                while true {
                    kill(getpid(), SIGINT)
                    usleep(300_000)
                }
            }
        }
    }

    @Test("what the work returns or throws comes through when nobody interrupts")
    func passesThrough() async throws {
        #expect(try await cancellingOnInterrupt { 7 } == 7)
        await #expect(throws: CommandFailure.self) { try await cancellingOnInterrupt { throw CommandFailure(.usage, "no") } }
    }
}
