import Tensors

extension MappedWeights {
    /// The numbers of a tensor in single precision, multiplied by its scale.
    /// - Precondition: The tensor, and its scale, lie in the mapping.
    func numbers(of tensor: StoredTensor) -> [Float] {
        var numbers = withBytes(of: tensor) { [Float](numbers: $0, tensor.elementType, count: tensor.elementCount) }
        guard let scale = tensor.scale, !numbers.isEmpty else { return numbers }
        let scales = self.numbers(
            of: StoredTensor(key: scale.key, elementType: scale.elementType, shape: [scale.count], offset: scale.offset))
        guard !scales.isEmpty, numbers.count % scales.count == 0 else { return numbers }
        let length = numbers.count / scales.count
        numbers.withUnsafeMutableBufferPointer { numbers in
            for (row, factor) in scales.enumerated() {
                let factor = factor * scale.factor
                for index in row * length..<(row + 1) * length { numbers[index] *= factor }
            }
        }
        return numbers
    }
}

extension [Float] {
    /// Reads numbers of any type, one after another and at any address.
    fileprivate init(numbers bytes: UnsafeRawBufferPointer, _ type: ElementType, count: Int) {
        func read<Stored: BitwiseCopyable>(_: Stored.Type, _ convert: (Stored) -> Float) -> [Float] {
            [Float](unsafeUninitializedCapacity: count) { target, filled in
                for index in 0..<count {
                    target[index] = convert(bytes.loadUnaligned(fromByteOffset: index * MemoryLayout<Stored>.size, as: Stored.self))
                }
                filled = count
            }
        }
        self =
            switch type {
            case .f64: read(Double.self) { Float($0) }
            case .f32: read(Float.self) { $0 }
            case .f16: read(UInt16.self) { Float(half: $0) }
            case .bf16: read(UInt16.self) { Float(bitPattern: UInt32($0) << 16) }
            case .f8e4m3: read(UInt8.self) { Float(f8e4m3: $0) }
            // The upper half of an f16.
            case .f8e5m2: read(UInt8.self) { Float(half: UInt16($0) << 8) }
            case .i64: read(Int64.self) { Float($0) }
            case .i32: read(Int32.self) { Float($0) }
            case .i16: read(Int16.self) { Float($0) }
            case .i8: read(Int8.self) { Float($0) }
            case .u64: read(UInt64.self) { Float($0) }
            case .u32: read(UInt32.self) { Float($0) }
            case .u16: read(UInt16.self) { Float($0) }
            case .u8, .boolean: read(UInt8.self) { Float($0) }
            }
    }
}

extension Float {
    /// Converts without a processor's help, so that loops become vectors everywhere: the exponent is moved by a multiplication, which also
    /// makes numbers below the smallest normal one right.
    @inline(__always)
    fileprivate init(half bits: UInt16) {
        let magnitude = UInt32(bits & 0x7FFF) << 13
        let value = Float(bitPattern: magnitude) * 0x1p112
        let special = magnitude >= 0x0F80_0000 ? magnitude | 0x7F80_0000 : value.bitPattern
        self.init(bitPattern: special | UInt32(bits & 0x8000) << 16)
    }

    /// Four bits of exponent and three of mantissa; without infinities, and with one NaN of either sign.
    @inline(__always)
    fileprivate init(f8e4m3 bits: UInt8) {
        let value = Float(bitPattern: UInt32(bits & 0x7F) << 20) * 0x1p120
        let magnitude = bits & 0x7F == 0x7F ? Float.nan.bitPattern : value.bitPattern
        self.init(bitPattern: magnitude | UInt32(bits & 0x80) << 24)
    }
}
