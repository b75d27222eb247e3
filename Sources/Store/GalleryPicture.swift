public import FoundationEssentials
public import Jobs

/// A picture that was drawn, as the gallery knows it.
public struct GalleryPicture: Sendable, Hashable, Identifiable {
    public let id: PictureID
    public let createdAt: Date
    /// In pixels.
    public let width: Int
    public let height: Int
    public let seed: UInt64
    /// With styles and with what was drawn for wildcards.
    public let prompt: String
    public let negativePrompt: String
    public let model: String
    /// Generation parameters, as they stand in the file.
    public let infotext: String
    /// Bytes of the PNG file.
    public let byteCount: Int

    public var job: JobID { id.job }
    /// Its place among the pictures of the job, from 0.
    public var index: Int { id.index }
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
