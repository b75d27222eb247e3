import Glibc

/// How much memory compiled networks may take, in bytes.
public enum MemoryBudget {
    /// Half of the machine's memory: activations, pictures and other programs need the rest.
    ///
    /// Where the system does not tell its memory, a budget of nothing still leaves one network at a time.
    public static var `default`: Int { machine / 2 }

    /// All of the machine's memory; 0 when the system does not tell.
    public static var machine: Int { max(0, sysconf(Int32(_SC_PHYS_PAGES))) * max(0, sysconf(Int32(_SC_PAGESIZE))) }
}
