import Glibc

/// How much memory compiled networks may take.
public enum MemoryBudget {
    /// Half of the machine's memory, in bytes: activations, pictures and other programs need the rest.
    public static var `default`: Int {
        let pages = sysconf(Int32(_SC_PHYS_PAGES))
        let pageByteCount = sysconf(Int32(_SC_PAGESIZE))
        // Neither can fail on Linux; if one did, a budget of nothing would still leave one network at a time.
        return max(0, pages) / 2 * max(0, pageByteCount)
    }
}
