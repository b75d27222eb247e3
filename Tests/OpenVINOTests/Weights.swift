import Synchronization
import Tensors

@testable import OpenVINO

/// Memory for constants, given back when nobody uses it any more.
final class Weights: ChangeableMemory {
    nonisolated(unsafe) private let memory: UnsafeMutableRawBufferPointer
    /// Set to pretend that others have changed the memory.
    let told = Mutex<String?>(nil)
    var change: String? { told.withLock { $0 } }

    init(_ values: [Float]) {
        memory = .allocate(byteCount: values.count * 4, alignment: 64)
        values.withUnsafeBytes { memory.copyMemory(from: $0) }
    }

    deinit { memory.deallocate() }

    func tensor() throws(OpenVINOError) -> Tensor {
        try Tensor(bytes: UnsafeRawBufferPointer(memory), owner: self)
    }

    /// Elements that start at byte `start`.
    func tensor(elementType: ElementType, shape: [Int], from start: Int = 0) throws(OpenVINOError) -> Tensor {
        try Tensor(
            elementType: elementType, shape: shape, memory: UnsafeRawBufferPointer(rebasing: memory[start...]), owner: self)
    }
}
