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
    let previews: EncodedPreviews
    /// Kept for as long as the stream is.
    let place: OpenStreams.Place
    /// A comment is sent so often, for proxies that end connections on which nothing comes.
    var heartbeat = Duration.seconds(15)

    private enum Turn: Sendable {
        case event(NumberedJobEvent?)
        case heartbeat, stop
    }

    func response(to request: Request) -> Response {
        let headers: HTTPFields = [
            .contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-store", .connection: "close",
            // nginx would keep events back.
            .init("X-Accel-Buffering")!: "no",
        ]
        return Response(status: .ok, headers: headers, body: .init { writer in
            try await writer.write(ByteBuffer(string: ": open\n\n"))
            do {
                try await request.body.consumeWithCancellationOnInboundClose { _ in try await send(to: &writer) }
            } catch is CancellationError {
                // The reader has gone.
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
            group.addTask {
                try await gracefulShutdown()
                return .stop
            }
            while let turn = try await group.next() {
                switch turn {
                case .event(let event?):
                    if let answer = await previews.answer(to: event) { try await writer.write(Self.frame(answer, number: event.number)) }
                    group.addTask(operation: nextEvent)
                case .heartbeat:
                    try await writer.write(ByteBuffer(string: ":\n\n"))
                    group.addTask(operation: nextHeartbeat)
                case .event(nil), .stop:
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

    static func frame(_ answer: EventAnswer, number: UInt64) -> ByteBuffer {
        var buffer = ByteBuffer(string: "id: \(number)\nevent: \(answer.name)\ndata: ")
        buffer.writeBytes(answer.data)
        buffer.writeString("\n\n")
        return buffer
    }
}
