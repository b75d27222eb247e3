internal import GRDB
public import Jobs

/// Properties that pictures of the gallery are narrowed down by, beside the words of a search. Those that are nil let all pictures through.
public struct GalleryFilter: Sendable, Hashable {
    /// The whole name of the model.
    public var model: String?
    /// The whole name of the sampler.
    public var sampler: String?
    /// Only favourites.
    public var isFavourite = false
    /// The whole name of an album.
    public var album: String?
    /// The first day, `2026-11-28`, in the time zone of the server that drew the picture.
    public var firstDay: String?
    /// The last day, likewise.
    public var lastDay: String?
    /// The job that drew the picture.
    public var job: JobID?

    /// Makes a filter that lets all pictures through.
    public init() {}

    /// Holds for rows of `picture`.
    var conditions: [SQL] {
        var conditions: [SQL] = []
        if let model { conditions.append("picture.model = \(model)") }
        if let sampler { conditions.append("picture.sampler = \(sampler)") }
        if isFavourite { conditions.append("picture.is_favourite = 1") }
        if let album { conditions.append("picture.number IN (SELECT picture FROM album_picture WHERE album = \(album))") }
        if let firstDay { conditions.append("picture.day >= \(firstDay)") }
        if let lastDay { conditions.append("picture.day <= \(lastDay)") }
        if let job { conditions.append("picture.job = \(job.description)") }
        return conditions
    }
}

/// The values that pictures of the gallery have, with the number of pictures of each.
public struct GalleryFacets: Sendable, Hashable {
    /// A value, and how many pictures have it.
    public struct Count: Sendable, Hashable {
        public let name: String
        public let count: Int
    }

    /// Models, those with most pictures first.
    public internal(set) var models: [Count] = []
    /// Samplers, those with most pictures first. Pictures whose sampler is not known are not counted.
    public internal(set) var samplers: [Count] = []
    /// Albums in order of their names.
    public internal(set) var albums: [Count] = []
    /// Days such as `2026-11-28`, the latest first.
    public internal(set) var days: [Count] = []
    /// All pictures.
    public internal(set) var total = 0
    /// Pictures that are favourites.
    public internal(set) var favourites = 0
}

/// What became of giving an album another name.
public enum AlbumRenaming: Sendable, Hashable {
    /// The album has the name, and so many pictures.
    case renamed(pictureCount: Int)
    /// There is no such album.
    case unknown
    /// Another album has the name. Nothing was changed.
    case taken
}

/// A change of what the gallery keeps about pictures. Their files stay as they are.
public struct GalleryChange: Sendable, Hashable {
    /// Whether the pictures are favourites; nil: as before.
    public var isFavourite: Bool?
    /// The albums that the pictures are in, and no others; nil: as before.
    public var albums: Set<String>?
    /// An album that the pictures are added to.
    public var addedAlbum: String?
    /// An album that the pictures are taken out of.
    public var removedAlbum: String?

    /// Makes a change that changes nothing.
    public init() {}
}
