import Foundation
import Logging

/// Writes the log to standard error as people read it: the time, the level, the message, and then its fields.
///
///     2026-11-28T12:00:00Z info Model demo is ready on CPU (f32) model=demo
struct TerminalLog: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { Terminal.write(line(event, at: .now) + "\n", to: .standardError) }

    /// The line for an event, without its end. A message of several lines stays one.
    func line(_ event: LogEvent, at time: Date) -> String {
        let fields = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        return ([time.ISO8601Format(), event.level.rawValue, event.message.description] + fields).joined(separator: " ")
            .replacing("\n", with: "\\n")
    }
}
