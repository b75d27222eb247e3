import Files
import Foundation
import Generation
import Jobs
import Settings
import Testing

@testable import WebAPI

@Suite("Errors as data")
struct ErrorReasonTests {
    private static func job(_ json: String) throws { _ = try JobSubmission(body: Data(json.utf8), context()) }

    @Test("each field of a job refuses what it cannot be with a reason and the values that a page words it with")
    func fields() throws {
        var count = 0
        for field in GenerationField.all {
            for (value, name, keys) in Self.wrongValues(of: field) {
                let error = refusal { try Self.job("{\"\(field.key)\": \(value)}") }
                #expect(error?.field == field.key, "\(field.key): \(value)")
                #expect(error?.errorName == name, "\(field.key): \(value)")
                #expect(error?.reason.values.keys.sorted() == keys.sorted(), "\(field.key): \(value)")
                count += 1
            }
        }
        #expect(count > 100)
    }

    /// Values in JSON that a field refuses, the reason, and the names of its values.
    private static func wrongValues(of field: GenerationField) -> [(String, ErrorReason.Name, [String])] {
        let type: (String, ErrorReason.Name, [String]) = ("[1]", .wrongType, ["value", "wanted"])
        switch field.form {
        case .whole(let range, let step):
            let below: (String, ErrorReason.Name, [String]) = ("\(range.lowerBound - 1)", .outOfRange, ["value", "min", "max"])
            var above = below
            above.0 = "\(range.upperBound + 1)"
            // One field has one limit: that of the server.
            if field.key == "steps" { above = ("151", .tooManySteps, ["value", "min", "max", "setting"]) }
            return [below, above, type] + (step > 1 ? [("\(range.lowerBound + 1)", .notAMultiple, ["value", "multiple", "nearest"])] : [])
        case .number(let range):
            return [
                ("\(range.lowerBound - 1)", .outOfRange, ["value", "min", "max"]),
                ("\(range.upperBound + 1)", .outOfRange, ["value", "min", "max"]), type,
            ]
        case .word, .name: return [(#""nope""#, .unknownChoice, ["value", "choices"]), type]
        case .pair: return [(#""10x""#, .wrongForm, ["value", "example", "min", "max"]), type]
        case .color: return [(#""red""#, .wrongForm, ["value", "example"]), type]
        case .flag: return [(#""maybe""#, .wrongType, ["value", "wanted"]), type]
        case .seed: return [("-2", .outOfRange, ["value", "min", "max"]), type]
        case .text: return [(#""a\u0000b""#, .nulCharacter, ["position"]), type]
        case .texts: return [(#"["a\u0000b"]"#, .nulCharacter, ["position"]), type]
        }
    }

    @Test("other fields and limits have their reasons", arguments: [
        (#"{"width": 130}"#, .notAMultiple, ["value": 130, "multiple": 8, "nearest": .list([128, 136])]),
        (#"{"steps": 9999}"#, .tooManySteps, ["value": 9999, "min": 1, "max": 150, "setting": "max_steps"]),
        (#"{"steps": 0}"#, .outOfRange, ["value": 0, "min": 1, "max": 150]),
        (#"{"width": 4096, "height": 4096}"#, .tooManyPixels,
            ["value": 16_777_216, "max": 4_194_304, "width": 4096, "height": 4096, "setting": "max_pixels"]),
        (#"{"runs": 65}"#, .tooManyPictures, ["value": 65, "max": 64, "setting": "max_pictures"]),
        (#"{"runs": 9, "batch_size": 8}"#, .tooManyPictures, ["value": 72, "max": 64, "setting": "max_pictures"]),
        (#"{"runs": 0}"#, .outOfRange, ["value": 0, "min": 1, "max": 64]),
        (#"{"priority": 101}"#, .outOfRange, ["value": 101, "min": -100, "max": 100]),
        (#"{"preview_interval": -1}"#, .outOfRange, ["value": -1, "min": 0, "max": 1000]),
        (#"{"seed": -5}"#, .outOfRange, ["value": -5, "min": -1, "max": "18446744073709551615"]),
        (#"{"cfg_scale": 100.5}"#, .outOfRange, ["value": .number(100.5), "min": 0, "max": 100]),
        (#"{"model": "nope"}"#, .unknownModel, ["name": "nope", "choices": .list(["anime", "demo"])]),
        (#"{"tiling": "z"}"#, .unknownChoice, ["value": "z", "choices": .list(["none", "x", "y", "both"])]),
    ] as [(String, ErrorReason.Name, [String: ErrorReason.Value])])
    func others(_ body: String, name: ErrorReason.Name, values: [String: ErrorReason.Value]) {
        let error = refusal { try Self.job(body) }
        #expect(error?.reason == ErrorReason(name, values))
    }

    @Test("a name that no field has is told with those that there are")
    func unknownField() {
        let error = refusal { try Self.job(#"{"stepz": 5}"#) }
        #expect(error?.errorName == .unknownField && error?.reason.values["name"] == "stepz")
        guard case .list(let choices)? = error?.reason.values["choices"] else { Issue.record("no choices"); return }
        #expect(choices.contains("steps"))
    }

    @Test("each setting refuses what it cannot be with a reason of its own")
    func settings() throws {
        // Names of files may have any sign.
        for setting in Setting.ofClients where setting.allowed != "any text" && setting.key != "picture_names" {
            for text in ["-1e9", "?!"] where (setting.key, text) != ("model", "?!") && (setting.key, text) != ("model", "-1e9") {
                let error = #expect(throws: SettingsError.self, "\(setting.key)") {
                    try LiveSettings(EaselSettings(), file: nil).change([setting.key: text])
                }
                #expect(error?.errorReason.name != .invalidValue, "\(setting.key): \(text)")
                #expect(error?.errorReason.values.isEmpty == false, "\(setting.key): \(text)")
            }
        }
    }

    @Test("values of settings are refused with what may stand there", arguments: [
        ("clip_skip", "99", ErrorReason(.outOfRange, ["value": 99, "min": 1, "max": 12])),
        ("clip_skip", "two", ErrorReason(.wrongType, ["value": "two", "wanted": "whole_number"])),
        ("image_format", "bmp", ErrorReason(.unknownChoice, ["value": "bmp", "choices": .list(["png", "jpeg", "webp"])])),
        ("disk_cache_bytes", "much", ErrorReason(.wrongForm, ["value": "much", "example": "8GB"])),
        ("keep_days", "-1", ErrorReason(.outOfRange, ["value": -1, "min": 0, "max": 36500])),
        ("pad_conditionings", "maybe", ErrorReason(.wrongType, ["value": "maybe", "wanted": "flag"])),
        ("openvino_devices", "AUTO", ErrorReason(.mixedDevices, ["name": "AUTO"])),
        ("openvino_devices", "a/b", ErrorReason(.deviceList, ["value": "a/b"])),
        ("auto_error_bound", "2", ErrorReason(.outOfRange, ["value": 2, "min": 0, "max": 1])),
        ("s_churn", "101", ErrorReason(.outOfRange, ["value": 101, "min": 0, "max": 100])),
        ("clip_skp", "1", ErrorReason(.unknownSetting, ["name": "clip_skp", "did_you_mean": "clip_skip"])),
    ])
    func settingValues(key: String, text: String, reason: ErrorReason) {
        let error = #expect(throws: SettingsError.self) { try LiveSettings(EaselSettings(), file: nil).change([key: text]) }
        #expect(error?.errorReason == reason)
        #expect(error.map { APIError($0).reason } == reason)
    }

    @Test("each kind of error has a reason, and each reason and notice stands in the documentation")
    func documentation() throws {
        #expect(APIError.Kind.allCases.allSatisfy { APIError($0, "x").reason.values.isEmpty })
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Documentation/API.md")
        let text = try String(contentsOf: file.standardizedFileURL, encoding: .utf8)
        for name in ErrorReason.Name.allCases { #expect(text.contains("`\(name.rawValue)`"), "\(name.rawValue)") }
        for name in Notice.Name.allCases { #expect(text.contains("`\(name.rawValue)`"), "\(name.rawValue)") }
    }
}
