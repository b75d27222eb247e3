import Foundation
import Generation
import ImageCodecs
import TestSupport

// Pictures as make_picture_distances.py makes them.
extension RGBImage {
    static func file(_ name: String) throws -> RGBImage {
        try DecodedImage(decoding: Array(Data(contentsOf: Fixture.url("diffusion/\(name)")))).image
    }

    static func drawn(_ width: Int, _ height: Int) -> RGBImage {
        RGBImage(width: width, height: height, pixels: (0..<width * height * 3).map { UInt8($0 * $0 % 251) })
    }

    /// Adds −strength … strength to every byte.
    func disturbed(by strength: Int) -> RGBImage {
        RGBImage(width: width, height: height, pixels: pixels.enumerated().map { index, value in
            UInt8(min(255, max(0, Int(value) + index * 7919 % (2 * strength + 1) - strength)))
        })
    }

    /// 16×16 pixels of one value.
    static func plain(_ value: UInt8) -> RGBImage {
        RGBImage(width: 16, height: 16, pixels: Array(repeating: value, count: 16 * 16 * 3))
    }
}
