import FoundationEssentials
import Generation
import Glibc
import Jobs

/// The files of one kind in a data folder: pictures or thumbnails.
///
/// They are written and removed one at a time, off the threads that tasks share. So nothing half written is there when another
/// piece of work begins, unless a crash has left it.
struct PictureFiles: Sendable {
    let folder: DataFolder
    let kind: DataFolder.Kind
    let queue: WorkQueue

    init(_ kind: DataFolder.Kind, in folder: DataFolder) {
        self.kind = kind
        self.folder = folder
        queue = WorkQueue("easel." + kind.folderName)
    }

    /// The file that follows from a picture's id: of every thumbnail, and of pictures that earlier versions drew.
    func url(_ id: PictureID) -> URL { folder.file(kind, of: id) }

    /// Whether a file is there that begins and ends as one of this kind. Others can empty, cut and replace it.
    /// - Parameter byteCount: that it was written with; nil where nobody knows.
    func isWhole(_ file: URL, byteCount: Int?) -> Bool {
        switch kind {
        case .picture: DurableFile.isWhole(file, byteCount: byteCount, start: Self.pngSignature, end: Self.pngEnd)
        case .thumbnail:
            DurableFile.size(of: file).map { DurableFile.isWhole(file, byteCount: byteCount, start: Self.webPStart(byteCount: $0)) }
                ?? false
        }
    }

    private static let pngSignature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    /// An empty chunk IEND with its check sum.
    private static let pngEnd: [UInt8] = [0, 0, 0, 0, 0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82]

    /// WebP files begin with how much follows.
    private static func webPStart(byteCount: Int) -> [UInt8] {
        let rest = UInt32(clamping: byteCount - 8)
        return Array("RIFF".utf8) + (0..<4).map { UInt8(truncatingIfNeeded: rest >> ($0 * 8)) } + Array("WEBP".utf8)
    }

    /// Removes files, and folders that become empty; nothing where there are none.
    func remove(_ files: [URL]) async throws(StoreError) {
        try await queue.run { () throws(StoreError) in try removeNow(files) }
    }

    /// Does the same, also with what was only half written. Only for the start and on `queue`, when nobody else writes.
    func removeNow(_ files: [URL], isPartial: Bool = false) throws(StoreError) {
        for file in files {
            try DurableFile.remove(file)
            if isPartial { try DurableFile.remove(URL(filePath: file.path + DurableFile.partialSuffix)) }
        }
        let root = folder.folder(kind).path + "/"
        for place in Set(files.map { $0.deletingLastPathComponent().path }) {
            var place = place
            // Fails, as it should, where there is something left.
            while place.hasPrefix(root), rmdir(place) == 0 { place = URL(filePath: place).deletingLastPathComponent().path }
        }
    }

    /// Removes everything of one job that earlier versions have written, but some pictures. Only for the start, when nobody writes.
    func removeAll(of job: JobID, but kept: Set<PictureID>) throws(StoreError) {
        let place = folder.folder(kind, of: job)
        for name in Self.names(in: place) where name.hasPrefix("\(job)-") {
            if let id = picture(named: name), kept.contains(id) { continue }
            try DurableFile.remove(place.appending(path: name))
        }
    }

    /// The folders that there are of files with names that follow from ids.
    var folders: [URL] {
        let root = folder.folder(kind)
        return Self.names(in: root).filter(Self.isNameOfFolder).map { root.appending(path: $0) }
    }

    private static func isNameOfFolder(_ name: String) -> Bool {
        name.utf8.count == 8 && name.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    }

    /// The pictures whose files lie in one of `folders`. What was only half written when a crash came is removed.
    func contents(of place: URL) async throws(StoreError) -> (pictures: [PictureID], removedCount: Int) {
        try await queue.run { () throws(StoreError) in
            var pictures: [PictureID] = []
            var removedCount = 0
            for name in Self.names(in: place) {
                let isPartial = name.hasSuffix(DurableFile.partialSuffix)
                guard let id = picture(named: isPartial ? String(name.dropLast(DurableFile.partialSuffix.count)) : name),
                    DataFolder.folderName(of: id.job) == place.lastPathComponent
                else { continue }
                if isPartial {
                    try DurableFile.remove(place.appending(path: name))
                    removedCount += 1
                } else {
                    pictures.append(id)
                }
            }
            return (pictures, removedCount)
        }
    }

    /// nil for a name that does not follow from an id.
    private func picture(named name: String) -> PictureID? {
        guard let id = name.split(separator: ".").first.flatMap({ PictureID($0) }), kind.fileName(id) == name else { return nil }
        return id
    }

    private static func names(in folder: URL) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    }
}
