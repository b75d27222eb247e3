public import FoundationEssentials
public import Jobs

/// What a server keeps, and where: the database, the pictures and their thumbnails.
public struct DataFolder: Sendable {
    public let url: URL

    public init(_ url: URL) { self.url = url }

    public var database: URL { url.appending(path: "easel.sqlite") }

    /// The file of a picture. Names of jobs begin with their time, so that their first eight digits put about a minute's into one folder.
    public func picture(_ id: PictureID) -> URL { folder("pictures", of: id).appending(path: "\(id).png") }
    public func thumbnail(_ id: PictureID) -> URL { folder("thumbnails", of: id).appending(path: "\(id).webp") }

    private func folder(_ name: String, of id: PictureID) -> URL {
        url.appending(path: name).appending(path: String(id.job.description.prefix(8)))
    }
}
