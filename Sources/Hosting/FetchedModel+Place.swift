public import Checkpoints
public import Downloads
public import FoundationEssentials

extension UserFolders {
    /// The folder for models of a kind: `~/.local/share/easel/loras`.
    /// - Returns: nil for a kind that Easel does nothing with.
    public func folder(for kind: ModelKind) -> URL? {
        FileKind(kind)?.place.map { data.appending(path: $0) }
    }
}

extension HashMemory {
    /// Remembers the hashes of what was fetched, so that nobody reads gigabytes again for them.
    public func remember(_ model: FetchedModel) {
        for file in model.plan.files {
            guard let hash = model.sha256(of: file) else { continue }
            remember(hash, ofFile: model.plan.isFolder ? model.path + "/" + file.path : model.path)
        }
    }
}
