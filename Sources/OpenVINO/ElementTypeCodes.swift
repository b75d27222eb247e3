import COpenVINO
public import Tensors

extension ElementType {
    /// OpenVINO's number for each element type. The corresponding C type is `ov_element_type_e`.
    var code: ov_element_type_e {
        switch self {
        case .f64: F64
        case .f32: F32
        case .f16: F16
        case .bf16: BF16
        case .f8e4m3: F8E4M3
        case .f8e5m2: F8E5M3  // The header misspells it; its comment says f8e5m2.
        case .i64: I64
        case .i32: I32
        case .i16: I16
        case .i8: I8
        case .u64: U64
        case .u32: U32
        case .u16: U16
        case .u8: U8
        case .boolean: OV_BOOLEAN
        }
    }

    /// Nil for types that Easel has no use for: packed integers, strings, not yet known.
    init?(code: ov_element_type_e) {
        guard let match = Self.allCases.first(where: { $0.code == code }) else { return nil }
        self = match
    }
}

/// Swift's number types that a tensor's elements can be read as.
public protocol TensorElement: BitwiseCopyable, Sendable {
    static var elementType: ElementType { get }
}

extension Double: TensorElement { public static var elementType: ElementType { .f64 } }
extension Float: TensorElement { public static var elementType: ElementType { .f32 } }
extension Int64: TensorElement { public static var elementType: ElementType { .i64 } }
extension Int32: TensorElement { public static var elementType: ElementType { .i32 } }
extension Int16: TensorElement { public static var elementType: ElementType { .i16 } }
extension Int8: TensorElement { public static var elementType: ElementType { .i8 } }
extension UInt64: TensorElement { public static var elementType: ElementType { .u64 } }
extension UInt32: TensorElement { public static var elementType: ElementType { .u32 } }
extension UInt16: TensorElement { public static var elementType: ElementType { .u16 } }
extension UInt8: TensorElement { public static var elementType: ElementType { .u8 } }
