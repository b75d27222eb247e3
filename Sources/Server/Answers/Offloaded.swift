internal import NIOPosix

/// Does what takes milliseconds or waits for a disk on threads of its own: those that requests share are as many as processors, and
/// whoever polls for progress waits for them.
func offloaded<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await NIOThreadPool.singleton.runIfActive(work)
}
