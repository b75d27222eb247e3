internal import FoundationEssentials
internal import Generation
internal import ImageCodecs
internal import Jobs
internal import Synchronization
internal import WebAPI

/// Previews as text, each encoded once, however many watch.
final class EncodedPreviews: Sendable {
    private struct State {
        var image: (image: RGBImage, text: Task<String?, Never>)?
        /// By the numbers of their events.
        var events: [UInt64: Task<EventAnswer?, Never>] = [:]
    }

    private let state = Mutex(State())
    /// Readers are seldom more than a few events apart.
    private static let keptEvents = 8

    /// A picture as a PNG file in base64; nil for what cannot be encoded. The latest is kept.
    func base64(of image: RGBImage) async -> String? {
        let task = state.withLock { state in
            if let latest = state.image, latest.image == image { return latest.text }
            let task = Task.detached { try? await offloaded { try Data(image.encoded(as: .png)).base64EncodedString() } }
            state.image = (image, task)
            return task
        }
        return await task.value
    }

    /// An event as it is sent; nil for one that cannot be encoded.
    func answer(to event: NumberedJobEvent) async -> EventAnswer? {
        guard case .preview = event.event else { return EventAnswer(event.event, of: event.job, at: event.time) }
        let task = state.withLock { state in
            if let task = state.events[event.number] { return task }
            let task = Task.detached { try? await offloaded { EventAnswer(event.event, of: event.job, at: event.time) } }
            state.events[event.number] = task
            if state.events.count > Self.keptEvents, let oldest = state.events.keys.min() { state.events[oldest] = nil }
            return task
        }
        return await task.value
    }
}
