import Foundation
import Generation
import Testing

@Suite("Reasons of errors")
struct ErrorReasonTests {
    @Test("values keep their types in JSON, and come back", arguments: [
        (ErrorReason.Value(5), "5"), (.init(-0.5), "-0.5"), (.init(Float(7.3)), "7.3"), (.init(2.0), "2"), (.init(Double.nan), #""nan""#),
        (.init(UInt64.max), #""18446744073709551615""#), (.init(9_007_199_254_740_991), "9007199254740991"),
        (.init(9_007_199_254_740_992), #""9007199254740992""#), (.init("猫"), #""猫""#), (.list([1, "a", .number(0.5)]), #"[1,"a",0.5]"#),
    ] as [(ErrorReason.Value, String)])
    func coding(_ value: ErrorReason.Value, json: String) throws {
        let data = try JSONEncoder().encode(value)
        #expect(String(decoding: data, as: UTF8.self) == json)
        #expect(try JSONDecoder().decode(ErrorReason.Value.self, from: data) == value)
    }

    @Test("a text is cut to a hundred characters, and values that are not known are left out")
    func short() {
        #expect(ErrorReason.Value(String(repeating: "x", count: 100)) == .text(String(repeating: "x", count: 100)))
        #expect(ErrorReason.Value(String(repeating: "x", count: 101)) == .text(String(repeating: "x", count: 100) + "…"))
        #expect(ErrorReason(.outOfRange, ["value": 1]).with("min", 2).with("max", nil).values == ["value": 1, "min": 2])
    }

    @Test("a reason comes back from JSON as it was")
    func reason() throws {
        let reason = ErrorReason(.noDevice, ["name": "GPU", "devices": .list(["CPU", "NPU"])])
        #expect(try JSONDecoder().decode(ErrorReason.self, from: JSONEncoder().encode(reason)) == reason)
    }
}
