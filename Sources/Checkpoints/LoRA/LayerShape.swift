/// The shape of a layer's weight: outputs, inputs, and the places of a kernel. A norm's weight has one input.
struct LayerShape: Sendable, Hashable {
    let outputs: Int
    let inputs: Int
    /// Height and width; empty for linear layers and norms.
    let kernel: [Int]

    /// - Returns: nil for the shape of no weight: a single number, or one without any.
    init?(_ shape: [Int]) {
        guard let outputs = shape.first, shape.allSatisfy({ $0 > 0 }) else { return nil }
        (self.outputs, inputs, kernel) = (outputs, shape.count > 1 ? shape[1] : 1, Array(shape.dropFirst(2)))
    }

    /// Places of the kernel.
    var taps: Int { kernel.reduce(1, *) }
    /// Numbers of one output.
    var columns: Int { inputs * taps }
    var count: Int { outputs * columns }

    /// Whether a matrix may be held in memory on the way to a change: absurd ranks are not worked with.
    func hasRoom(for rows: Int, _ columns: Int) -> Bool {
        let (count, overflow) = rows.multipliedReportingOverflow(by: columns)
        // Small layers may have a rank beyond their size.
        return !overflow && count <= 4 * max(self.count, 1 << 20)
    }
}

/// The way from a layer's weight as a checkpoint stores it to the weight that a file of changes means, and back.
struct LayerPlacement: Sendable {
    /// The weight that the file means.
    let shape: LayerShape
    /// open_clip stores its text projection by inputs.
    let isTransposed: Bool
    /// Inputs that the stored weight has, the file's first: those of an inpainting model's first convolution are more.
    let storedInputs: Int

    /// Numbers that the checkpoint stores.
    var storedCount: Int { shape.outputs * storedInputs * shape.taps }

    /// The weight that the file means.
    func arranged(_ weight: [Float]) -> Matrix {
        if isTransposed { return Matrix(rows: shape.inputs, columns: shape.outputs, values: weight).transposed }
        return Matrix(rows: shape.outputs, columns: storedInputs * shape.taps, values: weight).firstColumns(shape.columns)
    }

    /// A change of that weight as one of the stored weight.
    func restored(_ change: Matrix) -> [Float] {
        if isTransposed { return change.transposed.values }
        return widened(change).values
    }

    /// A matrix with zeros for the inputs that the file does not know.
    func widened(_ matrix: Matrix) -> Matrix {
        guard storedInputs > shape.inputs else { return matrix }
        let padding = [Float](repeating: 0, count: (storedInputs - shape.inputs) * shape.taps)
        let values = (0..<matrix.rows).flatMap { matrix.values[$0 * matrix.columns..<($0 + 1) * matrix.columns] + padding }
        return Matrix(rows: matrix.rows, columns: matrix.columns + padding.count, values: values)
    }
}
