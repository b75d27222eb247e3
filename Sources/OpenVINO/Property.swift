import COpenVINO
import Glibc

/// A property's name together with the type of its value.
///
/// Names that are missing here are made on the spot: `PropertyKey<String>("GPU_QUEUE_PRIORITY")`.
public struct PropertyKey<Value: PropertyValue>: Sendable, Hashable {
    /// OpenVINO's spelling of the name: `NUM_STREAMS`.
    public let name: String

    /// Makes a key by OpenVINO's spelling of its name.
    public init(_ name: String) { self.name = name }
}

/// A value that OpenVINO writes and reads as text.
public protocol PropertyValue: Sendable {
    init?(propertyText: String)
    var propertyText: String { get }
}

/// A setting for a device or a model: `Property(.inferencePrecision, .f32)`.
public struct Property: Sendable, Hashable {
    /// OpenVINO's spelling of the name: `NUM_STREAMS`.
    public let name: String
    /// The value as OpenVINO writes it.
    public let text: String

    /// Sets a property to a value of its type.
    public init<Value>(_ key: PropertyKey<Value>, _ value: Value) {
        name = key.name
        text = value.propertyText
    }
}

extension PropertyKey {
    func value(of text: String) throws(OpenVINOError) -> Value {
        guard let value = Value(propertyText: text) else { throw .propertyText(key: name, text: text) }
        return value
    }
}

extension [Property] {
    /// Lends the properties to a C call, which copies them. The corresponding C type is `ov_property_t`.
    func withProperties(_ body: (UnsafePointer<ov_property_t>?, Int) -> ov_status_e) -> ov_status_e {
        let texts = map { (name: strdup($0.name), text: strdup($0.text)) }
        defer {
            for (name, text) in texts {
                free(name)
                free(text)
            }
        }
        let properties = texts.map { ov_property_t(key: $0.name, value: $0.text) }
        return properties.withUnsafeBufferPointer { body($0.baseAddress, $0.count) }
    }
}
