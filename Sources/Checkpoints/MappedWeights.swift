import Glibc

/// The files of a checkpoint in one contiguous range of addresses, followed by literals of a graph.
///
/// Files are mapped, not copied: their pages are read from disk when they are touched, and the system may drop them again.
/// Tensors lie where the file puts them, also at odd addresses. On x86-64 that is harmless: OpenVINO writes such constants itself, and
/// 2026.4 gives the same results bit for bit for f16 and f32 weights of convolutions, products, norms and gathers at each offset modulo 8.
///
/// A file that another program overwrites in place changes under the mapping, and one that it shortens makes access to the lost
/// pages end the process (SIGBUS). The size is therefore checked when the file is opened and again after mapping; replacing
/// a file by renaming, as downloaders do, is harmless. What remains is a file that is cut while it is in use.
public final class MappedWeights: Sendable {
    /// `byteCount` bytes from here are readable until this object goes. A multiple of the page size.
    public nonisolated(unsafe) let baseAddress: UnsafeRawPointer
    public let byteCount: Int
    /// Keeps the descriptors, so that `isIntact` can be asked.
    private let files: [CheckpointFile]

    /// - Parameter literals: Placed at `checkpoint.mappedByteCount`.
    /// - Throws: `CheckpointError`: `.changed` when a file has another size than when it was opened, `.cannotMap`.
    public init(_ checkpoint: Checkpoint, appending literals: [UInt8] = []) throws(CheckpointError) {
        let literalsOffset = checkpoint.mappedByteCount
        let byteCount = literalsOffset + max(literals.count, 1).roundedUpToPage
        // Anonymous and writable only where the literals go; the rest is reserved and replaced by the files.
        guard let base = mmap(nil, byteCount, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0), base != MAP_FAILED else {
            throw .cannotMap(checkpoint: checkpoint.name, reason: .lastSystemError)
        }
        do throws(CheckpointError) {
            for file in checkpoint.files where file.byteCount > 0 {
                let address = mmap(base + file.mappedOffset, file.byteCount, PROT_READ, MAP_PRIVATE | MAP_FIXED, file.file.descriptor, 0)
                guard address != MAP_FAILED else { throw .cannotMap(checkpoint: checkpoint.name, reason: .lastSystemError) }
                guard file.file.currentByteCount == file.byteCount else { throw .changed(file: file.name) }
            }
            guard mprotect(base + literalsOffset, byteCount - literalsOffset, PROT_READ | PROT_WRITE) == 0 else {
                throw .cannotMap(checkpoint: checkpoint.name, reason: .lastSystemError)
            }
        } catch {
            munmap(base, byteCount)
            throw error
        }
        literals.withUnsafeBytes { (base + literalsOffset).copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(base), byteCount: $0.count) }
        self.baseAddress = UnsafeRawPointer(base)
        self.byteCount = byteCount
        self.files = checkpoint.files
    }

    deinit { munmap(UnsafeMutableRawPointer(mutating: baseAddress), byteCount) }

    /// All files still have the size that they had when they were opened. Asking before a long use of the weights turns
    /// most cases of a shortened file into an error instead of the end of the process.
    public var isIntact: Bool { files.allSatisfy { $0.file.currentByteCount == $0.byteCount } }

    /// Everything that is mapped; valid as long as this object lives.
    public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: baseAddress, count: byteCount) }

    /// The bytes of a tensor of this checkpoint.
    /// - Precondition: The tensor lies in the mapping.
    public func withBytes<Result>(of tensor: StoredTensor, _ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        precondition(tensor.offset >= 0 && tensor.byteCount <= byteCount - tensor.offset, "\(tensor.key) lies outside the mapping")
        return try body(UnsafeRawBufferPointer(start: baseAddress + tensor.offset, count: tensor.byteCount))
    }
}
