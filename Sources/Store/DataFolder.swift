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

    /// The folder of all pictures. Each says where it lies there: see `GalleryPicture.file`.
    public var pictures: URL { folder(.picture) }
    /// - Parameter file: path below the folder of pictures.
    func picture(_ file: String) -> URL { pictures.appending(path: file) }
    /// The path below the folder of pictures that earlier versions gave a picture. Names of jobs begin with their time, so that their first
    /// eight digits put about a minute's into one folder.
    static func earlierName(_ id: PictureID) -> String { "\(folderName(of: id.job))/\(Kind.picture.fileName(id))" }
    /// The WebP file of a picture's thumbnail, in the folder `thumbnails`.
    public func thumbnail(_ id: PictureID) -> URL { file(.thumbnail, of: id) }

    /// The folder of the pictures that jobs begin with; see `InputPictures`.
    public var inputs: URL { url.appending(path: "inputs") }

    /// The kinds of files that there is one of for each picture.
    enum Kind: String, CaseIterable {
        case picture = "png"
        case thumbnail = "webp"

        var folderName: String { self == .picture ? "pictures" : "thumbnails" }

        func fileName(_ id: PictureID) -> String { "\(id).\(rawValue)" }
    }

    func file(_ kind: Kind, of id: PictureID) -> URL { folder(kind, of: id.job).appending(path: kind.fileName(id)) }
    func folder(_ kind: Kind, of job: JobID) -> URL { folder(kind).appending(path: Self.folderName(of: job)) }
    static func folderName(of job: JobID) -> String { String(job.description.prefix(8)) }
    func folder(_ kind: Kind) -> URL { url.appending(path: kind.folderName) }
}
