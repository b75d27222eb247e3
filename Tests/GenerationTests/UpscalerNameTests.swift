import Generation
import Testing

@Suite("Names of upscalers")
struct UpscalerNameTests {
    @Test("an upscaler is found by its name in any case, and by A1111's name of its file", arguments: [
        ("Lanczos", "Lanczos"), ("lanczos", "Lanczos"), ("NONE", "None"), ("4x-ultrasharp", "4x-UltraSharp"),
        ("R-ESRGAN 4x+", "RealESRGAN_x4plus"), ("r-esrgan 4X+ anime6b", "realesrgan_x4plus_anime_6B"), ("ESRGAN_4x", nil),
        ("R-ESRGAN 2x+", nil), ("Lanczos ", nil), ("", nil),
    ] as [(String, String?)])
    func names(_ text: String, name: String?) {
        let names = UpscalerName.builtIn + ["4x-UltraSharp", "RealESRGAN_x4plus", "realesrgan_x4plus_anime_6B"]
        #expect(UpscalerName.find(text, among: names) == name)
    }

    @Test("a file that has the name itself comes before one that A1111 gives it to, and a name as it is written before others")
    func nearestName() {
        #expect(UpscalerName.find("ESRGAN_4x", among: ["ESRGAN", "ESRGAN_4x"]) == "ESRGAN_4x")
        #expect(UpscalerName.find("ESRGAN_4x", among: ["ESRGAN"]) == "ESRGAN")
        #expect(UpscalerName.find("sharp", among: ["Sharp", "sharp"]) == "sharp")
    }
}
