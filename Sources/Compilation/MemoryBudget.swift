import FoundationEssentials
import Glibc

/// Figures of the machine's memory, in bytes: for deciding how much to take of it.
public enum MemoryBudget {
    /// Half of the machine's memory: activations, pictures and other programs need the rest.
    ///
    /// Where the system does not tell its memory, a budget of nothing still leaves one network at a time.
    public static var `default`: Int { machine / 2 }

    /// All of the machine's memory; 0 when the system does not tell.
    public static var machine: Int { max(0, sysconf(Int32(_SC_PHYS_PAGES))) * max(0, sysconf(Int32(_SC_PAGESIZE))) }

    /// The part of the machine's memory that programs can have now without swapping; `Int.max` when the system does not tell.
    public static var available: Int {
        let lines = (try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8))?.split(separator: "\n") ?? []
        // In kB: `MemAvailable:   21934884 kB`.
        let number = lines.first { $0.hasPrefix("MemAvailable:") }?.split(separator: " ").dropFirst().first.flatMap { Int($0) }
        return number.map { $0 * 1024 } ?? .max
    }
}
