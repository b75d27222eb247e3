public import FoundationEssentials
public import Jobs

/// What a server keeps, and where: the database, the pictures and their thumbnails.
public struct DataFolder: Sendable {
    public let url: URL

    public init(_ url: URL) { self.url = url }

    public var database: URL { url.appending(path: "easel.sqlite") }
    var lock: URL { url.appending(path: "easel.lock") }

    /// The file of a picture. Names of jobs begin with their time, so that their first eight digits put about a minute's into one folder.
    public func picture(_ id: PictureID) -> URL { Kind.picture.file(of: id, in: self) }
    public func thumbnail(_ id: PictureID) -> URL { Kind.thumbnail.file(of: id, in: self) }

    /// The kinds of files that there is one of for each picture.
    enum Kind: CaseIterable {
        case picture, thumbnail

        var folderName: String { self == .picture ? "pictures" : "thumbnails" }
        var fileExtension: String { self == .picture ? "png" : "webp" }

        func file(of id: PictureID, in data: DataFolder) -> URL { folder(of: id.job, in: data).appending(path: "\(id).\(fileExtension)") }

        func folder(of job: JobID, in data: DataFolder) -> URL { root(in: data).appending(path: String(job.description.prefix(8))) }

        func root(in data: DataFolder) -> URL { data.url.appending(path: folderName) }
    }
}
