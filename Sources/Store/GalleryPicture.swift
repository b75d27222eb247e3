public import FoundationEssentials
public import Generation
public import Jobs

/// A picture that was drawn, as the gallery knows it.
public struct GalleryPicture: Sendable, Hashable, Identifiable {
    /// Job that drew the picture, and its place in it.
    public let id: PictureID
    /// When the job was done.
    public let createdAt: Date
    /// Name of the model that drew it.
    public let model: String
    /// Name of the sampler; nil where its infotext does not say.
    public let sampler: String?
    /// Number of steps; nil where its infotext does not say.
    public let steps: Int?
    /// Whether it is one of the user's favourites, which are never removed for their age or number.
    public let isFavourite: Bool
    /// Names of the albums that it is in, in order.
    public let albums: [String]
    /// Its file below the folder of pictures: `2026-11-28/0001-4063967448-cat-face.png`.
    public let file: String
    /// What it was drawn from, and the size of its file.
    public let details: Picture<PictureFile>
}

/// Size of a picture's PNG file.
public struct PictureFile: Sendable, Hashable {
    /// Width and height of the picture.
    public let size: PictureSize
    /// Bytes of the file.
    public let byteCount: Int
}

/// How much there is, for metrics.
public struct ArchiveUsage: Sendable, Hashable {
    /// Pictures that can be seen.
    public let pictureCount: Int
    /// Bytes of their PNG files.
    public let pictureBytes: Int
    /// States that no job is in are left out.
    public let jobs: [JobState: Int]
}
