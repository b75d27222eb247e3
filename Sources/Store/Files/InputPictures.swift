public import FoundationEssentials
public import Generation
internal import Glibc
internal import ImageCodecs
internal import Synchronization

/// The picture files that jobs begin with, each named by its content: `inputs/<sha256>` in the data folder.
///
/// A file stays as long as a job names it, and for an hour after it was last kept or asked for: a client that has sent a picture may
/// take its time to send the job.
public final class InputPictures: InputPictureSource {
    /// How long a file stays that no job names, in seconds.
    public static let patience = 3600.0

    private let folder: URL
    private let queue = WorkQueue("easel.inputs")
    /// Sizes of pictures that were looked at. Held while a file's time is read or written, so that none is removed that was just asked for.
    private let sizes = Mutex<[InputPicture: PictureSize]>([:])

    init(_ folder: URL) { self.folder = folder }

    /// The file of a picture, whether it is there or not.
    public func file(of picture: InputPicture) -> URL { folder.appending(path: picture.sha256) }

    /// Keeps a file. It is on the disk when this returns.
    /// - Parameters:
    ///   - picture: the name of the contents.
    ///   - contents: all bytes of the file, which was read as a picture before.
    public func keep(_ picture: InputPicture, _ contents: [UInt8]) async throws(StoreError) {
        let file = file(of: picture)
        try await queue.run { [self] () throws(StoreError) in
            if touch(picture), DurableFile.size(of: file) == contents.count { return }
            try DurableFile.makeFolder(folder)
            try DurableFile.write(contents, to: file)
            try DurableFile.syncFolder(folder)
        }
    }

    /// The bytes of a file; nil when it is not there.
    public func contents(of picture: InputPicture) -> [UInt8]? { (try? Data(contentsOf: file(of: picture))).map { [UInt8]($0) } }

    /// The size of a picture, turned upright. Keeps it for another hour.
    /// - Returns: nil when it is not there, or cannot be read any more.
    public func size(of picture: InputPicture) -> PictureSize? {
        guard touch(picture) else { return nil }
        if let size = sizes.withLock({ $0[picture] }) { return size }
        guard let size = decoded(picture)?.size else { return nil }
        sizes.withLock { sizes in
            // Names cost little, but a server runs for long.
            if sizes.count >= 10_000 { sizes = [:] }
            sizes[picture] = size
        }
        return size
    }

    public func image(of picture: InputPicture) throws(InvalidRequest) -> InputImage {
        guard let decoded = decoded(picture) else { throw .missingInput(picture) }
        return InputImage(decoded)
    }

    /// How many pixels there may be was checked when the picture came.
    private func decoded(_ picture: InputPicture) -> DecodedImage? {
        contents(of: picture).flatMap { try? DecodedImage(decoding: $0, pixelLimit: .max) }
    }

    /// Makes a file as young as a new one.
    /// - Returns: whether it is there.
    private func touch(_ picture: InputPicture) -> Bool { sizes.withLock { _ in utimensat(AT_FDCWD, file(of: picture).path, nil, 0) == 0 } }

    /// The pictures that nobody has asked for in the last hour. What a crash has left half written is removed.
    func old(at time: Date) async throws(StoreError) -> [InputPicture] {
        try await queue.run { [self] () throws(StoreError) in
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
            for name in names where name.hasSuffix(DurableFile.partialSuffix) { try DurableFile.remove(folder.appending(path: name)) }
            return names.compactMap(InputPicture.init(sha256:)).filter { isOld($0, at: time) }
        }
    }

    /// Removes files that no job names, but not those that were asked for meanwhile.
    /// - Returns: how many were removed.
    func remove(_ pictures: [InputPicture], at time: Date) async throws(StoreError) -> Int {
        try await queue.run { [self] () throws(StoreError) in
            var count = 0
            for picture in pictures {
                let isRemoved = sizes.withLock { sizes in
                    guard isOld(picture, at: time), unlink(file(of: picture).path) == 0 else { return false }
                    sizes[picture] = nil
                    return true
                }
                if isRemoved { count += 1 }
            }
            return count
        }
    }

    private func isOld(_ picture: InputPicture, at time: Date) -> Bool {
        var status = stat()
        guard stat(file(of: picture).path, &status) == 0 else { return false }
        return Double(status.st_mtim.tv_sec) < time.timeIntervalSince1970 - Self.patience
    }
}
