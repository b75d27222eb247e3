import Generation
import ImageProcessing
import Tensors
import Testing

@Suite struct LatentTests {
    @Test("latents in another size are PyTorch's")
    func interpolated() throws {
        let reference = try ProcessingReference.all.get().latents
        let latents = NDArray(shape: [2, 2, 4, 6], values: reference.input)
        for output in reference.outputs {
            let resized = latents.interpolated(height: output.height, width: output.width, by: output.upscaler)
            #expect(resized.shape == [2, 2, output.height, output.width])
            let distance = zip(resized.values, output.values).map { abs($0 - $1) }.max() ?? .infinity
            // Sums of at most 24 products of single precision, in another order than PyTorch's.
            #expect(distance < 2e-6, "\(output.upscaler) \(output.height)×\(output.width)")
            #expect(resized.values.count == output.values.count)
        }
        #expect(Set(reference.outputs.map(\.upscaler)) == Set(LatentUpscaler.allCases))
    }

    @Test("sizes of hires fix are A1111's")
    func hires() throws {
        for entry in try ProcessingReference.all.get().hires {
            func given(_ side: Int) -> Int? { side == 0 ? nil : side }
            let first = PictureSize(entry.size)
            let size = HiresSize(first: first, width: given(entry.resize[0]), height: given(entry.resize[1]))
                ?? HiresSize(first: first, factor: entry.scale)
            #expect(size.enlarged == PictureSize(entry.enlarged), "\(entry)")
            #expect([size.cutColumns, size.cutRows] == entry.cut, "\(entry)")
            #expect(size.final == PictureSize(entry.final), "\(entry)")
        }
    }

    @Test("what is cut off lies on both sides")
    func cut() throws {
        // 64×64 is enlarged to 64×64 to cover 40×64: three columns of latents are too many.
        let size = try #require(HiresSize(first: PictureSize(width: 64, height: 64), width: 40, height: 64))
        #expect([size.cutColumns, size.cutRows] == [3, 0])
        let latents = NDArray(shape: [1, 2, 8, 8], values: (0..<128).map(Float.init))
        let cut = size.cut(latents)
        #expect(cut.shape == [1, 2, 8, 5])
        #expect(Array(cut.values.prefix(6)) == [1, 2, 3, 4, 5, 9] && cut.values.last == 125)
    }

    @Test("a size times a factor loses its fractions, and neither vanishes nor overflows", arguments: [
        (512, 65, 1.3, 665, 84), (65, 65, 2, 130, 130), (3, 5, 0.1, 1, 1), (5, 5, -.infinity, 1, 1), (5, 5, .nan, 1, 1),
        (5, 5, .infinity, 1 << 30, 1 << 30),
    ])
    func scaled(width: Int, height: Int, factor: Double, newWidth: Int, newHeight: Int) {
        let scaled = PictureSize(width: width, height: height).scaled(by: factor)
        #expect(scaled == PictureSize(width: newWidth, height: newHeight))
    }

    @Test("upscalers give multiples of 8")
    func upscaled() {
        #expect(PictureSize(width: 65, height: 100).scaled(by: 2).floored(to: 8) == PictureSize(width: 128, height: 200))
    }
}
