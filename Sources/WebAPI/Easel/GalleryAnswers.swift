public import Jobs

/// A page of the list of pictures, `GET /api/v1/images`.
public struct PicturePageAnswer: Codable, Sendable {
    /// The pictures of this page, the newest first.
    public var items: [PictureAnswer]
    /// The value of `before` for the page after this one; null when this is the last.
    @OrNull public var next: String?
    /// All pictures that the list has, on all pages.
    public var total: Int

    /// Makes a page; `next` is nil for the last one.
    public init(_ items: [PictureAnswer], next: String?, total: Int) {
        self.items = items
        self.next = next
        self.total = total
    }
}

/// The answer to `GET /api/v1/images/facets`: what the pictures can be narrowed down by.
public struct FacetsAnswer: Codable, Sendable {
    /// A model, sampler or album.
    public struct Value: Codable, Sendable {
        public var name: String
        /// Pictures that have it.
        public var count: Int

        /// Makes a value with the number of its pictures.
        public init(name: String, count: Int) { (self.name, self.count) = (name, count) }
    }

    /// A day on which pictures were drawn.
    public struct Day: Codable, Sendable {
        /// `2026-11-28`, in the time zone that the server had when it drew the pictures.
        public var day: String
        /// Pictures of the day.
        public var count: Int

        /// Makes a day with the number of its pictures.
        public init(day: String, count: Int) { (self.day, self.count) = (day, count) }
    }

    /// Models, those with most pictures first.
    public var models: [Value]
    /// Samplers, those with most pictures first.
    public var samplers: [Value]
    /// Albums, in order of their names.
    public var albums: [Value]
    /// Days, the latest first.
    public var days: [Day]
    /// All pictures.
    public var total: Int
    /// Pictures that are favourites.
    public var favourites: Int
    /// The folder of the pictures' files on the server.
    public var folder: String

    /// Makes the answer from its parts.
    public init(
        models: [Value], samplers: [Value], albums: [Value], days: [Day], total: Int, favourites: Int, folder: String
    ) {
        (self.models, self.samplers, self.albums, self.days) = (models, samplers, albums, days)
        (self.total, self.favourites, self.folder) = (total, favourites, folder)
    }
}

/// The answer to `POST /api/v1/images/change`.
public struct ChangedAnswer: Codable, Sendable {
    /// How many of the pictures are there, and now as they were asked to be.
    public var changed: Int
    /// Ids of the request that no picture has, or none any more.
    public var missing: [String]

    /// Tells which of the pictures of a request were there.
    public init(_ ids: [PictureID], found: Set<PictureID>) {
        changed = found.count
        missing = ids.filter { !found.contains($0) }.map(\.description)
    }
}

/// The answer to `POST /api/v1/images/delete`.
public struct DeletedAnswer: Codable, Sendable {
    /// How many of the pictures were there, and are deleted now.
    public var deleted: Int
    /// Ids of the request that no picture has, or none any more.
    public var missing: [String]

    /// Tells which of the pictures of a request were there.
    public init(_ ids: [PictureID], found: Set<PictureID>) {
        deleted = found.count
        missing = ids.filter { !found.contains($0) }.map(\.description)
    }
}
