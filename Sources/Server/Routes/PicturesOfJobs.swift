internal import FoundationEssentials
internal import Generation
internal import ImageCodecs
internal import Jobs
internal import Store
internal import WebAPI

extension Backend {
    /// The pictures of a job that is done, as files of a format.
    ///
    /// PNG files are sent as they are stored.
    /// - Parameter quality: of JPEG and WebP.
    func pictures(of job: Job, as format: ImageFormat, quality: Int = ImageFormat.usualQuality) async throws -> [Picture<Data>] {
        var pictures: [Picture<Data>] = []
        for id in job.pictures {
            guard let picture = try await archive.picture(id), let png = try await archive.pngFile(id) else { throw Self.removed }
            let file = try await offloaded { try Self.file(png, of: picture, as: format, quality: quality) }
            pictures.append(picture.details.with(file))
        }
        return pictures
    }

    /// A stored picture as a file of a format.
    static func file(_ png: URL, of picture: GalleryPicture, as format: ImageFormat, quality: Int) throws -> Data {
        let png = try Data(contentsOf: png)
        if format == .png { return png }
        guard let decoded = try? DecodedImage(decoding: [UInt8](png)) else { throw StoreError.changedPicture(picture.id) }
        return Data(try decoded.image.encoded(as: format, quality: quality, parameters: picture.details.infotext, alpha: decoded.alpha))
    }

    /// The pictures of a job that is done, without their files.
    func descriptions(of job: Job) async throws -> [Picture<Data>] {
        var pictures: [Picture<Data>] = []
        for id in job.pictures {
            guard let picture = try await archive.picture(id) else { throw Self.removed }
            pictures.append(picture.details.with(Data()))
        }
        return pictures
    }

    static let removed = APIError(
        .notFound, reason: ErrorReason(.unknownPicture),
        "A picture of the job has been removed since it was drawn. Draw it again, or keep more with keep_pictures and "
            + "keep_days.")
}

extension APIError {
    /// Another program has emptied, cut or replaced the file.
    static func changedPicture(_ id: PictureID) -> APIError {
        APIError(
            .notFound, field: "id", reason: ErrorReason(.pictureChanged, ["id": .text(id.description)]),
            "The file of picture \(id) was changed on the server's disk. Put it back from a copy, or delete the picture.")
    }
}
