internal import FoundationEssentials
internal import Glibc

/// Memory of this process and of the machine, in bytes; 0 where the system does not tell.
enum ProcessMemory {
    /// The bytes of this process that are in memory now.
    static var resident: Int {
        // Sizes in pages; the second is what is resident.
        let fields = text(of: "/proc/self/statm").split(separator: " ")
        return (fields.count > 1 ? Int(fields[1]) ?? 0 : 0) * Int(sysconf(Int32(_SC_PAGESIZE)))
    }

    /// The bytes of the machine's memory.
    static var total: Int { machine("MemTotal:") }

    /// The bytes that programs could still have.
    static var available: Int { machine("MemAvailable:") }

    private static func machine(_ name: String) -> Int {
        let line = text(of: "/proc/meminfo").split(separator: "\n").first { $0.hasPrefix(name) }
        let kilobytes = line?.split(separator: " ").dropFirst().first.flatMap { Int($0) }
        return (kilobytes ?? 0) * 1024
    }

    private static func text(of path: String) -> String {
        (try? Data(contentsOf: URL(filePath: path))).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}
