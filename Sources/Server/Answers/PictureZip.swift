internal import Files
internal import FoundationEssentials
internal import Generation
internal import HTTPTypes
internal import Hummingbird
internal import Jobs
internal import NIOCore
internal import Store

/// Pictures as a zip file that is made while it is sent: a piece of one picture is in memory at a time.
///
/// Pictures that are not there are named in a text file at the end. A file that changes while the zip is sent breaks the connection off, so
/// that nobody takes what came for whole.
struct PictureZip: Sendable {
    private struct Entry: Sendable {
        let picture: GalleryPicture
        let name: String
        let url: URL
        let byteCount: UInt32
    }

    private let entries: [Entry]
    /// Text of the file that names what is missing; empty when nothing is.
    private let note: [UInt8]

    /// Pictures that the file will have.
    var count: Int { entries.count }

    private static let noteName = "missing.txt"
    /// Bytes that are read at a time.
    private static let piece = 1 << 20

    /// Looks for the pictures and their files.
    init(_ ids: [PictureID], in archive: Archive) async throws {
        var entries: [Entry] = []
        var missing: [String] = []
        for id in ids {
            guard let picture = try await archive.picture(id) else {
                missing.append("\(id): there is no such picture, or it was deleted.")
                continue
            }
            do {
                guard let url = try await offloaded({ try archive.pngFile(of: picture) }) else {
                    missing.append("\(id) (\(picture.file)): its file is gone.")
                    continue
                }
                // The archive has compared the size with the file's. No picture has 4 GB: a PNG of the largest has 50 MB.
                entries.append(Entry(
                    picture: picture, name: picture.nameInZip, url: url, byteCount: UInt32(clamping: picture.details.content.byteCount)))
            } catch StoreError.changedPicture {
                missing.append("\(id) (\(picture.file)): its file was changed on the server's disk.")
            }
        }
        self.entries = entries
        note = missing.isEmpty ? [] : Array("These pictures are not in this file:\n\n\(missing.joined(separator: "\n"))\n".utf8)
    }

    /// - Parameter now: names the file by its day.
    func response(at now: Date = .now) -> Response {
        let lengths = entries.map { ($0.name, byteCount: $0.byteCount) } + (note.isEmpty ? [] : [(Self.noteName, UInt32(note.count))])
        let byteCount = ZipWriter.byteCount(of: lengths.map { (name: $0.0, byteCount: $0.1) })
        let headers: HTTPFields = [
            .contentType: "application/zip", .contentLength: "\(byteCount)",
            .contentDisposition: FileDisposition.header("attachment", name: "easel-\(LocalTime(now).day).zip"),
        ]
        return Response(status: .ok, headers: headers, body: .init(contentLength: Int(byteCount)) { writer in
            var zip = ZipWriter()
            for entry in entries { try await send(entry, &zip, to: &writer) }
            if !note.isEmpty {
                var sum = CRC32()
                sum.add(note)
                let header = zip.begin(Self.noteName, byteCount: UInt32(note.count), crc32: sum.value, time: .init(LocalTime(now)))
                try await writer.write(ByteBuffer(bytes: header + note))
            }
            try await writer.write(ByteBuffer(bytes: zip.end()))
            try await writer.finish(nil)
        })
    }

    /// The check sum comes before the contents, so the file is read twice.
    private func send(_ entry: Entry, _ zip: inout ZipWriter, to writer: inout any ResponseBodyWriter) async throws {
        let size = Int(entry.byteCount)
        let (file, sum) = try await offloaded {
            let file = try OpenFile(path: entry.url.path)
            var sum = CRC32()
            for offset in stride(from: 0, to: size, by: Self.piece) { sum.add(try file.read(min(Self.piece, size - offset), at: offset)) }
            return (file, sum.value)
        }
        let header = zip.begin(entry.name, byteCount: entry.byteCount, crc32: sum, time: .init(LocalTime(entry.picture.createdAt)))
        try await writer.write(ByteBuffer(bytes: header))
        for offset in stride(from: 0, to: size, by: Self.piece) {
            let piece = try await offloaded {
                let piece = try file.read(min(Self.piece, size - offset), at: offset)
                guard file.byteCount == size, file.isUnchanged else { throw StoreError.changedPicture(entry.picture.id) }
                return piece
            }
            try await writer.write(ByteBuffer(bytes: piece))
        }
    }
}

extension GalleryPicture {
    /// Its path in the folder of pictures; where that is an id, as earlier versions named files, its day, seed and prompt.
    fileprivate var nameInZip: String {
        file.hasSuffix("\(id).png") ? "\(LocalTime(createdAt).day)/\(readableName("png"))" : file
    }
}

extension ZipWriter.Time {
    fileprivate init(_ time: LocalTime) {
        self.init(
            year: time.year, month: time.month, day: time.dayOfMonth, hour: time.hour, minute: time.minute, second: time.second)
    }
}
