import Compilation
import FoundationEssentials

/// The output of `easel cache list`.
struct CacheReport: Encodable {
    private let folder: String
    private let limitBytes: Int
    private let totalBytes: Int
    private let entries: [Entry]

    private struct Entry: Encodable {
        let name: String
        let model, component, device, shape: String?
        let bytes: Int
        let created, lastUsed: String
        /// `2 h ago`
        let age: String

        private enum CodingKeys: String, CodingKey {
            case name, model, component, device, shape, bytes, created
            case lastUsed = "last_used"
        }
    }

    private enum CodingKeys: String, CodingKey {
        case folder, entries
        case limitBytes = "limit_bytes"
        case totalBytes = "total_bytes"
    }

    init(_ cache: DiskCache, now: Date) {
        let items = cache.items()
        folder = cache.folder.path
        limitBytes = cache.byteLimit
        totalBytes = items.reduce(0) { $0 + $1.byteCount }
        entries = items.map { item in
            Entry(
                name: item.name, model: item.key?.model, component: item.key?.component, device: item.key?.device, shape: item.key?.shape,
                bytes: item.byteCount, created: item.created.ISO8601Format(), lastUsed: item.lastUse.ISO8601Format(),
                age: Self.age(now.timeIntervalSince(item.lastUse)))
        }
    }

    var json: String { jsonLine(self) }

    var text: String {
        guard !entries.isEmpty else { return "Nothing is kept in \(folder).\n" }
        var table = Table(header: ["MODEL", "COMPONENT", "DEVICE", "SHAPE", "SIZE", "LAST USED"])
        for entry in entries {
            table.append([
                entry.model ?? "(left behind)", entry.component ?? "", entry.device ?? "", entry.shape ?? entry.name, entry.bytes.inBytes,
                entry.age,
            ])
        }
        return table.text + "\(totalBytes.inBytes) of \(limitBytes.inBytes) in \(folder)\n"
    }

    private static func age(_ seconds: Double) -> String {
        switch seconds {
        case ..<60: "now"
        case ..<3600: "\(Int(seconds / 60)) min ago"
        case ..<172_800: "\(Int(seconds / 3600)) h ago"
        default: "\(Int(seconds / 86_400)) days ago"
        }
    }
}
