import FoundationEssentials

/// The content of `entry.json`: the files beside it. It is written last, so a folder without it is not whole.
struct CacheManifest: Codable, Hashable {
    static let fileName = "entry.json"

    var key: DiskCacheKey
    var created: Date
    var files: [FileDigest]

    var byteCount: Int { files.reduce(0) { $0 + $1.bytes } }

    /// - Returns: nil when there is none, or it is not one of ours.
    init?(in folder: URL) {
        guard let data = try? Data(contentsOf: folder.appending(path: Self.fileName)),
            let manifest = try? Self.decoder.decode(Self.self, from: data)
        else { return nil }
        self = manifest
    }

    /// Lists all files in a folder.
    /// - Returns: nil when one cannot be read, or there are none.
    init?(key: DiskCacheKey, filesIn folder: URL) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        let files = names.filter { $0 != Self.fileName && $0 != DiskCache.lockName }.sorted().map {
            FileDigest(of: folder.appending(path: $0))
        }
        guard !files.isEmpty, !files.contains(nil) else { return nil }
        self.key = key
        created = Date()
        self.files = files.compactMap { $0 }
    }

    /// Whether the files in a folder are those that are listed, to the bit.
    func isTrue(of folder: URL) -> Bool { CacheManifest(key: key, filesIn: folder)?.files == files }

    func write(in folder: URL) throws { try Self.encoder.encode(self).write(to: folder.appending(path: Self.fileName), options: .atomic) }

    private static var decoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return decoder
    }

    private static var encoder: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return encoder
    }
}
