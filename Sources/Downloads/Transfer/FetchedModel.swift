/// A model that is whole and has its name.
public struct FetchedModel: Sendable {
    /// The plan it was fetched by.
    public let plan: DownloadPlan
    /// The place of the file or folder.
    public let path: String
    /// Files of the plan that were there from before.
    public let alreadyThere: Int
    let arrived: [String: FileTransfer.Arrived]

    /// The SHA-256 of a file of the plan, in lower-case hexadecimal.
    public func sha256(of file: PlannedFile) -> String? { arrived[file.path]?.sha256 }

    /// The place of the note about the model's source; see `SourceNote`.
    public var notePath: String { SourceNote.path(beside: path) }

    /// Writes the note.
    func writeNote() throws(DownloadError) { try SourceNote(self).write(beside: path) }
}
