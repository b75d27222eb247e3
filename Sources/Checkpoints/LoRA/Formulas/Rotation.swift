/// OFT and BOFT: outputs are rotated, block by block; in BOFT several times, each time in other blocks.
struct Rotation: ChangeFormula {
    let algorithm: LayerChange.Algorithm
    let readsWeight = true
    /// Larger ones would take minutes to invert.
    private static let largestBlock = 2048

    private let blocks: StoredMatrix
    /// Rotations one after another; 1 for OFT.
    private let stages: Int
    /// Outputs of one block.
    private let size: Int
    /// The blocks are the rotations themselves.
    private let isDirect: Bool
    /// The norm that the blocks' skew parts together may have; 0 for any.
    private let largestNorm: Double
    private let rescale: StoredMatrix?

    init(_ entry: inout LayerEntry) throws(EntryProblem) {
        isDirect = entry.has("oft_diag")
        let part = isDirect ? "oft_diag" : "oft_blocks"
        let (shape, extents) = (entry.shape, entry.tensors[part]?.shape ?? [])
        let isButterfly = extents.count == 4
        let count = extents.dropLast(2).last ?? 0
        size = extents.last ?? 0
        guard extents.count == 3 || isButterfly, extents.allSatisfy({ $0 > 0 }), size == extents[extents.count - 2],
            shape.outputs % size == 0, shape.outputs / size == count
        else {
            let side = size > 0 && shape.outputs % size == 0 ? size : 1
            throw EntryProblem(part: part, reason: .shape(extents, expected: [shape.outputs / side, side, side]))
        }
        guard size <= Self.largestBlock else { throw EntryProblem(part: part, reason: .tooLarge(extents)) }
        stages = isButterfly ? extents[0] : 1
        algorithm = isButterfly ? .boft : .oft
        // The last stage's step is 2^(stages - 1) halves of a block, and twice as many outputs have to divide all.
        guard !isButterfly || stages < 32 && size % 2 == 0 && shape.outputs % (size << (stages - 1)) == 0 else {
            throw EntryProblem(part: part, reason: .shape(extents, expected: [1, count, size, size]))
        }
        blocks = try entry.numbers(part, rows: stages * count, columns: size * size)
        let alpha = try entry.scalar("alpha") ?? 0
        largestNorm = max(0, Double(alpha) * Double(shape.outputs))
        rescale = entry.has("rescale") ? try entry.numbers("rescale", rows: shape.outputs, columns: 1) : nil
    }

    func delta(of weight: Matrix, rankLimit: Int?) -> Matrix {
        let rotations = isDirect ? blocks.read().values : rotations(blocks.read().values)
        var result = weight
        for stage in 0..<stages { rotate(&result, by: rotations, stage: stage) }
        if let rescale { result = result.scaled(by: rescale.read().values, isByInput: false, taps: 1) }
        result.combine(with: weight, -)
        return result
    }

    /// Rotates each block of rows. Stage i of BOFT takes rows that lie 2^i · size / 2 apart for one block.
    private func rotate(_ weight: inout Matrix, by rotations: [Float], stage: Int) {
        let (count, columns) = (blocks.rows / stages, weight.columns)
        for block in 0..<count {
            let start = (stage * count + block) * size * size
            let stored = Matrix(rows: size, columns: size, values: Array(rotations[start..<start + size * size]))
            let rows = (0..<size).map { algorithm == .boft ? row(block * size + $0, stage: stage) : block * size + $0 }
            let old = Matrix(
                rows: size, columns: columns, values: rows.flatMap { weight.values[$0 * columns..<($0 + 1) * columns] })
            // OFT's rotations are stored for rows on the right.
            let new = (algorithm == .boft ? stored : stored.transposed) * old
            for (index, row) in rows.enumerated() {
                weight.values.replaceSubrange(
                    row * columns..<(row + 1) * columns, with: new.values[index * columns..<(index + 1) * columns])
            }
        }
    }

    /// The row that stands at a place when rows (c, 2, k) are ordered as (c, k, 2).
    private func row(_ place: Int, stage: Int) -> Int {
        let step = (size / 2) << stage
        let (group, rest) = place.quotientAndRemainder(dividingBy: 2 * step)
        return group * 2 * step + rest % 2 * step + rest / 2
    }

    /// Cayley's transform: (1 + Q) · (1 − Q)⁻¹ of the skew part Q of each block. The norm is one number over all blocks.
    private func rotations(_ blocks: [Float]) -> [Float] {
        var skew = [Float](repeating: 0, count: blocks.count)
        var square = 0.0
        for start in stride(from: 0, to: blocks.count, by: size * size) {
            for row in 0..<size {
                for column in 0..<size {
                    let value = blocks[start + row * size + column] - blocks[start + column * size + row]
                    skew[start + row * size + column] = value
                    square += Double(value) * Double(value)
                }
            }
        }
        let norm = square.squareRoot() + 1e-8
        let factor = largestNorm > 0 && norm > largestNorm ? largestNorm / norm : 1
        var result: [Float] = []
        result.reserveCapacity(blocks.count)
        for start in stride(from: 0, to: blocks.count, by: size * size) {
            result += cayley(skew[start..<start + size * size].map { Double($0) * factor })
        }
        return result
    }

    /// Solves (1 − Q) · R = 1 + Q by elimination; the two sides commute. 1 − Q of a skew Q always has an inverse.
    private func cayley(_ skew: [Double]) -> [Float] {
        let width = 2 * size
        var system = [Double](repeating: 0, count: size * width)
        for row in 0..<size {
            for column in 0..<size {
                let (value, one) = (skew[row * size + column], row == column ? 1.0 : 0)
                system[row * width + column] = one - value
                system[row * width + size + column] = one + value
            }
        }
        system.withUnsafeMutableBufferPointer { system in
            for pivot in 0..<size {
                let best = (pivot..<size).max { abs(system[$0 * width + pivot]) < abs(system[$1 * width + pivot]) } ?? pivot
                if best != pivot {
                    for column in pivot..<width { system.swapAt(pivot * width + column, best * width + column) }
                }
                let inverse = 1 / system[pivot * width + pivot]
                for column in pivot..<width { system[pivot * width + column] *= inverse }
                for row in 0..<size where row != pivot {
                    let factor = system[row * width + pivot]
                    if factor == 0 { continue }
                    for column in pivot..<width { system[row * width + column] -= factor * system[pivot * width + column] }
                }
            }
        }
        return (0..<size).flatMap { row in system[row * width + size..<(row + 1) * width].map { Float($0) } }
    }
}
