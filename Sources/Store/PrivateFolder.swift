public import FoundationEssentials
import Glibc

/// Folders that nobody but this user can look into or change.
public enum PrivateFolder {
    /// Makes a folder, and the folders above it, for this user alone. One that is there is closed to others.
    /// - Throws: `StoreError.foreignFolder` when it belongs to somebody else, or what the disk says.
    public static func prepare(_ folder: URL) throws(StoreError) {
        try DurableFile.makeFolder(folder)
        try check(folder)
        try close(folder)
    }

    /// Does the same for a folder that the user has named. It may belong to somebody else, as volumes of containers do: then it is
    /// left as it is.
    static func prepareNamed(_ folder: URL) throws(StoreError) {
        try DurableFile.makeFolder(folder)
        try close(folder)
    }

    private static func close(_ folder: URL) throws(StoreError) {
        var status = stat()
        guard stat(folder.path, &status) == 0 else { throw StoreError(folder.path, errno: errno) }
        guard status.st_uid == geteuid(), status.st_mode & 0o077 != 0 else { return }
        guard chmod(folder.path, 0o700) == 0 else { throw StoreError(folder.path, errno: errno) }
    }

    /// Whether what is kept in a folder is this user's own; so is one that is not there yet.
    public static func isTrusted(_ folder: URL) -> Bool {
        do throws(StoreError) {
            try check(folder)
            return true
        } catch {
            return false
        }
    }

    private static func check(_ folder: URL) throws(StoreError) {
        var status = stat()
        // First the name itself: somebody else's link may lead to a folder of one's own.
        for look in [lstat, stat] where look(folder.path, &status) == 0 {
            guard let owner = stranger(owner: status.st_uid, mode: status.st_mode, user: geteuid()) else { continue }
            throw .foreignFolder(folder.path, owner: name(of: owner))
        }
    }

    /// The other user who could change what lies there; nil when nobody else can.
    /// - Parameter mode: of a folder or a link, which anybody seems able to write.
    static func stranger(owner: uid_t, mode: mode_t, user: uid_t) -> uid_t? {
        if owner == user { return nil }
        // The administrator's folders are trusted, unless others can write there.
        if owner == 0, mode & S_IFMT == S_IFLNK || mode & 0o022 == 0 { return nil }
        return owner
    }

    private static func name(of user: uid_t) -> String {
        guard let entry = getpwuid(user), let name = entry.pointee.pw_name else { return "user \(user)" }
        return String(cString: name)
    }
}
