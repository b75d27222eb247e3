import Checkpoints
import Diffusion
import Foundation
import Logging
import Settings
import TestSupport
import Testing
import WebAPI

@testable import Hosting

@Suite("Folders that come while a server runs")
struct RefreshTests {
    @Test("a program's folders that come later are found at a refresh, for models, LoRAs, upscalers and VAEs")
    func later() async throws {
        let home = try TemporaryFolder()
        let environment = ["HOME": home.path, "XDG_DATA_HOME": home.path + "/data"]
        let folders = UserFolders(environment: environment)
        let start = SafetensorsWriter.file(header: "{}")
        try home.write(start, to: "sd/models/Stable-diffusion/first.safetensors")
        let settings = try EaselSettings(environment: ["EASEL_MODEL_FOLDERS": home.path + "/sd:" + home.path + "/late"])
        let host = ModelHost(
            LiveSettings(settings),
            library: ModelLibrary(settings, environment: environment, executable: URL(filePath: "/nowhere/bin/easel")),
            folders: folders, resources: try .open(settings: settings, folders: folders),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        #expect(await host.models().map(\.name) == ["first"])
        for file in [
            "sd/models/Lora/ink.safetensors", "sd/models/ESRGAN/4x.pth", "late/models/checkpoints/second.safetensors",
            "late/models/loras/film.safetensors", "sd/embeddings/neg.pt",
        ] { try home.write(start, to: file) }
        #expect(await host.loras.isEmpty)

        await host.refresh()
        #expect(await host.models().map(\.name) == ["first", "second"])
        #expect(await host.loras.map(\.name) == ["film", "ink"])
        #expect(host.upscalerLibrary.names.last == "4x")
        #expect(await host.promptResources().loras == ["film", "ink"])
        #expect(await host.modelFolders().contains(home.path + "/late/models/checkpoints"))
    }
}
