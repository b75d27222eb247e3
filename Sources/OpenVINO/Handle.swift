import COpenVINO
import Synchronization

/// The one owner of one C object; frees it when the last reference goes.
///
/// Sendable because it only carries the address: what may be called from several threads at once is decided
/// by the type that holds the handle.
final class Handle: Sendable {
    nonisolated(unsafe) let pointer: OpaquePointer
    private let free: @Sendable (OpaquePointer?) -> Void

    /// How many C objects are alive in this process, for leak tests.
    static let liveCount = Atomic<Int>(0)

    /// Makes a C object and adopts it.
    /// - Parameters:
    ///   - attempt: what is being done, in the infinitive, for the error text.
    ///   - free: the C function that releases the object.
    ///   - make: the C call that makes it.
    init(
        _ attempt: @autoclosure () -> String,
        freedBy free: @escaping @Sendable (OpaquePointer?) -> Void,
        _ make: (inout OpaquePointer?) -> ov_status_e
    ) throws(OpenVINOError) {
        var made: OpaquePointer?
        try check(make(&made), attempt())
        guard let made else {
            throw .call(attempt: attempt(), status: .unexpected, detail: "OpenVINO reported success and returned nothing")
        }
        pointer = made
        self.free = free
        Self.liveCount.add(1, ordering: .relaxed)
    }

    deinit {
        free(pointer)
        Self.liveCount.subtract(1, ordering: .relaxed)
    }
}

/// Runs calls that read or write a model one at a time in the whole process.
///
/// OpenVINO keeps one last error text per process. These calls explain the most, so no other
/// one of them may overwrite the text before it is read.
func oneAtATime<Result: Sendable>(_ body: () throws(OpenVINOError) -> Result) throws(OpenVINOError) -> Result {
    try loading.withLock { (_: inout Void) throws(OpenVINOError) in try body() }
}

private let loading = Mutex(())
