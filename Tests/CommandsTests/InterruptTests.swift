import Glibc
import Testing

@testable import Commands

@Suite("Ctrl-C")
struct InterruptTests {
    // In processes of their own, because signals are the process's.

    @Test("cancels the work")
    func cancels() async {
        await #expect(processExitsWith: .success) {
            await #expect(throws: CancellationError.self) {
                try await cancellingOnInterrupt {
                    kill(getpid(), SIGINT)
                    try await Task.sleep(for: .seconds(60))
                }
            }
        }
    }

    @Test("leaves work behind that cannot be cancelled, with exit code 130")
    func leaves() async {
        await #expect(processExitsWith: .exitCode(130)) {
            try await cancellingOnInterrupt {
                kill(getpid(), SIGINT)
                sleep(60)
            }
        }
    }

    @Test("what the work returns or throws comes through when nobody interrupts")
    func passesThrough() async throws {
        #expect(try await cancellingOnInterrupt { 7 } == 7)
        await #expect(throws: CommandFailure.self) { try await cancellingOnInterrupt { throw CommandFailure(.usage, "no") } }
    }
}
