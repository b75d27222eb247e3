import Tensors
import Testing

@testable import OpenVINO

@Suite("Tensors")
struct TensorTests {
    @Test("values go in and come out", arguments: [[], [0], [1], [2, 3], [2, 0, 3], [1, 2, 3, 4, 5]])
    func roundTrip(shape: [Int]) throws {
        let count = shape.reduce(1, *)
        let array = NDArray(shape: shape, values: (0..<count).map(Float.init))
        let tensor = try Tensor(array)
        #expect(tensor.shape == shape)
        #expect(tensor.elementCount == count)
        #expect(tensor.byteCount == 4 * count)
        #expect(try tensor.array() == array)
    }

    @Test("every element type keeps its name and size", arguments: ElementType.allCases)
    func elementTypes(type: ElementType) throws {
        let tensor = try Tensor(elementType: type, shape: [3])
        #expect(tensor.elementType == type)
        #expect(tensor.byteCount == 3 * type.byteCount)
    }

    @Test("elements are not read as another type")
    func wrongType() throws {
        var tensor = try Tensor(shape: [2], values: [Int64(1), 2])
        #expect(throws: OpenVINOError.elementType(asked: "f32", actual: "i64")) { try tensor.array() }
        #expect(throws: OpenVINOError.elementType(asked: "i32", actual: "i64")) {
            try tensor.withUnsafeMutableBufferPointer(of: Int32.self) { _ in }
        }
        #expect(try tensor.withUnsafeBufferPointer(of: Int64.self) { Array($0) } == [1, 2])
    }

    @Test("borrowed memory is not copied")
    func borrowed() throws {
        let weights = Weights([1, 2])
        let first = try weights.tensor()
        let second = try weights.tensor()
        #expect(first.withUnsafeBytes { $0.baseAddress } == second.withUnsafeBytes { $0.baseAddress })
    }

    @Test("shapes that memory cannot hold are refused", arguments: [[9], [3, 3], [-1], [.max, .max], [.max, 4], [.max, 0, .max]])
    func tooLarge(shape: [Int]) throws {
        let weights = Weights([1, 2, 3, 4, 5, 6, 7, 8])
        #expect(throws: OpenVINOError.self) { _ = try weights.tensor(elementType: .f32, shape: shape) }
        #expect(throws: Never.self) { _ = try weights.tensor(elementType: .f32, shape: [2, 4]) }
        if shape.contains(where: { $0 < 0 || $0 == .max }) {
            #expect(throws: OpenVINOError.self) { _ = try Tensor(elementType: .f32, shape: shape) }
        }
    }

    @Test("memory that is not aligned for its elements is refused")
    func misaligned() throws {
        let weights = Weights([1, 2])
        #expect(throws: OpenVINOError.memory(bytes: 7, shape: [1], elementType: "f32")) {
            _ = try weights.tensor(elementType: .f32, shape: [1], from: 1)
        }
    }
}

@Suite("Shapes")
struct PartialShapeTests {
    @Test("what fits is what agrees on every extent that is not open")
    func fits() {
        let shape: PartialShape = [nil, 4, nil]
        #expect(shape.fits([1, 4, 9]))
        #expect(!shape.fits([1, 5, 9]))
        #expect(!shape.fits([1, 4]))
        #expect(shape.isDynamic)
        #expect(shape.description == "[?, 4, ?]")
        #expect(!PartialShape([2, 3] as [Int]).isDynamic)
        #expect(PartialShape([] as [Int]).fits([]))
    }
}
