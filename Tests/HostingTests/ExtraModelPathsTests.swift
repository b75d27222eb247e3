import TestSupport
import Testing

@testable import Hosting

@Suite("ComfyUI's extra_model_paths.yaml")
struct ExtraModelPathsTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func paths(_ text: String) throws -> ExtraModelPaths {
        try ExtraModelPaths(path: folder.write(text, to: "extra_model_paths.yaml")) { $0.replacing("~", with: "/home/ada") }
    }

    private func texts(_ text: String) throws -> [String] {
        try paths(text).entries.map { entry in
            let path = entry.path.hasPrefix(folder.path + "/") ? String(entry.path.dropFirst(folder.path.count + 1)) : entry.path
            return "\(entry.isFirst ? "first " : "")\(entry.kind): \(path)"
        }
    }

    @Test("paths, several below each other, comments, quotes and empty sections are read as ComfyUI does", arguments: [
        ("", []), ("# nothing\n", []), ("a1111:\n", []), ("comfyui:\n#  loras: x\n", []),
        ("a:\n  loras: x/\n", ["loras: x"]), ("a:\r\n  loras: x\r\n", ["loras: x"]),
        ("\u{FEFF}a:\n  loras: /x\n", ["loras: /x"]),
        ("a:\n  base_path: ~/sd/ # here\n  checkpoints: \"models/My Models\"\n", ["checkpoints: /home/ada/sd/models/My Models"]),
        ("a:\n  checkpoints: m\n  base_path: /sd\n", ["checkpoints: /sd/m"]),
        (
            "a:\n  base_path: /sd\n  loras: |\n     models/Lora\n     models/LyCORIS\n\n  vae: /v\n",
            ["loras: /sd/models/Lora", "loras: /sd/models/LyCORIS", "vaes: /v"]
        ),
        ("a:\n  is_default: true\n  unet: u\n  diffusion_models: d\n", ["first unets: u", "first unets: d"]),
        ("a:\n  upscale_models: u\n  vae_approx: t\n  controlnet: c\n", ["upscalers: u", "tinyVAEs: t", "controlNets: c"]),
        ("a:\n  custom_nodes: n\n  clip_vision: c\n  loras:\n", []),
        ("a:\n  clip: c\n  text_encoders: t\n", ["textEncoders: c", "textEncoders: t"]),
        ("a:\n  loras: x\nb:\n  base_path: /b\n  loras: y\n", ["loras: x", "loras: /b/y"]),
    ] as [(String, [String])])
    func good(text: String, entries: [String]) throws {
        #expect(try texts(text) == entries)
    }

    @Test("what cannot be read is an error with its line", arguments: [
        ("loras\n", 1, "it does not begin with a name and a colon"), ("- a\n", 1, "it does not begin"),
        ("a: b\n", 1, "\"a\" has no folders below it"), ("a:\n  loras:\n    - x\n", 3, "\"loras\" is not a path"),
        ("a:\n  loras:\n    x: y\n", 3, "\"loras\" is not a path"), ("a:\n  base_path: [x]\n  loras: y\n", 2, "base_path is not a path"),
        ("a:\n\tloras: x\n", 2, ""), ("a:\n  loras: \"x\n", 3, ""), ("a:\n  loras: x\n b: y\n", 3, ""), ("a:\n  loras: *x\n", 2, ""),
        ("a:\n  loras: x\n  loras: y\n", nil, "\"loras\" stands there twice"), ("a:\n  - [", 3, ""),
    ] as [(String, Int?, String)])
    func bad(text: String, line: Int?, reason: String) throws {
        let error = try #require(throws: ExtraModelPathsError.self) { try paths(text) }
        if let line { #expect(error.line == line, "\(error)") }
        #expect(error.reason.contains(reason) && error.description.hasPrefix(folder.path + "/extra_model_paths.yaml"))
        #expect(error.description.hasSuffix(". Its folders are left out."))
    }

    @Test("a file that is too large, not UTF-8 or nested without end is refused, and none that is missing passes")
    func hostile() throws {
        #expect(throws: ExtraModelPathsError.self) { try paths(String(repeating: "#", count: ExtraModelPaths.largestFile + 1)) }
        #expect(throws: ExtraModelPathsError.self) { try paths("a:\n  loras: " + String(repeating: "[", count: 500_000)) }
        let latin = try folder.write([0x61, 0x3A, 0x0A, 0x20, 0x62, 0x3A, 0x20, 0xE9, 0x0A], to: "latin.yaml")
        #expect(throws: ExtraModelPathsError(path: latin, line: nil, reason: "it is not UTF-8")) { try ExtraModelPaths(path: latin) { $0 } }
        #expect(throws: ExtraModelPathsError.self) { try ExtraModelPaths(path: folder.path + "/none.yaml") { $0 } }
    }
}
