import Foundation
import TestSupport
import Testing

@Suite("Precision by measurement, and compiling ahead")
struct AutoTests {
    private let easel: Easel

    init() throws { easel = try Easel() }

    @Test("auto is the default: the first picture measures and shows the table, the second remembers it")
    func auto() async throws {
        let first = try await draw()
        #expect(first.errors.contains("Measuring which precision suits the UNet on CPU"))
        #expect(first.errors.contains("→  f32") || first.errors.contains("→  bf16") || first.errors.contains("→  f16"))
        let second = try await draw()
        #expect(!second.errors.contains("Measuring"))
        let (table, again) = (try table(first), try table(second))
        #expect(table == again)
        #expect(table.component == "unet" && table.device == "CPU")
        let reference = try #require(table.rows.first { $0.precision == "f32" })
        #expect(reference.relative_error == 0)
        #expect(try #require(reference.seconds) > 0)
    }

    @Test("a bound that nothing but f32 keeps gives f32; a generous one takes the fastest")
    func bound() async throws {
        _ = try await draw()
        let strict = try await draw(environment: ["EASEL_AUTO_ERROR_BOUND": "1e-9"])
        #expect(try report(strict).precision["unet"] == "f32")
        let generous = try await draw(environment: ["EASEL_AUTO_ERROR_BOUND": "1"])
        let rows = try table(generous).rows
        let fastest = try #require(rows.min { ($0.seconds ?? .infinity) < ($1.seconds ?? .infinity) })
        // Within 5 % of each other, the more exact one is taken.
        let seconds = try #require(fastest.seconds)
        let chosen = try #require(rows.first { $0.precision == (try? report(generous).precision["unet"]) })
        #expect(try #require(chosen.seconds) * 0.95 <= seconds)
    }

    @Test("easel compile tells every compile; dynamic shapes need one for all sizes, static ones one for each")
    func compile() async throws {
        let environment = ["EASEL_OPENVINO_ACCURACY": "f32"]
        let fixed = try await easel(
            "compile", "--sizes", "128x128,192x128", "--shapes", "static", "--chunks", "3", "--json", environment: environment)
        #expect(fixed.exitCode == 0, "\(fixed.errors)")
        let compiles = try JSONDecoder().decode(Compiles.self, from: Data(fixed.lastLine.utf8)).compiles
        #expect(compiles.filter { $0.component == "unet" }.map(\.shape) == [
            "batch 2, latents 32×32, up to 4 chunks", "batch 2, latents 48×32, up to 4 chunks",
        ])
        #expect(compiles.allSatisfy { $0.reason == "preparation" && !$0.from_disk_cache })

        let dynamic = try await easel("compile", "--sizes", "128x128,192x128", "--json", environment: environment)
        #expect(try JSONDecoder().decode(Compiles.self, from: Data(dynamic.lastLine.utf8)).compiles.count == 3)
    }

    @Test("easel compile names each network and size in words, also where a model has two text encoders")
    func networksOfTwoEncoders() async throws {
        let model = try TinyCheckpoint.sdxl().writeSingleFile(in: easel.folder)
        let run = try await easel("compile", "--model", model, "--sizes", "128x96", environment: ["EASEL_OPENVINO_ACCURACY": "f32"])
        #expect(run.exitCode == 0, "\(run.errors)")
        #expect(run.errors.contains("Compiling the second text encoder for CPU in f32, 128x96\n"))
        let names = run.output.split(separator: "\n").dropFirst().map { $0.prefix { $0 != "C" } }
        #expect(names.map { String($0).trimmingCharacters(in: .whitespaces) } == ["text encoder", "second text encoder", "UNet", "VAE"])
    }

    @Test("bad values of easel compile are usage errors", arguments: [
        (["--sizes", "128x131"], "Height 131 is not a multiple of 8"), (["--sizes", "big"], "big"),
        (["--chunks", "0"], "Chunks 0 is out of range"),
        (["--batch-size", "0"], "Batch size 0 is out of range"),
    ])
    func badValues(_ arguments: [String], message: String) async throws {
        let run = try await easel.start(["compile"] + arguments).outcome()
        #expect(run.exitCode == 64)
        #expect(run.errors.contains(message))
    }

    private func draw(environment: [String: String] = [:]) async throws -> Easel.Outcome {
        let run = try await easel("generate", "red apple", "--steps", "1", "--seed", "1", "--json", environment: environment)
        #expect(run.exitCode == 0, "\(run.errors)")
        return run
    }

    private func report(_ run: Easel.Outcome) throws -> Report { try JSONDecoder().decode(Report.self, from: Data(run.lastLine.utf8)) }
    private func table(_ run: Easel.Outcome) throws -> Report.Table { try #require(report(run).precision_tables.first) }

    private struct Report: Decodable {
        struct Table: Decodable, Equatable {
            struct Row: Decodable, Equatable {
                let precision: String?
                let seconds: Double?
                let relative_error: Double?
            }

            let component: String
            let device: String
            let rows: [Row]
        }

        let precision: [String: String]
        let precision_tables: [Table]
    }

    private struct Compiles: Decodable {
        struct Compile: Decodable {
            let component: String
            let shape: String
            let reason: String
            let from_disk_cache: Bool
        }

        let compiles: [Compile]
    }
}
