import COpenVINO

/// A failed call into OpenVINO, with what was attempted.
public enum OpenVINOError: Error, Sendable, Equatable {
    /// OpenVINO refused a call. `attempt` is a phrase such as `compile the model for GPU`; `detail` is OpenVINO's
    /// own text, which is a hint: the status is the fact.
    case call(attempt: String, status: Status, detail: String?)
    /// No device of this name is present.
    case deviceNotFound(String, available: [String])
    /// The inference stopped because its task was cancelled. The request can be used again.
    case cancelled
    /// The memory that a model reads its constants from is not what it was, so what came out means nothing. The text is the memory's own.
    case memoryChanged(String)
    /// A tensor holds other elements than asked for; nil when they have no name in `ElementType`.
    case elementType(asked: String, actual: String)
    /// `memory` does not hold, or is not aligned for, `shape` elements of this type.
    case memory(bytes: Int, shape: [Int], elementType: String)
    /// A device answered a property with text that the key's type cannot read.
    case propertyText(key: String, text: String)
}

extension OpenVINOError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .call(let attempt, let status, let detail?):
            "Could not \(attempt): \(detail) (\(status))."
        case .call(let attempt, let status, nil):
            "Could not \(attempt) (\(status))."
        case .deviceNotFound(let name, let available):
            "There is no device \"\(name)\". Use one of: \(available.joined(separator: ", "))."
        case .cancelled:
            "The inference was cancelled."
        case .memoryChanged(let change):
            change
        case .elementType(let asked, let actual):
            "The tensor holds \(actual), not \(asked)."
        case .memory(let bytes, let shape, let elementType):
            "\(bytes) bytes of memory do not hold \(elementType) elements of shape \(shape), or are not aligned for them."
        case .propertyText(let key, let text):
            "The device answered \"\(text)\" for \(key), which has no meaning here."
        }
    }
}

extension OpenVINOError {
    /// The result code of a C call. The corresponding C type is `ov_status_e`.
    public struct Status: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
        /// The number of the code, 0 or negative.
        public let rawValue: Int32

        public init(rawValue: Int32) { self.rawValue = rawValue }

        /// An error without a code of its own: −1.
        public static let generalError = Self(rawValue: -1)
        /// A function that the device or this build does not have: −2.
        public static let notImplemented = Self(rawValue: -2)
        /// Something that was asked for by name and is not there: −5.
        public static let notFound = Self(rawValue: -5)
        /// An index or a size beyond its range: −6.
        public static let outOfBounds = Self(rawValue: -6)
        /// An error that OpenVINO did not foresee: −7.
        public static let unexpected = Self(rawValue: -7)
        /// A request that is used while it runs: −8.
        public static let requestBusy = Self(rawValue: -8)
        /// An inference that was cancelled: −13. It is thrown as `OpenVINOError.cancelled`.
        public static let cancelled = Self(rawValue: -13)
        /// The C layer itself refused an argument; it leaves no text.
        public static let invalidArgument = Self(rawValue: -14)
        /// An exception of an unknown kind: −17.
        public static let unknownException = Self(rawValue: -17)

        /// OpenVINO's name for the code. The corresponding C function is `ov_get_error_info`.
        public var description: String {
            guard let name = ov_get_error_info(ov_status_e(rawValue: rawValue)) else { return String(rawValue) }
            return String(cString: name)
        }
    }
}

/// Throws when a call did not succeed. To be used around the call itself, so that the last error text is still its own.
func check(_ status: ov_status_e, _ attempt: @autoclosure () -> String) throws(OpenVINOError) {
    if status == OK { return }
    if status == INFER_CANCELLED { throw .cancelled }
    throw .call(
        attempt: attempt(), status: .init(rawValue: status.rawValue),
        detail: status == INVALID_C_PARAM ? nil : lastErrorText())
}

/// The process's last error text without the places in OpenVINO's own sources.
/// The corresponding C function is `ov_get_last_err_msg`.
private func lastErrorText() -> String? {
    guard let pointer = ov_get_last_err_msg() else { return nil }
    let text = String(adopting: pointer)
        .replacing(/Exception from \S+:\d+:/, with: "")
        .replacing(/Check '.+?' failed at \S+:\d+:/, with: "")
        .split(whereSeparator: \.isWhitespace).joined(separator: " ")
    let withoutStop = text.hasSuffix(".") ? String(text.dropLast()) : text
    return withoutStop.isEmpty ? nil : withoutStop
}

extension String {
    /// Copies a C string that OpenVINO allocated, and frees it. The corresponding C function is `ov_free`.
    init(adopting pointer: UnsafePointer<CChar>) {
        self.init(cString: pointer)
        ov_free(pointer)
    }

    /// Calls a C function that returns a string of its own.
    init(
        _ attempt: @autoclosure () -> String, _ call: (inout UnsafeMutablePointer<CChar>?) -> ov_status_e
    ) throws(OpenVINOError) {
        var pointer: UnsafeMutablePointer<CChar>?
        try check(call(&pointer), attempt())
        if let pointer { self.init(adopting: pointer) } else { self = "" }
    }
}
