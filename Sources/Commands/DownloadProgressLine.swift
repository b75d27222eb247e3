import Downloads
import Generation
import Synchronization

/// Says how far a download is, as often as the place that it is said in can bear.
final class DownloadProgressLine: Sendable {
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
        state.withLock { state in
            let start = state.start ?? (time, progress.bytesDone)
            state.start = start
            let fraction = progress.byteCount.map { $0 == 0 ? 1 : min(1, Double(progress.bytesDone) / Double($0)) }
            if !isInteractive {
                let tenth = fraction.map { Int($0 * 10) } ?? progress.filesDone
                guard tenth > state.lastTenth else { return nil }
                state.lastTenth = tenth
            }
            var parts = [progress.bytesDone.inBytes + (progress.byteCount.map { " of \($0.inBytes)" } ?? "")]
            if isInteractive, let fraction { parts.append(ProgressReporter.bar(fraction: fraction, width: 24)) }
            let seconds = (time - start.time).seconds
            let speed = Double(progress.bytesDone - start.bytes) / seconds
            if seconds >= 1, speed > 0 {
                let left = progress.byteCount.map { Double(max(0, $0 - progress.bytesDone)) / speed }
                parts.append("\(Int(speed).inBytes)/s" + (left.map { ", \(ProgressReporter.duration($0)) left" } ?? ""))
            }
            if progress.fileCount > 1 { parts.append("\(progress.filesDone) of \(progress.fileCount) files") }
            return parts.joined(separator: "  ")
        }
    }
}
