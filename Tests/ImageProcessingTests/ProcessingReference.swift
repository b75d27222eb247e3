import Generation
import ImageProcessing
import Tensors
import TestSupport

/// `Tests/Fixtures/processing/processing.json`: what A1111's rules make of test pictures, as checksums of the bytes.
struct ProcessingReference: Decodable {
    var picture: String
    var modes: [Mode]
    var filters: [Filter]
    var blurs: [Blur]
    var wideBlurs: [WideBlur]
    var boxes: [Box]
    var inpainting: [Inpainting]
    var hires: [Hires]
    var latents: Latents

    struct Mode: Decodable {
        var mode: Int
        var from: [Int]
        var to: [Int]
        var checksum: String
    }

    struct Filter: Decodable {
        var filter: String
        var to: [Int]
        var checksum: String
        /// Of the picture's red alone.
        var gray: String
    }

    struct Blur: Decodable {
        var deviations: [Int]
        var checksum: String
        var box: [Int]
    }

    struct WideBlur: Decodable {
        var radius: Int
        var checksum: String
    }

    struct Box: Decodable {
        var size: [Int]
        var painted: [Int]
        var blur: Int
        var padding: Int
        var target: [Int]
        var box: [Int]
        var grown: [Int]
    }

    struct Inpainting: Decodable {
        var name: String
        var working: String
        var overlay: String
        var base: String
        var drawn: String
        var composed: String
        var filled: String
        var latents: [[Float]]
        /// In units of 1/255.
        var fractional: [[Float]]
        var channel: [[Float]]
        var planes: String
        var concealed: String
        var halfConcealed: String

        enum CodingKeys: String, CodingKey {
            case name, working, overlay, base, drawn, composed, filled, latents, fractional, channel, planes, concealed
            case halfConcealed = "half_concealed"
        }
    }

    struct Hires: Decodable {
        var size: [Int]
        var scale: Double
        /// 0 for a side that is not given.
        var resize: [Int]
        var enlarged: [Int]
        var cut: [Int]
        var final: [Int]
    }

    struct Latents: Decodable {
        /// `[2, 2, 4, 6]`
        var input: [Float]
        var outputs: [Output]

        struct Output: Decodable {
            var upscaler: LatentUpscaler
            var height: Int
            var width: Int
            var values: [Float]
        }
    }

    enum CodingKeys: String, CodingKey {
        case picture, modes, filters, blurs, boxes, inpainting, hires, latents
        case wideBlurs = "wide_blurs"
    }

    static let all = Result { try Fixture.decode(ProcessingReference.self, from: "processing/processing.json") }
}

extension PictureSize {
    init(_ sides: [Int]) { self.init(width: sides[0], height: sides[1]) }
}

extension PixelBox {
    /// Left, top, right and bottom.
    init(_ edges: [Int]) { self.init(x: edges[0]..<edges[2], y: edges[1]..<edges[3]) }
}

extension RGBImage {
    /// Red rises to the right, green downwards, blue is a chequer; a yellow disc and a dark bar.
    static func test(width: Int = 160, height: Int = 120) -> RGBImage {
        var pixels: [UInt8] = []
        for y in 0..<height {
            for x in 0..<width {
                let isInDisc = (x - 100) * (x - 100) + (y - 50) * (y - 50) < 900
                if (90..<100).contains(y), (10..<70).contains(x) {
                    pixels += [16, 24, 32]
                } else if isInDisc {
                    pixels += [250, 220, 20]
                } else {
                    pixels += [UInt8(255 * x / (width - 1)), UInt8(255 * y / (height - 1)), (x / 20 + y / 20) % 2 == 0 ? 0 : 255]
                }
            }
        }
        return RGBImage(width: width, height: height, pixels: pixels)
    }

    /// The picture upside down.
    var turned: RGBImage {
        let turned = stride(from: pixels.count - 3, through: 0, by: -3).flatMap { pixels[$0..<$0 + 3] }
        return RGBImage(width: width, height: height, pixels: turned)
    }
}

extension GrayImage {
    /// Black but for a white and a gray box.
    static func test(width: Int = 160, height: Int = 120, white: PixelBox, gray: PixelBox? = nil) -> GrayImage {
        var pixels = [UInt8](repeating: 0, count: width * height)
        for (box, value) in [(white, UInt8(255)), (gray ?? white, gray == nil ? 255 : 128)] {
            for y in box.y { for x in box.x { pixels[y * width + x] = value } }
        }
        return GrayImage(width: width, height: height, pixels: pixels)
    }

    static let twoBoxes = test(white: PixelBox([50, 30, 90, 70]), gray: PixelBox([100, 80, 120, 90]))
}

/// FNV-1a of the bytes.
func checksum(_ bytes: some Sequence<UInt8>) -> String {
    let hash = bytes.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
}

extension Raster {
    var checksum: String { ImageProcessingTests.checksum(pixels) }
}

extension NDArray {
    /// Of the numbers' bytes, the lowest first.
    var checksum: String {
        let bytes = values.lazy.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) } }
        return ImageProcessingTests.checksum(bytes)
    }
}
