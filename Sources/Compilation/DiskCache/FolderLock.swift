import FoundationEssentials
import Glibc

/// Says that somebody is at work in a folder, until it is gone or its process ends, however that happens.
final class FolderLock: Sendable {
    static let fileName = ".lock"

    private let descriptor: CInt

    /// - Returns: nil when another process or another part of this one holds it, or the folder cannot be written.
    init?(of folder: URL) {
        let descriptor = open(folder.appending(path: Self.fileName).path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return nil }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            return nil
        }
        self.descriptor = descriptor
    }

    deinit {
        // A child that another thread has just forked has the descriptor, too, until it runs its program: closing would not unlock.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }
}
