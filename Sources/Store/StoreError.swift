internal import Glibc
internal import GRDB
public import ImageCodecs
public import Jobs

/// Why something could not be kept, or found again.
///
/// The texts name files, for the log and the terminal; they are nothing for a client to see.
public enum StoreError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Another process, or another part of this one, has it open.
    case folderInUse(String)
    /// A version of Easel that is newer than this one has changed the database.
    case newerDatabase(String)
    /// The database's file is not one, or is broken.
    case damagedDatabase(String)
    case diskFull(String)
    /// It may not be written, or not even be read.
    case noPermission(String, reason: String)
    /// Somebody else could read and change what is kept there.
    case foreignFolder(String, owner: String)
    case file(String, reason: String)
    /// `reason` is SQLite's.
    case database(String, reason: String)
    case unencodablePicture(PictureID, ImageCodecError)
    /// The file is not what was written: another program has emptied, cut or replaced it.
    case changedPicture(PictureID)
    case noSuchJob(JobID)
    case jobHasEnded(JobID)
    /// The job's request is written in a way that this version does not know.
    case unreadableJob(String, reason: String)

    public var description: String {
        switch self {
        case .folderInUse(let path):
            "The data folder \(path) is in use by another server. Stop that one, or choose another folder with --data."
        case .newerDatabase(let path):
            "The database \(path) was made by a newer version of Easel. Use that version, or choose another folder with --data."
        case .damagedDatabase(let path):
            "The database \(path) is damaged. Move it away, or restore it from a copy: Easel makes an empty one when there is "
                + "none. The pictures beside it are not touched."
        case .diskFull(let path):
            "\(path) could not be written: the disk is full. Free some space, or let keep_pictures or keep_days remove old pictures."
        case .noPermission(let path, let reason):
            "\(path) cannot be used (\(reason)). Give this user the right to write there, or choose another folder with --data."
        case .foreignFolder(let path, let owner):
            "The folder \(path) belongs to \(owner), who could read and change what is kept there. Use a folder of your own, or "
                + "make this one yours (chown)."
        case .file(let path, let reason):
            "\(path) could not be read or written (\(reason)). See whether the disk is healthy, or choose another folder with --data."
        case .database(let path, let reason):
            "The database \(path) refused a change or a question (\(reason)). This is a mistake in Easel: please report it."
        case .unencodablePicture(let id, let error):
            "Picture \(id) could not be stored. \(error)"
        case .changedPicture(let id):
            "The file of picture \(id) was changed on the disk. Put it back from a copy, or delete the picture."
        case .noSuchJob(let id):
            "There is no job \(id). It may have been removed because of its age."
        case .jobHasEnded(let id):
            "Job \(id) has ended: nothing can be added to it."
        case .unreadableJob(let id, let reason):
            "What job \(id) asks for cannot be read (\(reason)). A newer version of Easel may have written it: use that one, or "
                + "submit the job again."
        }
    }
}

extension StoreError {
    /// - Parameter code: of the C library: `ENOSPC`, …
    init(_ path: String, errno code: CInt) {
        let reason = String(cString: strerror(code))
        self =
            switch code {
            case ENOSPC, EDQUOT: .diskFull(path)
            case EACCES, EPERM, EROFS: .noPermission(path, reason: reason)
            default: .file(path, reason: reason)
            }
    }

    /// - Parameter error: of GRDB, or already one of ours.
    init(_ error: any Error, database path: String) {
        guard let error = error as? DatabaseError else {
            self = error as? StoreError ?? .database(path, reason: "\(error)")
            return
        }
        let reason = error.message ?? "\(error.resultCode)"
        self =
            switch error.resultCode {
            case .SQLITE_FULL: .diskFull(path)
            case .SQLITE_CORRUPT, .SQLITE_NOTADB: .damagedDatabase(path)
            case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM: .noPermission(path, reason: reason)
            case .SQLITE_IOERR: .file(path, reason: reason)
            default: .database(path, reason: reason)
            }
    }
}
