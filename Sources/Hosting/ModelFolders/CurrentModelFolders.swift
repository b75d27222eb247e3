import Settings
import Synchronization

/// The folders of a process that runs on: looked at again when somebody asks for it.
final class CurrentModelFolders: Sendable {
    private let settings: EaselSettings
    private let user: UserFolders
    private let known: Mutex<ModelFolders>

    /// - Parameter settings: `model_folders` and `upscalers` in it, which do not change meanwhile.
    init(_ settings: EaselSettings, user: UserFolders) {
        self.settings = settings
        self.user = user
        known = Mutex(ModelFolders(settings, user: user))
    }

    /// The folders as they were seen last.
    var value: ModelFolders { known.withLock { $0 } }

    /// Looks at the folders again.
    func refresh() {
        let folders = ModelFolders(settings, user: user)
        known.withLock { $0 = folders }
    }
}
