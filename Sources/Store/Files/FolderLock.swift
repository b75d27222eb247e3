import FoundationEssentials
import Glibc

/// Says that a server has the data folder open, until this is gone or its process ends, however that happens.
final class FolderLock: Sendable {
    private let descriptor: CInt

    /// - Throws: `.folderInUse` when another server holds it.
    init(_ folder: DataFolder) throws(StoreError) {
        let path = folder.lock.path
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw StoreError(path, errno: errno) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            close(descriptor)
            throw code == EWOULDBLOCK ? .folderInUse(folder.url.path) : StoreError(path, errno: code)
        }
        self.descriptor = descriptor
    }

    deinit {
        // A child that another thread has just forked has the descriptor, too, until it runs its program: closing would not unlock.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }
}
