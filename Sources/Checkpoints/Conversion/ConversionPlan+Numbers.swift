import Tensors

extension ConversionPlan.Output {
    /// Its bytes are those of the checkpoint, one piece after another.
    private var isCopied: Bool {
        !isTransposed && pieces.allSatisfy { $0.tensor.elementType == elementType && $0.tensor.scale == nil && !$0.isChanged }
    }

    /// The bytes of the tensor, as they stand in the new file.
    /// - Parameter mapping: of the checkpoint.
    /// - Throws: `CheckpointError.tooLargeNumber` where a number exceeds the type's range.
    func bytes(from mapping: MappedWeights) throws(CheckpointError) -> [UInt8] {
        if pieces.isEmpty { return [UInt8](repeating: 0, count: byteCount) }
        if isCopied { return pieces.flatMap { piece in mapping.withBytes(of: piece.tensor) { Array($0) } } }
        var numbers: [Float] = []
        for piece in pieces {
            numbers += mapping.numbers(of: piece.tensor, with: piece.changes, isBias: piece.isBias)
        }
        if isTransposed, shape.count == 2 { numbers = numbers.transposed(rows: shape[1], columns: shape[0]) }
        guard let bytes = [UInt8](numbers, as: elementType) else { throw .tooLargeNumber(key: key, elementType: elementType) }
        return bytes
    }
}

extension MappedWeights {
    /// The numbers of a weight or a bias with changes: W ← W + strength · ΔW of each in turn, the next one from what the one before
    /// has made.
    func numbers(of tensor: StoredTensor, with changes: [WeightedChange], isBias: Bool) -> [Float] {
        var numbers = numbers(of: tensor)
        for weighted in changes {
            let change = weighted.change
            let delta = isBias ? change.biasDelta : change.weightDelta(of: numbers, rankLimit: weighted.rankLimit)
            if let delta { numbers.add(delta, times: weighted.strength) }
        }
        return numbers
    }
}

extension [Float] {
    fileprivate mutating func add(_ other: [Float], times factor: Float) {
        guard count == other.count else { return }
        withUnsafeMutableBufferPointer { numbers in
            other.withUnsafeBufferPointer { other in
                for index in numbers.indices { numbers[index] += factor * other[index] }
            }
        }
    }

    /// - Parameter rows: of the matrix as it is.
    fileprivate func transposed(rows: Int, columns: Int) -> [Float] {
        [Float](unsafeUninitializedCapacity: count) { target, filled in
            for column in 0..<columns {
                for row in 0..<rows { target[column * rows + row] = self[row * columns + column] }
            }
            filled = count
        }
    }
}

extension [UInt8] {
    /// Rounds numbers to the nearest of a type, of two that are as near to the even one.
    /// - Returns: nil where a finite number exceeds the type's range.
    fileprivate init?(_ numbers: [Float], as type: ElementType) {
        var isWithinRange = true
        func bytes<Stored: BitwiseCopyable>(_ convert: (Float) -> Stored) -> [UInt8] {
            [UInt8](unsafeUninitializedCapacity: numbers.count * MemoryLayout<Stored>.size) { target, filled in
                let raw = UnsafeMutableRawBufferPointer(target)
                for (index, number) in numbers.enumerated() {
                    raw.storeBytes(of: convert(number), toByteOffset: index * MemoryLayout<Stored>.size, as: Stored.self)
                }
                filled = target.count
            }
        }
        switch type {
        case .f16:
            self = bytes { number in
                let half = Float16(number)
                if half.isInfinite, number.isFinite { isWithinRange = false }
                return half.bitPattern
            }
        case .bf16:
            self = bytes { number in
                let bits = number.bitPattern
                if number.isNaN { return UInt16(truncatingIfNeeded: bits >> 16) | 0x40 }
                let rounded = UInt16(truncatingIfNeeded: (bits &+ 0x7FFF &+ (bits >> 16 & 1)) >> 16)
                if rounded & 0x7FFF == 0x7F80, number.isFinite { isWithinRange = false }
                return rounded
            }
        default: self = bytes { $0 }
        }
        guard isWithinRange else { return nil }
    }
}
