public import Foundation
public import Hosting
import Jobs
import Server
import Settings
import Store

/// Serves the page and the APIs until the task is cancelled. Jobs and pictures are kept in `folder`.
public func serve(
    keepingIn folder: URL, port: Int = 7860, folders: UserFolders = UserFolders(),
    onListening: @escaping @Sendable (Int) async -> Void = { print("http://127.0.0.1:\($0)") }
) async throws {
    let settings = LiveSettings(EaselSettings())
    let events = JobEvents()
    let host = ModelHost(settings, folders: folders, onEvent: { events.send($0, of: nil) })
    var options = ServerOptions()
    options.port = port
    let server = EaselServer(
        engine: host, settings: settings, archive: try Archive(DataFolder(folder)), options: options, events: events,
        onListening: onListening)
    try await server.runAll()
}
