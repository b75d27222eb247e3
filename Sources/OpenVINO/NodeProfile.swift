import COpenVINO

/// How long one node of a compiled model ran in the last inference.
public struct NodeProfile: Sendable, Hashable {
    /// Whether the node ran: it may not have been reached, or have been merged into another one.
    public enum Status: Sendable { case notRun, optimizedOut, executed }

    /// The node's name in the compiled model.
    public let name: String
    /// The operation: `Convolution`.
    public let type: String
    /// The implementation and number type: `brgconv_avx512_f32`.
    public let executionType: String
    /// Whether the node ran.
    public let status: Status
    /// Time that passed while it ran, in microseconds.
    public let wallMicroseconds: Int
    /// Time of the processor for it, in microseconds.
    public let cpuMicroseconds: Int
}

extension InferRequest {
    /// The cost of each node in the last inference. The model must have been compiled with `Property(.profiling, true)`.
    /// The corresponding C function is `ov_infer_request_get_profiling_info`.
    public func profile() throws(OpenVINOError) -> [NodeProfile] {
        var list = ov_profiling_info_list_t()
        try check(ov_infer_request_get_profiling_info(handle.pointer, &list), "read the profile of an inference")
        defer { ov_profiling_info_list_free(&list) }
        return UnsafeBufferPointer(start: list.profiling_infos, count: list.size).map(NodeProfile.init)
    }
}

extension NodeProfile {
    init(_ info: ov_profiling_info_t) {
        func text(_ pointer: UnsafePointer<CChar>?) -> String { pointer.map { String(cString: $0) } ?? "" }
        name = text(info.node_name)
        type = text(info.node_type)
        executionType = text(info.exec_type)
        status = switch info.status.rawValue {
        case 0: .notRun
        case 1: .optimizedOut
        default: .executed
        }
        wallMicroseconds = Int(info.real_time)
        cpuMicroseconds = Int(info.cpu_time)
    }
}
