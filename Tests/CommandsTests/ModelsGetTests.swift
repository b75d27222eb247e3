import ArgumentParser
@testable import Commands
@testable import Downloads
import Foundation
import Testing

@Suite("Fetching models, as the command says it")
struct ModelsGetTests {
    static func plan(kind: ModelKind = .lora, size: Int? = 2_132_625_894) throws -> DownloadPlan {
        try DownloadPlan(
            HubModel(
                hub: "CivitAI", name: "Neon", page: "https://civitai.com/models/123?modelVersionId=456", revision: "456", kind: kind,
                license: "no commercial use", baseModels: ["SDXL 1.0"], triggerWords: ["neon light"],
                files: [
                    HubFile(
                        path: "neon.safetensors", address: "https://civitai.com/api/download/models/456", byteCount: size,
                        sha256: String(repeating: "ab", count: 32), secrets: [("Authorization", "Bearer secret")]),
                    HubFile(path: "other.safetensors", address: "https://civitai.com/api/download/models/456?size=full"),
                ]),
            named: "civitai:123", choice: FileChoice())
    }

    @Test("what would be fetched is a table, and one line of JSON; neither holds the token")
    func report() throws {
        let report = DownloadReport(try Self.plan(), folder: "/home/me/loras")
        #expect(report.text == """
            Model          neon.safetensors
            From           CivitAI, https://civitai.com/models/123?modelVersionId=456, 456
            Kind           LoRA
            License        no commercial use
            Base model     SDXL 1.0
            Trigger words  neon light
            Goes to        /home/me/loras/neon.safetensors

            FILE              SIZE     SHA-256
            neon.safetensors  2.13 GB  abababababab…

            2.13 GB in all.
            Left out: other.safetensors. --file takes one of them instead.

            """)
        #expect(report.summary == "neon.safetensors: LoRA from CivitAI, 1 file, 2.13 GB, license: no commercial use")
        let json = try #require(JSONSerialization.jsonObject(with: Data(report.json.utf8)) as? NSDictionary)
        #expect(json == [
            "source": "civitai:123", "hub": "CivitAI", "page": "https://civitai.com/models/123?modelVersionId=456", "revision": "456",
            "kind": "LoRA",
            "license": "no commercial use", "base_models": ["SDXL 1.0"], "trigger_words": ["neon light"],
            "path": "/home/me/loras/neon.safetensors",
            "bytes": 2_132_625_894, "notes": ["Left out: other.safetensors. --file takes one of them instead."],
            "files": [["path": "neon.safetensors", "bytes": 2_132_625_894, "sha256": String(repeating: "ab", count: 32)] as NSDictionary],
        ] as NSDictionary)
    }

    @Test("progress names bytes, speed and rest; without a terminal once for each tenth")
    func progress() {
        let start = ContinuousClock.now
        func state(_ bytes: Int, files: Int = 1) -> DownloadProgress {
            DownloadProgress(file: "a", filesDone: 0, fileCount: files, bytesDone: bytes, byteCount: 4_000_000_000)
        }
        let bar = ByteProgressLine(isInteractive: true)
        #expect(bar.line(state(1_000_000_000), at: start) == "1.0 GB of 4.0 GB  ██████░░░░░░░░░░░░░░░░░░")
        // What was there from before says nothing of the speed.
        #expect(bar.line(state(2_000_000_000), at: start + .seconds(10))
            == "2.0 GB of 4.0 GB  ████████████░░░░░░░░░░░░  100.0 MB/s, 20 s left")
        #expect(bar.line(state(2_000_000_000, files: 3), at: start + .seconds(20))?.hasSuffix("50.0 MB/s, 40 s left  0 of 3 files") == true)
        let lines = ByteProgressLine(isInteractive: false)
        let told = stride(from: 0, through: 4_000_000_000, by: 40_000_000).compactMap { lines.line(state($0), at: start) }
        #expect(told.count == 11 && told.last == "4.0 GB of 4.0 GB")
    }

    @Test("failures end with the exit code that the help promises", arguments: [
        (DownloadError.unreadable("x", hint: "y"), Int32(64)), (.severalFiles("x", names: ["a"]), 64), (.notFound("x", host: "h"), 65),
        (.wrongHash(file: "a", expected: "b", found: "c"), 65), (.connection(host: "h", reason: "r"), 69),
        (.notAllowed(host: "h", hint: "x"), 69), (.tooLittleSpace(folder: "f", needed: 2, free: 1), 74),
        (.taken(path: "p", reason: "r"), 74), (.cancelled, 130),
    ])
    func exitCodes(error: DownloadError, code: Int32) { #expect(CommandFailure(error).reason.rawValue == code) }

    @Test("a file's size is told when the disk has no room")
    func space() {
        #expect(DownloadError.tooLittleSpace(folder: "/models", needed: 7_000_000_001, free: 2_500_000).description
            == "\"/models\" has room for 2 MB, and 7001 MB are needed. Make room, or choose another folder with --into.")
    }
}
