import Files
import Glibc

/// One file with weights, held open.
public struct CheckpointFile: Sendable {
    /// Where it lies.
    public var path: String { file.path }
    /// Its own name, after that of its folder inside a checkpoint: "unet/diffusion_pytorch_model.safetensors".
    public var name: String { file.name }
    /// Bytes that it had when it was opened.
    public var byteCount: Int { file.byteCount }
    /// Distance from the start of the checkpoint's mapping; a multiple of the page size.
    public let mappedOffset: Int

    /// The end of the file's last page in the mapping.
    var mappedEnd: Int { mappedOffset + byteCount.roundedUpToPage }
    let file: OpenFile

    init(_ file: OpenFile, mappedOffset: Int) {
        self.file = file
        self.mappedOffset = mappedOffset
    }
}

extension Int {
    static let pageByteCount = sysconf(Int32(_SC_PAGESIZE))

    /// For sizes of files and memory, which are far from `Int.max`.
    var roundedUpToPage: Int { (self + .pageByteCount - 1) / .pageByteCount * .pageByteCount }
}

/// The files opened so far, laid one after another.
struct FileSequence {
    private(set) var files: [CheckpointFile] = []

    /// Opens a safetensors file behind those before it.
    /// - Returns: Its header; offsets of tensors count from the start of the mapping.
    mutating func open(
        _ path: String, name: String? = nil
    ) throws(CheckpointError) -> (tensors: [StoredTensor], metadata: [String: String]) {
        let file = try reading { () throws(FileError) in try OpenFile(path: path, name: name) }
        let header = try SafetensorsHeader(of: file)
        let added = CheckpointFile(file, mappedOffset: files.last?.mappedEnd ?? 0)
        files.append(added)
        let tensors = header.tensors.map { tensor in
            var tensor = tensor
            tensor.offset += added.mappedOffset
            return tensor
        }
        return (tensors, header.metadata)
    }
}
