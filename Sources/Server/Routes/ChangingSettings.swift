internal import Settings
internal import WebAPI

extension Backend {
    /// Changes settings for the next job. Another model is loaded before this returns, as A1111 does; when it cannot be, the one
    /// before it stays.
    /// - Parameters: as for `LiveSettings.change`.
    func change(_ changes: [String: String], isKept: Bool) async throws {
        let before = settings.current.requests.model
        let settings = settings
        // Keeping them writes a file.
        let changed = try await offloaded { try settings.change(changes, isKept: isKept) }
        guard changed.contains("model") else { return await engine.takeUpSettings() }
        do {
            try await engine.load(settings.current.requests.model)
        } catch {
            try settings.change(["model": before])
            throw error
        }
    }
}
