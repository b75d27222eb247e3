// JSON has no infinity, and encoders fail at one. Figures that can be infinite are written as `null`, under a key that is always there.

extension KeyedEncodingContainer {
    mutating func encodeNumberOrNull(_ number: Double, forKey key: Key) throws {
        if number.isFinite { try encode(number, forKey: key) } else { try encodeNil(forKey: key) }
    }
}

extension KeyedDecodingContainer {
    func decodeNumberOrInfinity(forKey key: Key) throws -> Double {
        try decodeNil(forKey: key) ? .infinity : decode(Double.self, forKey: key)
    }
}
