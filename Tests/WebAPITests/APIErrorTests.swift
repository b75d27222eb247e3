import Files
import Foundation
import Generation
import Settings
import Testing
import WebAPI

@Suite("Errors of the web APIs")
struct APIErrorTests {
    private let error = APIError(
        .invalidValue, field: "steps", reason: .outOfRange(0, from: 1, to: 150), "Steps 0 is out of range.")

    @Test("each face's clients read an error in their own form", arguments: [
            (
                .a1111, 422,
                #"{"error": "invalid_value", "detail": "Steps 0 is out of range.", "body": "", "errors": "Steps 0 is out of "#
                    + #"range.", "field": "steps"}"#
            ),
            (
                .openAI, 400,
                #"{"error": {"message": "Steps 0 is out of range.", "type": "invalid_request_error", "param": "steps", "code": "#
                    + #""invalid_value"}}"#
            ),
        (.easel, 422, #"{"error": {"code": "invalid_value", "field": "steps", "message": "Steps 0 is out "#
            + #"of range.", "reason": "out_of_range", "values": {"value": 0, "min": 1, "max": 150}}}"#),
    ] as [(Face, Int, String)])
    func faces(_ face: Face, status: Int, body: String) throws {
        #expect(error.status(for: face) == status)
        #expect(try json(String(decoding: error.body(for: face), as: UTF8.self)) == json(body))
    }

    @Test("OpenAI's clients tell errors apart by their type", arguments: [
            (.queueFull, "rate_limit_error"), (.unauthorized, "authentication_error"), (.failed, "server_error"),
            (.notFound, "invalid_request_error")
    ] as [(APIError.Kind, String)])
    func types(_ kind: APIError.Kind, type: String) throws {
        #expect(try json(String(decoding: APIError(kind, "x").body(for: .openAI), as: UTF8.self))["error"]?["type"] == .string(type))
    }

    @Test("an error of settings tells no path")
    func settings() {
        #expect(!APIError(SettingsError.unwritableFile(path: "/home/me/x.json", reason: "Permission denied")).message.contains("/home"))
        #expect(!APIError(SettingsError.unreadableFile(path: "/home/me/x.json", reason: "Permission denied")).message.contains("/home"))
        #expect(APIError(SettingsError.unknownKey("stepz", path: nil, nearest: nil)).field == "stepz")
    }

    @Test("an error that nobody foresaw names its entry in the log")
    func unexpected() {
        let error = APIError.unexpected(reference: "800633e8")
        #expect(error.message == "Internal error. Look for 800633e8 in the server's log.")
        #expect(error.reason == ErrorReason(.internal, ["id": "800633e8"]))
    }

    @Test(
        "the path says whose clients call",
        arguments: [("/sdapi/v1/options", .a1111), ("/v1/models", .openAI), ("/api/v1/jobs", .easel), ("/", .easel), ("/v10", .easel)]
            as [(String, Face)])
    func paths(_ path: String, face: Face) {
        #expect(Face(path: path) == face)
    }
}
