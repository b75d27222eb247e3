import Foundation
import Generation
import TestSupport

/// `Tests/Fixtures/images/expected.json`: picture files as Pillow reads them.
struct PictureFixture: Decodable {
    var width: Int
    var height: Int
    var rgb: String
    var alpha: String?
    var parameters: String?
    /// How far a channel may be off.
    var tolerance: Int

    static func all() throws -> [String: PictureFixture] { try Fixture.decode(from: "images/expected.json") }

    static func file(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: Fixture.url("images/\(name)"))) }

    static func bytes(hex: String) -> [UInt8] {
        let digits = hex.utf8.map { UInt8($0 < 0x61 ? $0 - 0x30 : $0 - 0x57) }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    /// The largest difference between two pictures of the same size.
    static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        zip(a, b).map { abs(Int($0) - Int($1)) }.max() ?? 0
    }

    /// A picture without sharp edges, which lossy formats keep well.
    static func gradient(width: Int, height: Int) -> RGBImage {
        var pixels: [UInt8] = []
        for y in 0..<height {
            for x in 0..<width { pixels += [UInt8(x * 255 / width), UInt8(y * 255 / height), 128] }
        }
        return RGBImage(width: width, height: height, pixels: pixels)
    }
}
