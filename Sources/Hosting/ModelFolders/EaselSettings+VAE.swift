import Checkpoints
import Files
import Settings

extension EaselSettings {
    /// The VAE that takes the place of models' own; see `Checkpoint.open`. nil for what the model's files say.
    ///
    /// A name without a folder that lies nowhere means the file of that name, with or without its ending, in one of the folders for VAEs.
    func chosenVAE(_ folders: ModelFolders) -> String? {
        guard !vae.isEmpty, vae != "none" else { return vae.isEmpty ? nil : vae }
        let path = folders.user.path(vae)
        return PathKind(path) == .nothing && !path.contains("/") ? folders.vae(named: path) ?? path : path
    }

    /// The places where tiny VAEs lie.
    func tinyVAEs(_ folders: ModelFolders) -> TinyVAELibrary {
        TinyVAELibrary(paths: tinyVAE.isEmpty ? folders.folders(of: .tinyVAEs) : [folders.user.path(tinyVAE)])
    }
}

extension ModelFolders {
    /// The file of a VAE that somebody names, with or without its ending; nil when no folder for VAEs has it.
    func vae(named name: String) -> String? {
        for folder in folders(of: .vaes) {
            for file in [name, name + ".safetensors"] where PathKind(folder + "/" + file) == .file { return folder + "/" + file }
        }
        return nil
    }
}
