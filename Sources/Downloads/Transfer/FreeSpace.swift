import Files

extension FreeSpace {
    /// Throws when a folder's disk has no room for so many more bytes.
    /// - Parameter folder: may not be there yet.
    static func check(_ byteCount: Int, in folder: String) throws(DownloadError) {
        guard byteCount > 0, let free = bytes(in: folder) else { return }
        let (needed, isHuge) = byteCount.addingReportingOverflow(margin)
        guard !isHuge, needed <= free else { throw .tooLittleSpace(folder: folder, needed: isHuge ? .max / 2 : needed, free: free) }
    }
}
