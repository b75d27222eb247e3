import Generation
import Sampling
import TestSupport
import Testing

@Suite("The table of a request's fields")
struct GenerationFieldTests {
    /// The stored properties of a value and of the values within it, by their paths. A nested value counts by its own properties, so that
    /// none of them can be forgotten; one with a name, as a sampler, counts by that.
    private static func properties(of value: Any, at path: String = "") -> [String: String] {
        let mirror = Mirror(reflecting: value)
        guard mirror.displayStyle == .struct, !mirror.children.isEmpty,
            !(value is any CustomStringConvertible) else { return [path: "\(value)"] }
        return mirror.children.reduce(into: [:]) { found, child in
            found.merge(properties(of: child.value, at: "\(path).\(child.label ?? "")")) { first, _ in first }
        }
    }

    @Test("has every stored property of a request and its recipe")
    func isWhole() {
        let usual = Self.properties(of: GenerationRequest(prompt: ""))
        let unusual = Self.properties(of: GenerationRequest.unusual)
        #expect(usual.count > 20)
        for (path, value) in usual { #expect(unusual[path] != value, "\(path) is in no field of the table") }
    }

    @Test("a value that was read can be set, and is the only one that changes", arguments: GenerationField.all.indices)
    func roundTrip(_ index: Int) throws {
        let field = GenerationField.all[index]
        let value = try #require(field.value(in: .unusual))
        var request = GenerationRequest(prompt: "")
        #expect(field.set(value, in: &request))
        #expect(field.value(in: request) == value)
        let usual = GenerationRequest(prompt: "")
        for other in GenerationField.all where other.key != field.key {
            #expect(other.value(in: request) == other.value(in: usual), "\(other.key)")
        }
    }

    @Test("no two fields have one key or one name")
    func names() {
        #expect(Set(GenerationField.all.map(\.key)).count == GenerationField.all.count)
        #expect(Set(GenerationField.all.map(\.name)).count == GenerationField.all.count)
    }

    @Test("a value of another kind, or text that stands for none, changes nothing")
    func wrong() {
        var request = GenerationRequest.unusual
        for field in GenerationField.all {
            let wrong: GenerationField.Value = if case .text = field.form { .flag(true) } else { .text("no such thing") }
            #expect(!field.set(wrong, in: &request), "\(field.key)")
        }
        #expect(request == .unusual)
    }

    @Test("words are read in any case, and a schedule that is fused to the sampler's name with it")
    func words() {
        var request = GenerationRequest(prompt: "")
        #expect(
            GenerationField.noise.set(.text("PHILOX"), in: &request) && GenerationField.sampler.set(.text("dpm++ 2m karras"), in: &request))
        #expect((request.noise, request.sampler, request.schedule) == (.philox, .dpmpp2M, .karras))
    }

    @Test("sizes and corners are two whole numbers", arguments: [
            ("1024x768", PictureSize(width: 1024, height: 768)), ("1X65536", PictureSize(width: 1, height: 65536)), ("0x8", nil),
            ("8", nil), ("8x", nil),
        ("8x8x8", nil), ("-8x8", nil), ("8x65537", nil), ("8 x8", nil), ("", nil), ("99999999999999999999x8", nil),
    ])
    func sizes(_ text: String, size: PictureSize?) { #expect(PictureSize(text: text) == size) }

    @Test("colours are six digits in any case, with or without their sign", arguments: [
            ("#336699", RGBColor(red: 0x33, green: 0x66, blue: 0x99)), ("ff8040", RGBColor(red: 255, green: 128, blue: 64)),
            ("#FFFFFF", .white), ("#000000", .black), ("#ff0000", RGBColor(red: 255, green: 0, blue: 0)),
            ("#00000a", RGBColor(red: 0, green: 0, blue: 10)),
        ("#fff", nil), ("", nil), ("#", nil), ("##33669", nil), ("+33669", nil), ("#3366990", nil), ("#33669g", nil), ("３３", nil),
        ("red", nil),
    ])
    func colors(_ text: String, color: RGBColor?) {
        #expect(RGBColor(text: text) == color)
        if let color { #expect(RGBColor(text: color.text) == color && color.text.hasPrefix("#")) }
    }

    @Test("fields of SD.Next's have its keys and its defaults", arguments: [
        ("grading_brightness", .number(0)), ("grading_contrast", .number(0)), ("grading_saturation", .number(0)),
        ("grading_hue", .number(0)), ("grading_gamma", .number(1)), ("grading_sharpness", .number(0)),
        ("grading_color_temp", .number(6500)),
        ("grading_shadows", .number(0)), ("grading_midtones", .number(0)), ("grading_highlights", .number(0)),
        ("grading_clahe_clip", .number(0)), ("grading_clahe_grid", .whole(8)), ("grading_shadows_tint", .text("#000000")),
        ("grading_highlights_tint", .text("#ffffff")), ("grading_split_tone_balance", .number(0.5)),
        ("grading_vignette", .number(0)), ("grading_grain", .number(0)), ("hdr_mode", .whole(0)), ("hdr_brightness", .number(0)),
        ("hdr_color", .number(0)),
        ("hdr_sharpen", .number(0)), ("hdr_clamp", .flag(false)), ("hdr_boundary", .number(4)), ("hdr_threshold", .number(0.95)),
        ("hdr_maximize", .flag(false)), ("hdr_max_center", .number(0.6)), ("hdr_max_boundary", .number(1)),
        ("hdr_color_picker", .text("#000000")), ("hdr_tint_ratio", .number(0)),
    ] as [(String, GenerationField.Value)])
    func sdnext(_ key: String, usual: GenerationField.Value) throws {
        let field = try #require(GenerationField.all.first { $0.key == key })
        #expect(field.value(in: GenerationRequest(prompt: "")) == usual)
        #expect(field.infotext(of: GenerationRequest(prompt: "")) == nil && field.infotext(of: .unusual) != nil)
    }

    @Test("corners are top and left", arguments: [
            ("0,128", CropOffset(top: 0, left: 128)), ("8, 9", CropOffset(top: 8, left: 9)), ("0x128", nil), ("-1,0", nil), ("1", nil),
            ("1,2,3", nil)
    ])
    func corners(_ text: String, corner: CropOffset?) { #expect(CropOffset(text: text) == corner) }
}
