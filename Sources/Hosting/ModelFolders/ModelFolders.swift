import Files
import FoundationEssentials
public import Settings

/// The folders in which files are looked for that have names: checkpoints, LoRAs, embeddings and others.
///
/// Folders of the setting for one kind come first, then the user's own for that kind, such as `~/.local/share/easel/loras`, then each of
/// the setting `model_folders` in order, and those of the variable `EASEL_MODELS` that belong to another program. The first folder that has
/// a name keeps it. Folders are looked at once, when this is made; what lies in them is for the libraries to watch.
public struct ModelFolders: Sendable {
    /// The folders that belong to another program.
    public let programs: [ProgramFolder]
    /// Sentences about folders that are not there, and about files that name folders and cannot be read.
    public let notes: [String]
    let user: UserFolders
    /// Folders of checkpoints alone.
    private let plain: [String]

    /// - Parameters:
    ///   - settings: `model_folders` in it.
    ///   - user: the folders of the user, with the environment.
    public init(_ settings: EaselSettings = EaselSettings(), user: UserFolders = UserFolders()) {
        var programs: [ProgramFolder] = []
        var (plain, notes): ([String], [String]) = ([], [])
        for path in settings.modelFolders.map(user.path) {
            if let program = ProgramFolder(path, user: user) {
                programs.append(program)
            } else if PathKind(path) == .nothing {
                notes.append("The folder \"\(path)\" is not there (model_folders, \(settings.source(of: "model_folders"))).")
            } else {
                plain.append(path)
            }
        }
        // For checkpoints they come where the variable has them, for the rest last.
        let named = Self.named(user).compactMap { ProgramFolder($0, user: user) }
        programs += named.filter { !programs.contains($0) }
        self.programs = programs
        self.plain = plain
        self.notes = notes + programs.flatMap(\.problems)
        self.user = user
    }

    /// The folders of the variable `EASEL_MODELS`.
    private static func named(_ user: UserFolders) -> [String] {
        user.environment["EASEL_MODELS"].map { $0.split(separator: ":").map { user.path(String($0)) } } ?? []
    }

    /// The folders for a kind, in the order in which they are looked through. One need not be there.
    /// - Parameter named: those that the kind's own setting names, with a `~` if need be.
    public func folders(of kind: FileKind, named: [String] = []) -> [String] {
        let own = kind.place.map { [user.data.appending(path: $0).path] } ?? []
        return unique(named.map(user.path) + own + others(of: kind))
    }

    /// The folders that only the setting `model_folders` brings.
    func others(of kind: FileKind) -> [String] {
        let programs = programs.flatMap { $0.folders(of: kind) }
        return unique(kind == .checkpoints ? plain + programs : programs)
    }

    /// The folders of checkpoints, then those of UNets alone, without those that came with Easel.
    var ofCheckpoints: [String] {
        let named = Self.named(user).flatMap { path in
            programs.first { $0.path == path || $0.path + "/" == path }?.folders(of: .checkpoints) ?? [path]
        }
        return unique(named + [user.models.path] + others(of: .checkpoints) + others(of: .unets))
    }

    private func unique(_ paths: [String]) -> [String] {
        paths.enumerated().filter { index, path in !paths[..<index].contains(path) }.map(\.element)
    }
}
