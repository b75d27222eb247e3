public import Checkpoints
import FoundationEssentials
public import Settings

extension UpscalerLibrary {
    /// The upscalers in the folders of the setting `upscalers`, and in the user's data folder.
    public convenience init(_ settings: EaselSettings, folders: UserFolders = UserFolders()) {
        let named = settings.upscalers.split(separator: ":").map { folders.path(String($0)) }
        self.init(folders: named + [folders.upscalers.path])
    }
}
