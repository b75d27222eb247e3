import Foundation
import Generation
import TestSupport
import Testing

@testable import Checkpoints

@Suite("Upscalers by name")
struct UpscalerLibraryTests {
    private let first: TemporaryFolder
    private let second: TemporaryFolder
    private let library: UpscalerLibrary

    init() throws {
        (first, second) = (try TemporaryFolder(), try TemporaryFolder())
        library = UpscalerLibrary(folders: [first.path, "/no/such/folder", second.path])
        let file = try Data(contentsOf: Fixture.url("upscalers/compact-2x.pth"))
        for name in ["b.pth", "RealESRGAN_x4plus.pth", "Lanczos.pth", "notes.txt", ".hidden.pth"] { try first.write([UInt8](file), to: name) }
        for name in ["B.pth", "sub/4x-UltraSharp.pth", "a.pth"] { try second.write([UInt8](file), to: name) }
        try second.write("no network", to: "damaged.pth")
    }

    @Test("built-in ones come first, then files without regard to case; the first folder's keep their names")
    func names() {
        #expect(library.names == ["None", "Lanczos", "Nearest", "4x-UltraSharp", "a", "b", "damaged", "RealESRGAN_x4plus"])
        #expect(library.entry(named: "B")?.path == first.path + "/b.pth")
        #expect(UpscalerLibrary().names == ["None", "Lanczos", "Nearest"])
    }

    @Test("names are read in any case, with their ending, and as A1111 calls its downloads", arguments: [
        ("none", "None"), ("LANCZOS", "Lanczos"), ("nearest", "Nearest"), ("4X-ultrasharp", "4x-UltraSharp"),
        ("4x-UltraSharp.pth", "4x-UltraSharp"), ("R-ESRGAN 4x+", "RealESRGAN_x4plus"), ("r-esrgan 4X+", "RealESRGAN_x4plus"),
        ("R-ESRGAN 2x+", nil), ("c", nil), ("", nil), ("notes", nil),
    ] as [(String, String?)])
    func lookup(text: String, name: String?) {
        #expect(library.entry(named: text)?.name == name)
    }

    @Test("a name that there is not is refused with all that are there")
    func refusal() throws {
        try library.validate("nearest", field: .upscaler)
        let error = try #require(throws: InvalidRequest.self) { try library.validate("x4", field: .upscaler, otherNames: ["Latent"]) }
        #expect(error.field == "upscaler")
        #expect(error.errorReason == .unknownChoice("x4", of: ["Latent"] + library.names))
        #expect(error.description.contains(first.path))
    }

    @Test("files are opened once, and again when they have changed; damaged ones tell why")
    func opening() throws {
        let entry = try #require(library.entry(named: "a"))
        #expect(library.scale(of: entry) == 2)
        guard case .network(let file) = try library.upscaler(entry) else { throw CocoaError(.fileNoSuchFile) }
        #expect(file.isCurrent)
        try second.write("another file", to: "a.pth")
        #expect(!file.isCurrent)
        #expect(throws: CheckpointError.self) { try library.upscaler(entry) }
        #expect(library.scale(of: entry) == nil)
        let nearest = try #require(library.entry(named: "Nearest"))
        guard case .builtIn(.nearest) = try library.upscaler(nearest) else { throw CocoaError(.fileNoSuchFile) }
        #expect(library.scale(of: nearest) == 1)
    }
}
