import Checkpoints
import Files
import Settings

extension EaselSettings {
    /// The VAE that takes the place of models' own; see `ModelFolders.vaePath`.
    func chosenVAE(_ folders: ModelFolders) -> String? { folders.vaePath(vae) }

    /// The places where tiny VAEs lie.
    func tinyVAEs(_ folders: ModelFolders) -> TinyVAELibrary {
        TinyVAELibrary(paths: tinyVAE.isEmpty ? folders.folders(of: .tinyVAEs) : [folders.user.path(tinyVAE)])
    }
}

extension ModelFolders {
    /// The VAE that somebody chose, for `Checkpoint.open`.
    ///
    /// A name without a folder that lies nowhere means the file of that name, with or without its ending, in one of the folders for VAEs.
    /// - Returns: nil for an empty text: what the model's files say. `none` stays as it is.
    public func vaePath(_ text: String) -> String? {
        guard !text.isEmpty, text != "none" else { return text.isEmpty ? nil : text }
        let path = user.path(text)
        return PathKind(path) == .nothing && !path.contains("/") ? vae(named: path) ?? path : path
    }

    /// The file of a VAE that somebody names, with or without its ending; nil when no folder for VAEs has it.
    func vae(named name: String) -> String? {
        for folder in folders(of: .vaes) {
            for file in [name, name + ".safetensors"] where PathKind(folder + "/" + file) == .file { return folder + "/" + file }
        }
        return nil
    }
}
