/// A matrix in memory, row by row, in single precision.
struct Matrix: Sendable {
    let rows: Int
    let columns: Int
    var values: [Float]

    /// - Precondition: there are rows · columns values.
    init(rows: Int, columns: Int, values: [Float]) {
        precondition(values.count == rows * columns, "\(values.count) values do not fill \(rows) x \(columns)")
        (self.rows, self.columns, self.values) = (rows, columns, values)
    }

    init(zeros rows: Int, _ columns: Int) {
        self.init(rows: rows, columns: columns, values: .init(repeating: 0, count: rows * columns))
    }

    init(identity size: Int) {
        self.init(zeros: size, size)
        for index in 0..<size { values[index * size + index] = 1 }
    }

    var transposed: Matrix {
        let values = [Float](unsafeUninitializedCapacity: values.count) { target, count in
            self.values.withUnsafeBufferPointer { source in
                for column in 0..<columns {
                    for row in 0..<rows { target[column * rows + row] = source[row * columns + column] }
                }
            }
            count = rows * columns
        }
        return Matrix(rows: columns, columns: rows, values: values)
    }

    /// The first rows; all where there are no more.
    func firstRows(_ count: Int) -> Matrix {
        count < rows ? Matrix(rows: count, columns: columns, values: Array(values[..<(count * columns)])) : self
    }

    /// The first columns; all where there are no more.
    func firstColumns(_ count: Int) -> Matrix {
        guard count < columns else { return self }
        return Matrix(rows: rows, columns: count, values: (0..<rows).flatMap { values[$0 * columns..<$0 * columns + count] })
    }

    /// - Precondition: `left` has as many columns as `right` has rows.
    static func * (left: Matrix, right: Matrix) -> Matrix {
        precondition(left.columns == right.rows, "\(left.columns) columns do not meet \(right.rows) rows")
        var product = Matrix(zeros: left.rows, right.columns)
        product.values.withUnsafeMutableBufferPointer { product in
            left.values.withUnsafeBufferPointer { leftValues in
                right.values.withUnsafeBufferPointer { rightValues in
                    guard let out = product.baseAddress, let a = leftValues.baseAddress, let b = rightValues.baseAddress else { return }
                    add(a, b, to: out, rows: left.rows, inner: left.columns, columns: right.columns)
                }
            }
        }
        return product
    }

    /// Adds a · b to `out`. The innermost loop runs along rows, so that it becomes vectors; a strip of b stays in the cache meanwhile.
    private static func add(
        _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, to out: UnsafeMutablePointer<Float>, rows: Int, inner: Int, columns: Int
    ) {
        let strip = 512
        for start in stride(from: 0, to: columns, by: strip) {
            let width = min(strip, columns - start)
            for row in 0..<rows {
                let sums = out + row * columns + start
                let factors = a + row * inner
                var index = 0
                while index + 4 <= inner {
                    let (f0, f1, f2, f3) = (factors[index], factors[index + 1], factors[index + 2], factors[index + 3])
                    let b0 = b + index * columns + start
                    let (b1, b2, b3) = (b0 + columns, b0 + 2 * columns, b0 + 3 * columns)
                    for column in 0..<width {
                        sums[column] += f0 * b0[column] + f1 * b1[column] + (f2 * b2[column] + f3 * b3[column])
                    }
                    index += 4
                }
                while index < inner {
                    let factor = factors[index]
                    let line = b + index * columns + start
                    for column in 0..<width { sums[column] += factor * line[column] }
                    index += 1
                }
            }
        }
    }

    /// Multiplies each number, in place.
    mutating func scale(by factor: Float) {
        guard factor != 1 else { return }
        values.withUnsafeMutableBufferPointer { values in
            for index in values.indices { values[index] *= factor }
        }
    }

    /// Combines each number with that of a matrix of the same size, in place.
    @inline(__always)
    mutating func combine(with other: Matrix, _ operation: (Float, Float) -> Float) {
        precondition(values.count == other.values.count, "matrices of two sizes cannot be combined")
        values.withUnsafeMutableBufferPointer { values in
            other.values.withUnsafeBufferPointer { other in
                for index in values.indices { values[index] = operation(values[index], other[index]) }
            }
        }
    }

    /// The Kronecker product: each number of this matrix times the whole other one.
    func kronecker(_ other: Matrix) -> Matrix {
        var product = Matrix(zeros: rows * other.rows, columns * other.columns)
        product.values.withUnsafeMutableBufferPointer { target in
            other.values.withUnsafeBufferPointer { source in
                var place = 0
                for row in 0..<rows {
                    for otherRow in 0..<other.rows {
                        for column in 0..<columns {
                            let factor = values[row * columns + column]
                            let line = otherRow * other.columns
                            for index in 0..<other.columns { target[place + index] = factor * source[line + index] }
                            place += other.columns
                        }
                    }
                }
            }
        }
        return product
    }

    /// Puts a core of Tucker's decomposition before its inner matrix: the sum over q of core[p, q, ·] · inner[q, i], as [p, i, ·].
    /// - Parameters:
    ///   - core: [p, q · taps], the places of the kernel innermost.
    ///   - inner: [q, i].
    static func tucker(core: Matrix, inner: Matrix, taps: Int) -> Matrix {
        var byTap = Matrix(zeros: taps * core.rows, inner.rows)
        for row in 0..<core.rows {
            for column in 0..<inner.rows {
                for tap in 0..<taps {
                    byTap.values[(tap * core.rows + row) * inner.rows + column] = core.values[row * core.columns + column * taps + tap]
                }
            }
        }
        let product = byTap * inner
        var result = Matrix(zeros: core.rows, inner.columns * taps)
        result.values.withUnsafeMutableBufferPointer { target in
            product.values.withUnsafeBufferPointer { source in
                for row in 0..<core.rows {
                    for tap in 0..<taps {
                        let line = (tap * core.rows + row) * inner.columns
                        for column in 0..<inner.columns {
                            target[(row * inner.columns + column) * taps + tap] = source[line + column]
                        }
                    }
                }
            }
        }
        return result
    }
}
