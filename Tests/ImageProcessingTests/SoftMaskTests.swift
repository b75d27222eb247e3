import Generation
import ImageProcessing
import Tensors
import TestSupport
import Testing

@Suite("What soft inpainting shows of the new picture")
struct SoftMaskTests {
    /// Tests/Fixtures/processing/make_soft.py wrote it.
    private struct Reference: Decodable {
        struct Case: Decodable {
            let name: String
            let preservation, influence, threshold, thresholdContrast: Float
            let overlay: [Int]

            enum CodingKeys: String, CodingKey {
                case name, preservation, influence, threshold, overlay, thresholdContrast = "threshold_contrast"
            }

            var options: SoftInpainting {
                var options = SoftInpainting()
                (options.preservation, options.influence) = (preservation, influence)
                (options.threshold, options.thresholdContrast) = (threshold, thresholdContrast)
                return options
            }
        }
        let width, height: Int
        let before, after: [Float]
        /// Left, top, right, bottom and value of its boxes.
        let mask: [[Int]]
        let cases: [Case]

        var pixels: GrayImage {
            let width = 8 * width
            return GrayImage(width: width, height: 8 * height, pixels: (0..<width * 8 * height).map { index in
                let (x, y) = (index % width, index / width)
                return UInt8(mask.first { ($0[0]..<$0[2]).contains(x) && ($0[1]..<$0[3]).contains(y) }?[4] ?? 0)
            })
        }

        func latents(_ values: [Float]) -> NDArray { NDArray(shape: [1, 4, height, width], values: values) }
    }

    private static let reference = Result { try Fixture.decode(Reference.self, from: "processing/soft.json") }

    @Test("it is what A1111's rules make of how far latents have moved")
    func rules() throws {
        let reference = try Self.reference.get()
        let pixels = reference.pixels
        let mask = InpaintingMask(whole: pixels, size: pixels.size, mode: .just)
        for entry in reference.cases {
            let shown = mask.revealing(reference.latents(reference.after), since: reference.latents(reference.before), entry.options)
            let (rows, columns) = (stride(from: 0, to: pixels.height, by: 3), stride(from: 0, to: pixels.width, by: 3))
            let sample = rows.flatMap { y in columns.map { x in Int(shown.overlay.pixels[y * pixels.width + x]) } }
            // One version of Pillow resizes columns first, the other rows: single levels.
            #expect(zip(sample, entry.overlay).allSatisfy { abs($0 - $1) <= 2 } && sample.count == entry.overlay.count, "\(entry.name)")
        }
    }

    @Test("where nothing has moved, nothing is shown, however low the threshold; outside a box nothing ever is")
    func nothing() throws {
        let reference = try Self.reference.get()
        let (before, after) = (reference.latents(reference.before), reference.latents(reference.after))
        let pixels = reference.pixels
        var options = SoftInpainting()
        options.threshold = 0
        let whole = InpaintingMask(whole: pixels, size: pixels.size, mode: .just)
        #expect(whole.revealing(before, since: before, options).overlay.pixels.allSatisfy { $0 == 0 })
        let small = GrayImage.test(white: PixelBox(x: 60..<90, y: 40..<60))
        let part = try #require(InpaintingMask(onlyMasked: small, padding: 4, size: pixels.size))
        let box = try #require(part.box)
        let shown = part.revealing(after, since: before, options)
        #expect(shown.overlay.size == small.size && shown.working == part.working)
        for (index, value) in shown.overlay.pixels.enumerated() {
            let isInside = box.x.contains(index % small.width) && box.y.contains(index / small.width)
            #expect(value == (isInside ? 255 : 0))
        }
    }
}
