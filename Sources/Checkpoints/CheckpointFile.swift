import Files
import Glibc

/// One file with weights, held open: safetensors, or what `torch.save` wrote.
public struct CheckpointFile: Sendable {
    /// Where it lies.
    public var path: String { file.path }
    /// Its own name, after that of its folder inside a checkpoint: "unet/diffusion_pytorch_model.safetensors".
    public var name: String { file.name }
    /// Bytes that it had when it was opened.
    public var byteCount: Int { file.byteCount }
    /// Distance from the start of the checkpoint's mapping; a multiple of the page size.
    public let mappedOffset: Int

    /// The end of the last page in the mapping that the file, or the copies behind it, take.
    var mappedEnd: Int { mappedOffset + (copies.last.map { $0.destination + $0.byteCount } ?? byteCount).roundedUpToPage }
    let file: OpenFile
    /// Tensors that a mapping has to lay out behind the file, in the order of their destinations.
    let copies: [StridedView]

    init(_ file: OpenFile, mappedOffset: Int, copies: [StridedView] = []) {
        self.file = file
        self.mappedOffset = mappedOffset
        self.copies = copies
    }
}

extension Int {
    static let pageByteCount = sysconf(Int32(_SC_PAGESIZE))

    /// For sizes of files and memory, which are far from `Int.max`.
    var roundedUpToPage: Int { roundedUp(to: .pageByteCount) }

    /// For the same.
    func roundedUp(to multiple: Int) -> Int { (self + multiple - 1) / multiple * multiple }
}

/// The files opened so far, laid one after another.
struct FileSequence {
    private(set) var files: [CheckpointFile] = []

    /// Opens a file of tensors behind those before it.
    /// - Parameter name: for messages; the file's own name when left out.
    mutating func open(_ path: String, name: String? = nil) throws(CheckpointError) -> TensorDirectory {
        try open(reading { () throws(FileError) in try OpenFile(path: path, name: name) })
    }

    /// Adds a file of tensors behind those before it: safetensors, or what `torch.save` wrote, whatever its ending says.
    /// - Returns: Its tensors; offsets count from the start of the mapping.
    mutating func open(_ file: OpenFile) throws(CheckpointError) -> TensorDirectory {
        let start = try reading { () throws(FileError) in try file.read(min(file.byteCount, 64)) }
        let tensors: [StoredTensor]
        var metadata: [String: String] = [:]
        let isTorchFile =
            switch Lookalike(start) {
            case nil: false
            case .torchFile: true
            default: file.path.pathExtension != "safetensors"
            }
        if !isTorchFile {
            let header = try SafetensorsHeader(of: file)
            tensors = add(file, header.tensors)
            metadata = header.metadata
        } else {
            let content = try TorchFile(of: file)
            tensors = add(file, Array(content.tensors.values), copies: content.copies)
        }
        return TensorDirectory(
            fileName: file.name, tensors: Dictionary(uniqueKeysWithValues: tensors.map { ($0.key, $0) }), metadata: metadata, files: files)
    }

    /// Adds a file behind those before it, whatever it holds.
    mutating func add(_ file: OpenFile) -> CheckpointFile {
        let added = CheckpointFile(file, mappedOffset: files.last?.mappedEnd ?? 0)
        files.append(added)
        return added
    }

    private mutating func add(_ file: OpenFile, _ tensors: [StoredTensor], copies: [StridedView] = []) -> [StoredTensor] {
        let added = CheckpointFile(file, mappedOffset: files.last?.mappedEnd ?? 0, copies: copies)
        files.append(added)
        return tensors.map { tensor in
            var tensor = tensor
            tensor.offset += added.mappedOffset
            return tensor
        }
    }
}
