public import Foundation

/// The reference data under Tests/Fixtures.
public enum Fixture {
    /// - Parameter path: relative to Tests/Fixtures, as in `sampling/euler.json`.
    public static func url(_ path: String) -> URL { checkout.appending(path: "Tests/Fixtures").appending(path: path) }

    /// Reads a JSON fixture.
    public static func decode<Value: Decodable>(_ type: Value.Type = Value.self, from path: String) throws -> Value {
        try JSONDecoder().decode(type, from: Data(contentsOf: url(path)))
    }

    /// The checkpoint that comes with Easel: a diffusers folder.
    public static var demoModel: URL { checkout.appending(path: "Models/demo") }

    /// The folder that holds all.
    public static var checkout: URL {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    }
}
