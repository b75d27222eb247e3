public import FoundationEssentials
public import Jobs

/// The folder that a server keeps: the database, the pictures and their thumbnails.
public struct DataFolder: Sendable {
    /// The place of the folder.
    public let url: URL

    /// Names a folder; nothing is read or made on disk.
    public init(_ url: URL) { self.url = url }

    /// The file of the database, SQLite's: `easel.sqlite`.
    public var database: URL { url.appending(path: "easel.sqlite") }
    var lock: URL { url.appending(path: "easel.lock") }

    /// The file of a picture. Names of jobs begin with their time, so that their first eight digits put about a minute's into one folder.
    public func picture(_ id: PictureID) -> URL { file(.picture, of: id) }
    /// The WebP file of a picture's thumbnail, in the folder `thumbnails`.
    public func thumbnail(_ id: PictureID) -> URL { file(.thumbnail, of: id) }

    /// The kinds of files that there is one of for each picture.
    enum Kind: String, CaseIterable {
        case picture = "png"
        case thumbnail = "webp"

        var folderName: String { self == .picture ? "pictures" : "thumbnails" }

        func fileName(_ id: PictureID) -> String { "\(id).\(rawValue)" }
    }

    func file(_ kind: Kind, of id: PictureID) -> URL { folder(kind, of: id.job).appending(path: kind.fileName(id)) }
    func folder(_ kind: Kind, of job: JobID) -> URL { folder(kind).appending(path: String(job.description.prefix(8))) }
    func folder(_ kind: Kind) -> URL { url.appending(path: kind.folderName) }
}
