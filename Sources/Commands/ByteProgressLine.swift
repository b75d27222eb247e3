import Downloads
import Generation
import Synchronization

/// Says how far bytes have come, as often as the place that it is said in can bear.
final class ByteProgressLine: Sendable {
    private struct State {
        /// When the first bytes were told, and how many there were: what was there from before says nothing of the speed.
        var start: (time: ContinuousClock.Instant, bytes: Int)?
        var lastTenth = -1
    }

    /// Whether a line replaces the one before it.
    private let isInteractive: Bool
    private let state = Mutex(State())

    init(isInteractive: Bool) { self.isInteractive = isInteractive }

    /// `1.2 GB of 6.9 GB ████░░░░  12.3 MB/s, 7 min 40 s left  2 of 15 files`
    /// - Returns: nil when nothing is to be said; without a terminal that is until another tenth has come.
    func line(_ progress: DownloadProgress, at time: ContinuousClock.Instant) -> String? {
        line(
            done: progress.bytesDone, of: progress.byteCount,
            files: progress.fileCount > 1 ? (progress.filesDone, progress.fileCount) : nil,
            at: time)
    }

    /// - Parameters:
    ///   - total: all bytes; nil when they are not known.
    ///   - files: those that are done, and all.
    func line(done: Int, of total: Int?, files: (done: Int, count: Int)? = nil, at time: ContinuousClock.Instant) -> String? {
        state.withLock { state in
            let start = state.start ?? (time, done)
            state.start = start
            let fraction = total.map { $0 == 0 ? 1 : min(1, Double(done) / Double($0)) }
            if !isInteractive {
                let tenth = fraction.map { Int($0 * 10) } ?? files?.done ?? 0
                guard tenth > state.lastTenth else { return nil }
                state.lastTenth = tenth
            }
            var parts = [done.inBytes + (total.map { " of \($0.inBytes)" } ?? "")]
            if isInteractive, let fraction { parts.append(ProgressReporter.bar(fraction: fraction, width: 24)) }
            let seconds = (time - start.time).seconds
            let speed = Double(done - start.bytes) / seconds
            if seconds >= 1, speed > 0 {
                let left = total.map { Double(max(0, $0 - done)) / speed }
                parts.append("\(Int(speed).inBytes)/s" + (left.map { ", \(ProgressReporter.duration($0)) left" } ?? ""))
            }
            if let files { parts.append("\(files.done) of \(files.count) files") }
            return parts.joined(separator: "  ")
        }
    }
}
