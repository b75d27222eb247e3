import CMappedFiles
import Files
import Glibc

/// The files of a checkpoint in one contiguous range of addresses, followed by literals of a graph.
///
/// Files are mapped, not copied: their pages are read from disk when they are touched, and the system may drop them again.
/// Only tensors whose numbers do not lie one after another, which files of `torch.save` may have, are copied behind their file.
/// Tensors lie where the file puts them, also at odd addresses. On x86-64 that is harmless: OpenVINO writes such constants itself, and
/// 2026.4 gives the same results bit for bit for f16 and f32 weights of convolutions, products, norms and gathers at each offset modulo 8.
///
/// A file that another program overwrites in place changes under the mapping. Reading a page that the file has lost gives zeros, where the
/// system would end the process (SIGBUS). So whoever lets native code read the weights asks `changedFile` afterwards, and throws the answer
/// away when there is one. A file that is replaced by renaming, as downloaders do, stays what it was for those who have it open.
public final class MappedWeights: Sendable {
    /// The start of `byteCount` bytes that are readable until this object goes. A multiple of the page size.
    public nonisolated(unsafe) let baseAddress: UnsafeRawPointer
    /// Bytes of all files, rounded up to pages, and of the literals.
    public let byteCount: Int
    private let files: [GuardedFile]

    /// - Parameter literals: Placed at `checkpoint.mappedByteCount`.
    /// - Throws: `CheckpointError`: `.changed` when a file is no longer what it was when it was opened, `.cannotMap`.
    public init(_ checkpoint: Checkpoint, appending literals: [UInt8] = []) throws(CheckpointError) {
        (baseAddress, byteCount, files) = try Self.map(checkpoint.files, of: checkpoint.name, appending: literals)
    }

    /// - Parameters:
    ///   - files: of one checkpoint, in the order of their `mappedOffset`.
    ///   - name: of the model, for messages.
    ///   - literals: placed behind the last file, at the next page boundary.
    /// - Throws: `CheckpointError`: `.changed` when a file is no longer what it was when it was opened, `.cannotMap`.
    public init(_ files: [CheckpointFile], of name: String, appending literals: [UInt8] = []) throws(CheckpointError) {
        (baseAddress, byteCount, self.files) = try Self.map(files, of: name, appending: literals)
    }

    /// Maps everything, or nothing.
    private static func map(
        _ files: [CheckpointFile], of name: String, appending literals: [UInt8]
    ) throws(CheckpointError) -> (UnsafeRawPointer, Int, [GuardedFile]) {
        let literalsOffset = files.last?.mappedEnd ?? 0
        let byteCount = literalsOffset + max(literals.count, 1).roundedUpToPage
        // Anonymous and writable only where the literals go; the rest is reserved and replaced by the files.
        guard let base = mmap(nil, byteCount, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0), base != MAP_FAILED else {
            throw .cannotMap(checkpoint: name, reason: .lastSystemError)
        }
        var guarded: [GuardedFile] = []
        do throws(CheckpointError) {
            for file in files where file.byteCount > 0 {
                let address = mmap(base + file.mappedOffset, file.byteCount, PROT_READ, MAP_PRIVATE | MAP_FIXED, file.file.descriptor, 0)
                guard address != MAP_FAILED, let fileGuard = file_guard_add(base + file.mappedOffset, file.byteCount) else {
                    throw .cannotMap(checkpoint: name, reason: .lastSystemError)
                }
                guarded.append(GuardedFile(file: file, fileGuard: fileGuard))
                guard file.file.isUnchanged else { throw .changed(file: file.name) }
                guard let last = file.copies.last else { continue }
                let start = base + file.mappedOffset
                let firstCopy = file.byteCount.roundedUpToPage
                let length = (last.destination + last.byteCount).roundedUpToPage - firstCopy
                guard mprotect(start + firstCopy, length, PROT_READ | PROT_WRITE) == 0 else {
                    throw .cannotMap(checkpoint: name, reason: .lastSystemError)
                }
                for copy in file.copies { copy.copy(in: start) }
                mprotect(start + firstCopy, length, PROT_READ)
            }
            guard mprotect(base + literalsOffset, byteCount - literalsOffset, PROT_READ | PROT_WRITE) == 0 else {
                throw .cannotMap(checkpoint: name, reason: .lastSystemError)
            }
        } catch {
            for file in guarded { file_guard_remove(file.fileGuard) }
            munmap(base, byteCount)
            throw error
        }
        literals.withUnsafeBytes { (base + literalsOffset).copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(base), byteCount: $0.count) }
        return (UnsafeRawPointer(base), byteCount, guarded)
    }

    deinit {
        for file in files { file_guard_remove(file.fileGuard) }
        munmap(UnsafeMutableRawPointer(mutating: baseAddress), byteCount)
    }

    /// The name of a file that another program has changed since it was opened; nil when all are what they were.
    ///
    /// Costs a microsecond for each file. A file counts as changed when a read found a page gone, and when its size or its time of
    /// modification is another. A change that leaves both as they were is not noticed.
    public var changedFile: String? { files.first { file_guard_is_damaged($0.fileGuard) || !$0.file.file.isUnchanged }?.file.name }

    /// Everything that is mapped; valid as long as this object lives.
    public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: baseAddress, count: byteCount) }

    /// The bytes of a tensor of this checkpoint.
    /// - Precondition: The tensor lies in the mapping.
    public func withBytes<Result>(of tensor: StoredTensor, _ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        precondition(tensor.offset >= 0 && tensor.byteCount <= byteCount - tensor.offset, "\(tensor.key) lies outside the mapping")
        return try body(UnsafeRawBufferPointer(start: baseAddress + tensor.offset, count: tensor.byteCount))
    }
}

/// A mapped file, and what notices reads of pages that it has lost.
private struct GuardedFile: Sendable {
    let file: CheckpointFile
    nonisolated(unsafe) let fileGuard: OpaquePointer
}
