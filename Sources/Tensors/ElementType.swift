/// How one number is stored in a checkpoint or a graph.
public enum ElementType: String, Sendable, Hashable, CaseIterable {
    case f64, f32, f16, bf16
    case f8e4m3, f8e5m2
    case i64, i32, i16, i8
    case u64, u32, u16, u8
    case boolean

    /// Bytes that one element takes.
    public var byteCount: Int {
        switch self {
        case .f64, .i64, .u64: 8
        case .f32, .i32, .u32: 4
        case .f16, .bf16, .i16, .u16: 2
        case .f8e4m3, .f8e5m2, .i8, .u8, .boolean: 1
        }
    }
}
