import Foundation
import Generation
import HTTPTypes
import HummingbirdTesting
import ImageCodecs
import Settings
import Testing
import TestSupport

@Suite("A1111's API")
struct A1111Tests {
    static let small = #"{"prompt": "a red apple", "steps": 2, "width": 64, "height": 64, "seed": 5, "batch_size": 2}"#

    @Test("txt2img answers with PNG files in base64, and says in info how they were made")
    func textToImage() async throws {
        try await Walk().run { client in
            let answer = try await client.ask(.post, "/sdapi/v1/txt2img", Self.small)
            #expect(answer.status == .ok)
            let images = try #require(try answer.object["images"])
            guard case .string(let base64)? = images[0] else { return }
            let file = try #require(Data(base64Encoded: base64))
            let picture = try DecodedImage(decoding: [UInt8](file))
            #expect(picture.image == FakePainter.image(width: 64, height: 64, seed: 5))
            #expect(picture.parameters?.hasPrefix("a red apple") == true)
            #expect(images[1] != nil && images[2] == nil)
            guard case .string(let text)? = try answer.object["info"] else { return }
            let info = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
            #expect(info["all_seeds"] == .array([.integer(5), .integer(6)]))
            #expect(info["version"] == .string("Easel 1.2.3"))
            #expect(try answer.object["parameters"]?["prompt"] == .string("a red apple"))
        }
    }
}
