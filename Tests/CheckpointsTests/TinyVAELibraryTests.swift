import Checkpoints
import Generation
import TestSupport
import Testing

@Suite("Tiny VAEs in a folder")
struct TinyVAELibraryTests {
    @Test("the file's name says which models it is for; safetensors come first, and two halves before one file", arguments: [
        ([], .sd1, []), (["taesdxl_decoder.pth"], .sd1, []), (["taesd_decoder.pth"], .sd1, ["taesd_decoder.pth"]),
        (["taesd_decoder.pth"], .sd2, ["taesd_decoder.pth"]), (["taesd_decoder.pth"], .sdxl, []),
        (["taesdxl_decoder.pth", "taesdxl_encoder.safetensors"], .sdxl, ["taesdxl_encoder.safetensors", "taesdxl_decoder.pth"]),
        (["taesd_decoder.pth", "taesd_decoder.safetensors"], .sd1, ["taesd_decoder.safetensors"]),
        (["taesd_decoder.pth", "taesd.safetensors"], .sd1, ["taesd.safetensors"]),
        (["taesd/diffusion_pytorch_model.safetensors"], .sd1, ["taesd/diffusion_pytorch_model.safetensors"]),
        (["my_taesd_decoder.pth", "taesd3_decoder.pth", "taesd_decoder.txt"], .sd1, []),
    ] as [([String], Family, [String])])
    func names(files: [String], family: Family, expected: [String]) throws {
        let folder = try TemporaryFolder()
        for file in files { _ = try folder.write([], to: file) }
        let found = TinyVAELibrary(paths: [folder.path]).files(for: family)
        #expect(found == expected.map { "\(folder.path)/\($0)" })
        // A file that somebody names is for all models.
        if let first = found.first { #expect(Family.allCases.allSatisfy { TinyVAELibrary(paths: [first]).files(for: $0) == [first] }) }
    }

    @Test("of several places the first that has something for the model counts")
    func severalPlaces() throws {
        let (first, second) = (try TemporaryFolder(), try TemporaryFolder())
        for file in ["taesd_decoder.pth"] { _ = try first.write([], to: file) }
        for file in ["taesd_decoder.pth", "taesdxl_decoder.pth"] { _ = try second.write([], to: file) }
        let library = TinyVAELibrary(paths: ["/nowhere", first.path, second.path])
        #expect(library.files(for: .sd1) == [first.path + "/taesd_decoder.pth"])
        #expect(library.files(for: .sdxl) == [second.path + "/taesdxl_decoder.pth"])
    }

    @Test("each half is there or is missed by its name; a file that cannot be used is told of when it is asked for, and no sooner")
    func halves() throws {
        let folder = try TemporaryFolder()
        let model = try TinyCheckpoint.sd1(vocabularySize: 8).writeSingleFile(in: folder)
        func opened() throws -> Checkpoint { try Checkpoint.open(model, tinyVAEs: TinyVAELibrary(paths: [folder.path + "/approx"])) }
        func missing(_ half: String) -> CheckpointError { .missingTinyVAE(folder: folder.path + "/approx", name: "taesd_\(half)") }
        func errors() throws -> [CheckpointError?] {
            let tiny = try #require(opened().tinyVAE)
            return [tiny.error(for: .tinyEncoder), tiny.error(for: .tinyDecoder)]
        }
        #expect(try errors() == [missing("encoder"), missing("decoder")])
        #expect("\(missing("decoder"))".contains("\"approx\". Put taesd_decoder.safetensors or taesd_decoder.pth there"))
        let before = try opened()
        #expect(before.isCurrent)

        _ = try folder.write(TinyVAEFile.bytes(halves: ["decoder"]), to: "approx/taesd_decoder.safetensors")
        #expect(try errors() == [missing("encoder"), nil])
        #expect(!before.isCurrent, "a tiny VAE that comes later is noticed")
        let found = try opened()
        #expect(found.isCurrent && found.files(of: .tinyDecoder).map(\.name) == ["taesd_decoder.safetensors"])
        #expect(found.identity != before.identity && found.files(of: .decoder).map(\.path) == before.files.map(\.path))

        _ = try folder.write(TinyVAEFile.bytes(latentChannels: 16), to: "approx/taesd_decoder.safetensors")
        let other = try errors()
        #expect(other.allSatisfy { "\($0.map(String.init(describing:)) ?? "")".contains("gives 16 for latent_channels") })
        _ = try folder.write([1, 2, 3], to: "approx/taesd_decoder.safetensors")
        #expect(try errors().allSatisfy { $0?.errorReason.name == .damagedFile || $0?.errorReason.name == .notAModel })
    }
}
