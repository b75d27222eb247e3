import Tensors
import Testing

@Suite("Array arithmetic")
struct NDArrayTests {
    let array = NDArray(shape: [2, 1, 2], values: [1, 2, 3, 4])

    @Test("operators work element by element and keep the shape")
    func operators() {
        #expect(array + array == NDArray(shape: [2, 1, 2], values: [2, 4, 6, 8]))
        #expect(array - 0.5 * array == NDArray(shape: [2, 1, 2], values: [0.5, 1, 1.5, 2]))
        #expect(3 * array / 2 == NDArray(shape: [2, 1, 2], values: [1.5, 3, 4.5, 6]))
    }

    @Test("images are put one after another and taken apart again")
    func firstAxis() {
        let stacked = NDArray.concatenated([array, NDArray(shape: [1, 1, 2], values: [5, 6])])
        #expect(stacked == NDArray(shape: [3, 1, 2], values: [1, 2, 3, 4, 5, 6]))
        #expect(stacked.slice(0..<2) == array)
        #expect(stacked.slice(2..<3) == NDArray(shape: [1, 1, 2], values: [5, 6]))
        #expect(stacked.slice(1..<1) == NDArray(shape: [0, 1, 2], values: []))
    }

    @Test("a single infinite element is noticed", arguments: [Float.infinity, -.infinity, .nan])
    func finiteness(value: Float) {
        #expect(array.isFinite)
        #expect(!(array + NDArray(shape: [2, 1, 2], values: [0, 0, value, 0])).isFinite)
    }
}
