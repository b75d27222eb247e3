public import Checkpoints
public import Settings

extension UpscalerLibrary {
    /// The upscalers in the folders of the setting `upscalers`, in the user's data folder, and in those of the setting `model_folders`.
    public convenience init(_ settings: EaselSettings, folders: UserFolders = UserFolders()) {
        self.init(settings, ModelFolders(settings, user: folders))
    }

    convenience init(_ settings: EaselSettings, _ folders: ModelFolders) { self.init(folders: folders.ofUpscalers(settings)) }
}

extension ModelFolders {
    /// The folders of upscalers, those of the setting `upscalers` first.
    func ofUpscalers(_ settings: EaselSettings) -> [String] {
        folders(of: .upscalers, named: settings.upscalers.split(separator: ":").map(String.init))
    }
}
