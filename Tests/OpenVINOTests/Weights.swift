@testable import OpenVINO

/// Memory for constants, given back when nobody uses it any more.
final class Weights: Sendable {
    nonisolated(unsafe) private let memory: UnsafeMutableRawBufferPointer

    init(_ values: [Float]) {
        memory = .allocate(byteCount: max(values.count * 4, 1), alignment: 64)
        values.withUnsafeBytes { memory.copyMemory(from: $0) }
    }

    deinit { memory.deallocate() }

    func tensor() throws(OpenVINOError) -> Tensor {
        try Tensor(bytes: UnsafeRawBufferPointer(memory), owner: self)
    }
}
