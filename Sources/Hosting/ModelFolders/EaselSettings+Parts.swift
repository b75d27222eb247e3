import Checkpoints
import Files
import Settings

extension EaselSettings {
    /// The VAE that takes the place of models' own; see `Checkpoint.open`. nil for what the model's files say.
    ///
    /// A name without a folder that lies nowhere means the file of that name, with or without its ending, in one of the folders for VAEs.
    func chosenVAE(_ folders: ModelFolders) -> String? {
        guard !vae.isEmpty, vae != "none" else { return vae.isEmpty ? nil : vae }
        return folders.path(of: .vaes, named: vae)
    }

    /// The files and folders whose text encoders models use; see `Checkpoint.open`. Names mean files in the folders for text encoders.
    func chosenTextEncoders(_ folders: ModelFolders) -> [String] { textEncoders.map { folders.path(of: .textEncoders, named: $0) } }

    /// The places where tiny VAEs lie.
    func tinyVAEs(_ folders: ModelFolders) -> TinyVAELibrary {
        TinyVAELibrary(paths: tinyVAE.isEmpty ? folders.folders(of: .tinyVAEs) : [folders.user.path(tinyVAE)])
    }
}

extension ModelFolders {
    /// The file that somebody names, with or without its ending; nil when no folder for its kind has it.
    func file(of kind: FileKind, named name: String) -> String? {
        for folder in folders(of: kind) {
            for file in [name] + kind.endings.map({ "\(name).\($0)" }) where PathKind(folder + "/" + file) == .file {
                return folder + "/" + file
            }
        }
        return nil
    }

    /// The path that somebody gives, or else the file that a name without a folder stands for.
    public func path(of kind: FileKind, named text: String) -> String {
        let path = user.path(text)
        return PathKind(path) == .nothing && !path.contains("/") ? file(of: kind, named: path) ?? path : path
    }
}
