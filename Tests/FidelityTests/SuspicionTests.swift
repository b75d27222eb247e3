import Fidelity
import Generation
import Testing

@Suite("Suspicious pictures")
struct SuspicionTests {
    @Test("a picture of one colour is suspicious, whatever the colour", arguments: [
        [0, 0, 0], [255, 255, 255], [128, 128, 128], [255, 0, 0], [12, 200, 90],
    ] as [[UInt8]])
    func plain(colour: [UInt8]) {
        let picture = RGBImage(width: 64, height: 64, pixels: Array(repeatElement(colour, count: 64 * 64).joined()))
        #expect(Suspicion(picture: picture) == .flat(standardDeviation: 0))
    }

    @Test("nearly equal is suspicious up to a deviation of one step of 255")
    func nearlyPlain() {
        // Halves that lie 2·d apart have a standard deviation of d.
        func halves(_ distance: UInt8) -> RGBImage {
            RGBImage(width: 16, height: 16, pixels: (0..<768).map { $0 < 384 ? 100 : 100 + distance })
        }
        #expect(Suspicion(picture: halves(1)) == .flat(standardDeviation: 0.5))
        #expect(Suspicion(picture: halves(2)) == nil)
    }

    @Test("a small subject on a plain white background is not suspicious")
    func whiteBackground() {
        // 6×7 grey pixels in 64×64: a hundredth.
        var pixels = [UInt8](repeating: 255, count: 64 * 64 * 3)
        for row in 0..<6 { pixels.replaceSubrange(row * 192..<row * 192 + 21, with: repeatElement(155, count: 21)) }
        #expect(Suspicion(picture: RGBImage(width: 64, height: 64, pixels: pixels)) == nil)
    }

    @Test("one channel that varies is enough")
    func oneChannel() {
        var pixels = [UInt8](repeating: 40, count: 16 * 16 * 3)
        for pixel in 0..<16 * 16 { pixels[3 * pixel + 2] = UInt8(pixel % 20) }
        #expect(Suspicion(picture: RGBImage(width: 16, height: 16, pixels: pixels)) == nil)
    }

    @Test("what the demo checkpoint draws is not suspicious", arguments: ["euler_batch_7.png", "euler_wide_7.png", "lcm_7.png"])
    func drawn(name: String) throws {
        #expect(Suspicion(picture: try RGBImage.file(name)) == nil)
    }

    @Test("each is told in words, and names its culprit if there is one", arguments: [
        (.nonFinite(.denoise), .denoise, "numbers of the UNet are not finite"),
        (.flat(standardDeviation: 0), nil, "all pixels are nearly equal (standard deviation 0 of 255)"),
        (.flat(standardDeviation: 0.4321), nil, "all pixels are nearly equal (standard deviation 0.43 of 255)"),
    ] as [(Suspicion, Stage?, String)])
    func words(suspicion: Suspicion, culprit: Stage?, text: String) {
        #expect(suspicion.description == text)
        #expect(suspicion.culprit == culprit)
    }
}
