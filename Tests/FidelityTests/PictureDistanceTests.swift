import Fidelity
import Foundation
import Generation
import ImageCodecs
import TestSupport
import Testing

@Suite("Likeness of two pictures")
struct PictureDistanceTests {
    @Test("PSNR and SSIM are scikit-image's", arguments: try ReferencePair.all())
    func agreement(_ pair: ReferencePair) throws {
        let (reference, candidate) = try pair.pictures
        let distance = PictureDistance(from: reference, to: candidate)
        // Both add up in double precision, in another order.
        #expect(abs(distance.psnr - pair.psnr) < 1e-9)
        #expect(abs(distance.ssim - pair.ssim) < 1e-9)
        #expect(!distance.isEqual)
    }

    @Test("the order of the pictures does not matter", arguments: try ReferencePair.all())
    func symmetry(_ pair: ReferencePair) throws {
        let (reference, candidate) = try pair.pictures
        let (there, back) = (PictureDistance(from: reference, to: candidate), PictureDistance(from: candidate, to: reference))
        #expect(there.psnr == back.psnr)
        #expect(abs(there.ssim - back.ssim) < 1e-12)
    }

    @Test("equal pictures are infinitely alike", arguments: [(1, 1), (8, 8), (10, 11), (64, 48)])
    func equal(width: Int, height: Int) {
        let distance = PictureDistance(from: .drawn(width, height), to: .drawn(width, height))
        #expect(distance.psnr == .infinity)
        #expect(abs(distance.ssim - 1) < 1e-12)
        #expect(distance.isEqual)
    }

    @Test("pictures smaller than the window are compared all the same", arguments: [(1, 1), (2, 30), (8, 8), (30, 10)])
    func small(width: Int, height: Int) {
        let picture = RGBImage.drawn(width, height)
        let distance = PictureDistance(from: picture, to: picture.disturbed(by: 60))
        #expect(distance.psnr.isFinite)
        #expect((-1..<1).contains(distance.ssim))
    }

    @Test("one value that is off by one step is seen")
    func leastDifference() {
        var pixels = RGBImage.drawn(32, 32).pixels
        pixels[1000] ^= 1
        let distance = PictureDistance(from: .drawn(32, 32), to: RGBImage(width: 32, height: 32, pixels: pixels))
        #expect(abs(distance.psnr - 10 * log10(255 * 255 * 3 * 32 * 32)) < 1e-9)
        #expect(distance.ssim < 1)
    }

    @Test("the PSNR of equal pictures is null in JSON, and equality is said")
    func json() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let (black, white) = (RGBImage.plain(0), RGBImage.plain(255))
        let equal = try encoder.encode(PictureDistance(from: black, to: black))
        #expect(String(decoding: equal, as: UTF8.self) == #"{"equal":true,"psnr_db":null,"ssim":1}"#)
        #expect(try JSONDecoder().decode(PictureDistance.self, from: equal).isEqual)
        let opposite = PictureDistance(from: black, to: white)
        #expect(opposite.psnr == 0)
        #expect(try JSONDecoder().decode(PictureDistance.self, from: encoder.encode(opposite)) == opposite)
    }
}

/// An entry of Tests/Fixtures/fidelity/picture_distances.json: two files, or one picture that is disturbed.
struct ReferencePair: Decodable, CustomTestStringConvertible {
    let reference: String?
    let candidate: String?
    let width: Int?
    let height: Int?
    let strength: Int?
    let psnr: Double
    let ssim: Double

    private enum CodingKeys: String, CodingKey {
        case reference, candidate, width, height, strength, ssim
        case psnr = "psnr_db"
    }

    static func all() throws -> [ReferencePair] { try Fixture.decode(from: "fidelity/picture_distances.json") }

    var pictures: (RGBImage, RGBImage) {
        get throws {
            let first = if let reference { try RGBImage.file(reference) } else { try RGBImage.drawn(#require(width), #require(height)) }
            let second = if let candidate { try RGBImage.file(candidate) } else { try first.disturbed(by: #require(strength)) }
            return (first, second)
        }
    }

    var testDescription: String {
        "\(reference ?? "\(width ?? 0)×\(height ?? 0)") and \(candidate ?? "itself ± \(strength ?? 0)")"
    }
}
