import Glibc

/// Says that somebody is at work in a folder, until this object is gone or its process ends, however that happens.
public final class FolderLock: Sendable {
    private let descriptor: CInt

    /// The reason why a lock was not taken.
    public enum Failure: Error, Sendable, Hashable {
        /// Another process, or another part of this one, holds it.
        case held
        /// The lock's file cannot be made or locked.
        /// - Parameter code: an `errno`.
        case system(code: Int32)
    }

    /// Takes the lock, without waiting.
    /// - Parameter path: of the lock's file, which is made when missing and stays.
    public init(file path: String) throws(Failure) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .system(code: errno) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            close(descriptor)
            throw code == EWOULDBLOCK ? .held : .system(code: code)
        }
        self.descriptor = descriptor
    }

    deinit {
        // A child that another thread has just forked has the descriptor, too, until it runs its program: closing would not unlock.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }
}
