import Files
import Settings

/// A field of a request's body, for the document.
struct RequestField: Sendable {
    let name: String
    let schema: Schema
    /// The meaning, and the default.
    let meaning: String
    var standard: JSONValue?
    var isRequired = false

    init(_ name: String, _ schema: Schema, _ meaning: String, standard: JSONValue? = nil, isRequired: Bool = false) {
        self.name = name
        self.schema = schema
        self.meaning = meaning
        self.standard = standard
        self.isRequired = isRequired
    }
}

extension [RequestField] {
    /// - Parameter isOpen: whether other fields are taken, and ignored.
    func schema(isOpen: Bool) -> Schema {
        let properties = map { field in
            var schema = field.schema.described(field.meaning)
            if let standard = field.standard { schema = schema.with("default", standard) }
            return (field.name, schema)
        }
        let object = Schema.object(Dictionary(uniqueKeysWithValues: properties), required: filter(\.isRequired).map(\.name))
        return isOpen ? object : object.with("additionalProperties", .bool(false))
    }
}
