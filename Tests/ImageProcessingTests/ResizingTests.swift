import Generation
import ImageProcessing
import Testing

@Suite struct ResizingTests {
    @Test("each filter gives Pillow's very bytes, in colour and in gray")
    func filters() throws {
        let filters = ["nearest": ResamplingFilter.nearest, "bilinear": .bilinear, "bicubic": .bicubic, "lanczos": .lanczos]
        let picture = RGBImage.test()
        let reference = try ProcessingReference.all.get()
        #expect(picture.checksum == reference.picture)
        let red = GrayImage(width: 160, height: 120, pixels: stride(from: 0, to: picture.pixels.count, by: 3).map { picture.pixels[$0] })
        for entry in reference.filters {
            let filter = try #require(filters[entry.filter])
            #expect(picture.resized(to: PictureSize(entry.to), filter: filter).checksum == entry.checksum, "\(entry)")
            #expect(red.resized(to: PictureSize(entry.to), filter: filter).checksum == entry.gray, "\(entry)")
        }
    }

    @Test("each resize mode gives A1111's very bytes")
    func modes() throws {
        for entry in try ProcessingReference.all.get().modes {
            let mode = try #require(ResizeMode(number: entry.mode))
            let picture = RGBImage.test(width: entry.from[0], height: entry.from[1])
            #expect(picture.resized(to: PictureSize(entry.to), mode: mode).checksum == entry.checksum, "\(entry)")
        }
    }

    @Test("no scaled side vanishes, and only what is seen is computed", arguments: ResizeMode.allCases)
    func thin(mode: ResizeMode) {
        // Scaled to cover 64×64, the first two would have 65,536 pixels in a line.
        for size in [PictureSize(width: 1024, height: 1), PictureSize(width: 1, height: 1024), PictureSize(width: 1, height: 1)] {
            let picture = GrayImage(width: size.width, height: size.height, pixels: .init(repeating: 200, count: size.width * size.height))
            let layout = ResizeLayout(mode, from: size, to: PictureSize(width: 64, height: 64))
            #expect(layout.scaled.width >= 1 && layout.scaled.height >= 1)
            let resized = picture.resized(to: layout.size, mode: mode)
            // A uniform picture stays uniform; no mode leaves anything black when the size is even.
            #expect(resized.size == layout.size && resized.pixels.allSatisfy { $0 == 200 })
        }
    }

    @Test("a picture that was enlarged in another way is laid out alike")
    func laidOut() {
        let (picture, size) = (RGBImage.test(), PictureSize(width: 200, height: 64))
        for mode in [ResizeMode.just, .crop, .fill] {
            let layout = ResizeLayout(mode, from: picture.size, to: size)
            #expect(picture.resized(to: layout.scaled).laidOut(layout) == picture.resized(to: size, mode: mode))
        }
    }

    @Test("A1111's numbers of the modes")
    func numbers() {
        #expect((0...3).map(ResizeMode.init(number:)) == [.just, .crop, .fill, .latent])
        #expect(ResizeMode(number: 4) == nil && ResizeMode(number: -1) == nil)
    }

    @Test("a part of a picture; a picture on a canvas")
    func boxes() {
        let picture = GrayImage(width: 3, height: 2, pixels: [1, 2, 3, 4, 5, 6])
        #expect(picture.cropped(to: PixelBox(x: 1..<3, y: 1..<2)).pixels == [5, 6])
        #expect(picture.placed(on: PictureSize(width: 3, height: 3), left: 1, top: 1).pixels == [0, 0, 0, 0, 1, 2, 0, 4, 5])
        #expect(picture.placed(on: PictureSize(width: 2, height: 2), left: -2, top: -1).pixels == [6, 0, 0, 0])
        #expect(picture.placed(on: PictureSize(width: 2, height: 1), left: 5, top: -5).pixels == [0, 0])
    }

    @Test("margins continue the edges, and their mask reaches into the picture")
    func margins() {
        let picture = GrayImage(width: 2, height: 2, pixels: [80, 160, 80, 240])
        let margins = Margins(left: 1, top: 1, right: 2, bottom: 0)
        // 80 − (160 − 80)/8 = 70 and 160 + 10 = 170; below 80 − 20 = 60 and 240 + 20 clipped to 255.
        let rows: [[UInt8]] = [[71, 80, 150, 159, 159], [70, 80, 160, 170, 170], [60, 80, 240, 255, 255]]
        #expect(picture.extended(by: margins).pixels == Array(rows.joined()))

        func mask(_ overlap: Int) -> [[UInt8]] {
            let mask = margins.mask(around: PictureSize(width: 4, height: 3), overlap: overlap)
            return (0..<mask.height).map { Array(mask.pixels[$0 * mask.width..<($0 + 1) * mask.width]) }
        }
        let white: [UInt8] = [255, 255, 255, 255, 255, 255, 255]
        #expect(mask(0) == [white, [255, 0, 0, 0, 0, 255, 255], [255, 0, 0, 0, 0, 255, 255], [255, 0, 0, 0, 0, 255, 255]])
        #expect(mask(1) == [white, white, [255, 255, 0, 0, 255, 255, 255], [255, 255, 0, 0, 255, 255, 255]])
        #expect(mask(9) == [white, white, white, white])
    }

    @Test("sides become multiples: cut, or extended where there would be none", arguments: [
        (160, 120, 160, 120), (167, 121, 160, 120), (3, 9, 8, 8), (1, 1, 8, 8),
    ])
    func aligned(width: Int, height: Int, newWidth: Int, newHeight: Int) {
        let picture = RGBImage(width: width, height: height, pixels: (0..<width * height * 3).map { UInt8(100 + $0 % 3) })
        let aligned = picture.aligned(to: 8)
        #expect(aligned.size == PictureSize(width: newWidth, height: newHeight))
        #expect(aligned.pixels == (0..<newWidth * newHeight * 3).map { UInt8(100 + $0 % 3) })
    }
}
