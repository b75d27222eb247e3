import Generation
import ImageProcessing
import Tensors
import Testing

@Suite struct MaskTests {
    @Test("a mask is a picture's opacity, unless it is opaque")
    func reading() {
        let image = RGBImage(width: 4, height: 1, pixels: [255, 255, 255, 255, 0, 0, 0, 255, 0, 0, 0, 255])
        // The luminance of red, green and blue: 76.2, 149.7 and 29.1.
        let brightness: [UInt8] = [255, 76, 150, 29]
        #expect(GrayImage(mask: image, alpha: nil).pixels == brightness)
        #expect(GrayImage(mask: image, alpha: [255, 255, 255, 255]).pixels == brightness)
        #expect(GrayImage(mask: image, alpha: [255, 128, 129, 0]).pixels == [255, 0, 255, 0])
        #expect(GrayImage(mask: image, alpha: [255, 128, 129, 0], rounded: false).pixels == [255, 128, 129, 0])
        #expect(GrayImage(width: 3, height: 1, pixels: [0, 1, 255]).inverted.pixels == [255, 254, 0])
    }

    @Test("a mask of two values keeps them in another size; another gets more")
    func fitting() {
        let size = PictureSize(width: 97, height: 61)
        let hard = GrayImage.test(white: PixelBox([50, 30, 90, 70]))
        #expect(Set(hard.fitted(to: size).pixels) == [0, 255])
        #expect(Set(GrayImage.twoBoxes.fitted(to: size).pixels).count > 3)
        #expect(hard.fitted(to: hard.size) == hard)
        #expect(Set(GrayImage(width: 2, height: 2, pixels: [7, 7, 7, 7]).fitted(to: size).pixels) == [7])
    }

    @Test("a blurred mask has OpenCV's very bytes")
    func blur() throws {
        for entry in try ProcessingReference.all.get().blurs {
            let blurred = GrayImage.twoBoxes.blurred(horizontal: entry.deviations[0], vertical: entry.deviations[1])
            #expect(blurred.checksum == entry.checksum, "\(entry.deviations)")
            #expect(blurred.litBox == PixelBox(entry.box), "\(entry.deviations)")
        }
        // One pixel has nothing to mirror.
        #expect(GrayImage(width: 1, height: 1, pixels: [9]).blurred(horizontal: 4, vertical: 4).pixels == [9])
    }

    @Test("a white mask stays white, whatever the blur", arguments: 0...64)
    func white(deviation: Int) {
        let white = GrayImage(width: 5, height: 3, pixels: .init(repeating: 255, count: 15))
        #expect(white.blurred(horizontal: deviation, vertical: deviation) == white)
    }

    @Test("a wide blur has Pillow's very bytes")
    func wideBlur() throws {
        for entry in try ProcessingReference.all.get().wideBlurs {
            #expect(RGBImage.test().gaussianBlurred(radius: entry.radius).checksum == entry.checksum, "\(entry.radius)")
        }
        #expect(RGBImage.test().gaussianBlurred(radius: 0) == .test())
    }

    @Test("the box around a mask grows as A1111's")
    func boxes() throws {
        for entry in try ProcessingReference.all.get().boxes {
            // Only the first case of each size and padding needs to find the box in a real mask: debug builds take their time.
            let size = PictureSize(entry.size)
            if entry.target == [512, 512], size.width * size.height < 50_000 {
                let mask = GrayImage.test(width: size.width, height: size.height, white: PixelBox(entry.painted))
                let lit = try #require(mask.blurred(horizontal: entry.blur, vertical: entry.blur).litBox)
                #expect(lit.padded(by: entry.padding, in: size) == PixelBox(entry.box), "\(entry)")
            }
            #expect(PixelBox(entry.box).grown(toProportionsOf: PictureSize(entry.target), in: size) == PixelBox(entry.grown), "\(entry)")
        }
    }

    @Test("inpainting of the whole picture in each mode, and of what is masked, has A1111's very bytes")
    func inpainting() throws {
        let (picture, size) = (RGBImage.test(), PictureSize(width: 128, height: 64))
        let soft = GrayImage.twoBoxes.blurred(horizontal: 4, vertical: 4)
        let new = picture.turned.resized(to: size)
        let masks: [String: InpaintingMask?] = [
            "whole-0": InpaintingMask(whole: soft, size: size, mode: .just),
            "whole-1": InpaintingMask(whole: soft, size: size, mode: .crop),
            "whole-2": InpaintingMask(whole: soft, size: size, mode: .fill),
            "only-masked": InpaintingMask(onlyMasked: soft, padding: 16, size: size),
        ]
        for entry in try ProcessingReference.all.get().inpainting {
            let mask = try #require(masks[entry.name] ?? nil)
            let (base, drawn) = (mask.base(picture), mask.drawn(picture))
            #expect(mask.working.checksum == entry.working, "\(entry.name)")
            #expect(mask.overlay.checksum == entry.overlay, "\(entry.name)")
            #expect(base.checksum == entry.base, "\(entry.name)")
            #expect(drawn.checksum == entry.drawn, "\(entry.name)")
            #expect(mask.composed(new, over: base).checksum == entry.composed, "\(entry.name)")
            #expect(drawn.filled(under: mask.working).checksum == entry.filled, "\(entry.name)")
            #expect(mask.latents() == NDArray(shape: [1, 1, 8, 16], values: entry.latents.flatMap { $0 }), "\(entry.name)")
            let fractional = entry.fractional.flatMap { $0.map { $0 / 255 } }
            #expect(mask.latents(rounded: false) == NDArray(shape: [1, 1, 8, 16], values: fractional), "\(entry.name)")
            #expect(mask.channel() == NDArray(shape: [1, 1, 8, 16], values: entry.channel.flatMap { $0 }), "\(entry.name)")
            #expect(drawn.planes.shape == [1, 3, 64, 128] && drawn.planes.checksum == entry.planes, "\(entry.name)")
            #expect(mask.concealing(drawn.planes).checksum == entry.concealed, "\(entry.name)")
            #expect(mask.concealing(drawn.planes, weight: 0.25).checksum == entry.halfConcealed, "\(entry.name)")
        }
    }

    @Test("a black mask leaves nothing to draw, and a white one the whole picture")
    func extremes() throws {
        let (picture, size) = (RGBImage.test(), PictureSize(width: 128, height: 96))
        let black = GrayImage(width: 160, height: 120, pixels: .init(repeating: 0, count: 160 * 120))
        #expect(black.litBox == nil)
        #expect(InpaintingMask(onlyMasked: black, padding: 32, size: size) == nil)
        let kept = InpaintingMask(whole: black, size: size, mode: .just)
        let base = kept.base(picture)
        #expect(kept.composed(base.turned, over: base) == base && kept.latents().values.allSatisfy { $0 == 0 })

        let white = try #require(InpaintingMask(onlyMasked: black.inverted, padding: 32, size: size))
        #expect(white.box == PixelBox(x: 0..<160, y: 0..<120))
        #expect(white.composed(picture.turned, over: picture) == picture.turned && white.latents().values.allSatisfy { $0 == 1 })
    }
}
