import COpenVINO
import Synchronization

/// Wakes the task that awaits an inference.
///
/// OpenVINO keeps the address of the callback struct, not a copy, and calls from a thread of its own until the request
/// is freed: so the struct has a fixed place, and whoever frees the request keeps this object until after.
final class InferenceCompletion: Sendable {
    nonisolated(unsafe) let callback: UnsafeMutablePointer<ov_callback_t>
    private let waiting = Mutex<CheckedContinuation<Void, Never>?>(nil)

    init() {
        callback = .allocate(capacity: 1)
        callback.initialize(to: ov_callback_t(
            callback_func: { argument in
                guard let argument else { return }
                Unmanaged<InferenceCompletion>.fromOpaque(argument).takeUnretainedValue().resume()
            },
            args: Unmanaged.passUnretained(self).toOpaque()))
    }

    deinit { callback.deallocate() }

    /// Returns when the inference that `start` started is over, or at once when `start` returns false.
    nonisolated(nonsending) func wait(forStart start: () -> Bool) async {
        await withCheckedContinuation { continuation in
            waiting.withLock { $0 = continuation }
            if !start() { resume() }
        }
    }

    /// Resumes the continuation at most once: the first caller takes it away. Blocking inferences find none.
    private func resume() {
        waiting.withLock { continuation in
            defer { continuation = nil }
            return continuation
        }?.resume()
    }
}
