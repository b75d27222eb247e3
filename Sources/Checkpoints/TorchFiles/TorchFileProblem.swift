/// A fault of a file of tensors that is not a safetensors file.
public enum TorchFileProblem: Error, Sendable, Hashable {
    case unknownFormat
    /// TorchScript: an archive of code.
    case script
    /// - Parameter reason: continues "is damaged:".
    case damagedArchive(String)
    /// - Parameter expected: continues "expected".
    case damagedPickle(position: Int, expected: String)
    /// An instruction that files of tensors do not need.
    case instruction(UInt8, position: Int)
    /// The file asks for Python code by this name.
    case code(name: String)
    /// More of something than any model has.
    /// - Parameter what: continues "holds".
    case excessive(String)
    /// A tensor whose numbers are not where it says.
    /// - Parameter fault: continues the tensor's name.
    case tensor(key: String, fault: String)
}

extension TorchFileProblem: CustomStringConvertible {
    /// Continues the name of the file.
    public var description: String {
        switch self {
        case .unknownFormat: "is neither a safetensors file nor one that torch.save wrote. Download or copy it again."
        case .script: "is a TorchScript file, which is code. Easel reads weights only. Use a .safetensors or .pth version of the model."
        case .damagedArchive(let reason): "is damaged: \(reason). Download or copy it again."
        case .damagedPickle(let position, let expected):
            "is damaged: expected \(expected) at byte \(position) of its pickle. Download or copy it again."
        case .instruction(let code, let position):
            """
            has the pickle instruction 0x\(String(code, radix: 16, uppercase: true)) at byte \(position), which files of tensors do not \
            need, so it is not read. Use a .safetensors version.
            """
        case .code(let name): "names \(name), which is code. Easel reads weights only; the file may be malicious."
        case .excessive(let what): "holds \(what), which no model has. It may be malicious."
        case .tensor(let key, let fault): "is damaged: tensor \"\(key)\" \(fault). Download or copy it again."
        }
    }
}
