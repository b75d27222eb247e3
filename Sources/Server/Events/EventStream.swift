internal import FoundationEssentials
internal import Hummingbird
internal import Jobs
internal import ServiceLifecycle
internal import WebAPI

/// Server-sent events: an answer that goes on for as long as something happens.
///
/// Source: https://html.spec.whatwg.org/multipage/server-sent-events.html.
struct EventStream: Sendable {
    let events: AsyncStream<NumberedJobEvent>
    /// An event as it is sent; nil for one that is not.
    let frame: @Sendable (NumberedJobEvent) async -> ByteBuffer?
    /// A comment is sent so often, for proxies that end connections on which nothing comes.
    var heartbeat = Duration.seconds(15)
    /// Waits until the stream has to end before its events do, and says what is sent last.
    var stop: @Sendable () async throws -> ByteBuffer? = {
        try await gracefulShutdown()
        return nil
    }
    /// Told when the reader goes before the end.
    var onGone: @Sendable () async -> Void = {}

    private enum Turn: Sendable {
        case event(NumberedJobEvent?)
        case heartbeat
        case stop(ByteBuffer?)
    }

    func response(to request: Request) -> Response {
        let headers: HTTPFields = [
            .contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-store", .connection: "close",
            // nginx would keep events back.
            .init("X-Accel-Buffering")!: "no",
        ]
        return Response(status: .ok, headers: headers, body: .init { writer in
            do {
                try await writer.write(ByteBuffer(string: ": open\n\n"))
                try await request.body.consumeWithCancellationOnInboundClose { _ in try await send(to: &writer) }
            } catch {
                // A cancelled server ends without waiting: then nobody has gone.
                if !Task.isCancelled { await onGone() }
                guard error is CancellationError else { throw error }
            }
            try await writer.finish(nil)
        })
    }

    /// Writes what comes, one after another, so that a slow reader's events gather where they are bounded.
    func send(to writer: inout any ResponseBodyWriter) async throws {
        try await withThrowingTaskGroup(of: Turn.self) { group in
            defer { group.cancelAll() }
            group.addTask(operation: nextEvent)
            group.addTask(operation: nextHeartbeat)
            group.addTask { .stop(try await stop()) }
            while let turn = try await group.next() {
                switch turn {
                case .event(let event?):
                    if let frame = await frame(event) { try await writer.write(frame) }
                    group.addTask(operation: nextEvent)
                case .heartbeat:
                    try await writer.write(ByteBuffer(string: ":\n\n"))
                    group.addTask(operation: nextHeartbeat)
                case .stop(let last):
                    if let last { try await writer.write(last) }
                    return
                case .event(nil):
                    return
                }
            }
        }
    }

    @Sendable private func nextEvent() async -> Turn {
        // An iterator of a stream goes on where the one before it was.
        var iterator = events.makeAsyncIterator()
        return .event(await iterator.next())
    }

    @Sendable private func nextHeartbeat() async throws -> Turn {
        try await Task.sleep(for: heartbeat)
        return .heartbeat
    }

    /// - Parameters:
    ///   - data: on one line.
    ///   - number: for `Last-Event-ID`, where a reader can go on.
    static func frame(_ name: String, _ data: Data, number: UInt64? = nil) -> ByteBuffer {
        var buffer = ByteBuffer(string: (number.map { "id: \($0)\n" } ?? "") + "event: \(name)\ndata: ")
        buffer.writeBytes(data)
        buffer.writeString("\n\n")
        return buffer
    }
}

extension EventStream {
    /// Easel's own events.
    /// - Parameter place: kept for as long as the stream is.
    init(events: AsyncStream<NumberedJobEvent>, previews: EncodedPreviews, place: OpenStreams.Place, heartbeat: Duration = .seconds(15)) {
        self.init(
            events: events,
            frame: { event in
                withExtendedLifetime(place) {}
                guard let answer = await previews.answer(to: event) else { return nil }
                return Self.frame(answer.name, answer.data, number: event.number)
            }, heartbeat: heartbeat)
    }
}
