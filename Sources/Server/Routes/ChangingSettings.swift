internal import Settings
internal import WebAPI

extension Backend {
    /// Changes settings for the next job. Another model is loaded before this returns, as A1111 does; when it cannot be, the one
    /// before it stays. Devices that are not there are refused before anything is stored.
    /// - Parameters: as for `LiveSettings.change`.
    func change(_ changes: [String: String?], isKept: Bool) async throws {
        let before = settings.current.requests.model
        let settings = settings
        let proposal = try settings.proposed(changes)
        try await engine.checkDevices(in: proposal.settings, keys: proposal.changed)
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
