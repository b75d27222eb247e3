import Checkpoints
import Compilation
import Diffusion
import Files
import Foundation
import Generation
import ImageCodecs
import Jobs
import Logging
import Sampling
import Settings
import Synchronization
import Tensors
import TestSupport
import Testing
import WebAPI

@testable import Hosting

@Suite("The models of a server", .timeLimit(.minutes(30)))
struct ModelHostTests {
    private let home: TemporaryFolder
    private let settings: LiveSettings
    private let host: ModelHost
    private let told = Told()

    init() throws {
        home = try TemporaryFolder()
        _ = try TinyCheckpoint.sd1().writeFolder(in: home, name: "data/easel/models/tiny")
        var values = EaselSettings()
        values.requests.model = "tiny"
        // What `auto` measures is tested elsewhere.
        values.openvinoAccuracy = .f32
        settings = LiveSettings(values, file: nil)
        let environment = ["XDG_DATA_HOME": home.url.appending(path: "data").path, "XDG_CACHE_HOME": home.url.appending(path: "cache").path]
        host = ModelHost(
            settings, library: ModelLibrary(environment: environment, executable: home.url.appending(path: "bin/easel")),
            folders: UserFolders(environment: environment), resources: .init(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            onEvent: { [told] event in told.events.withLock { $0.append(event) } })
    }

    private func request(_ prompt: String = "a cat", side: Int = 32) -> GenerationRequest {
        var request = GenerationRequest(prompt: prompt)
        (request.width, request.height, request.steps) = (side, side, 2)
        return request
    }

    @Test("a model is opened when it is first drawn with, and pictures carry its name and the hash of its file")
    func drawing() async throws {
        #expect(await host.readiness == .loading(model: "tiny"))
        #expect(await host.models().map(\.isLoaded) == [false])
        let painted = try await host.draw([request()], model: "tiny") { _ in }
        #expect(painted.map(\.pictures.count) == [1])
        #expect(painted[0].pictures[0].infotext.contains("Model: tiny,"))
        let model = try #require(await host.models().first)
        #expect(model.isLoaded && model.name == "tiny" && model.file == "tiny")
        #expect(painted[0].pictures[0].infotext.contains("Model hash: \(try #require(model.sha256).prefix(10))"))
        #expect(await host.readiness == .ready(model: "tiny"))
    }

    @Test("workers_per_device has workers come and go; they draw the same pictures side by side, from networks that are compiled once")
    func workers() async throws {
        var workers = await host.workers().makeAsyncIterator()
        #expect(await workers.next()?.map(\.id) == ["painter"])
        try settings.change(["workers_per_device": "2", "openvino_devices": "CPU"])
        await host.takeUpSettings()
        let present = try #require(await workers.next()).map(\.id)
        #expect(present == ["CPU", "CPU #2"])
        let request = request()
        async let first = host.draw([request], model: "tiny", by: present[0]) { _ in }
        async let second = host.draw([request], model: "tiny", by: present[1]) { _ in }
        let (one, two) = try await (first, second)
        #expect(one[0].images == two[0].images)
        #expect(await host.compilations().history.count == 3, "text encoder, UNet and VAE, for both")
        #expect(await host.models().map(\.name) == ["tiny"])
        #expect(await host.fidelity().components.count == 3)

        try settings.change(["workers_per_device": "0"])
        await host.takeUpSettings()
        #expect(await workers.next()?.map(\.id) == ["painter"])
    }

    @Test("each of the UNet's devices has workers, first in their lists and with the others to fall back to", arguments: [
        (0, ["GPU.1", "GPU.0"], [] as [String], ["painter": ["GPU.1", "GPU.0"]]),
        (1, ["GPU.1", "GPU.0"], [], ["GPU.1": ["GPU.1", "GPU.0"], "GPU.0": ["GPU.0", "GPU.1"]]),
        (2, ["GPU.1"], [], ["GPU.1": ["GPU.1"], "GPU.1 #2": ["GPU.1"]]), (1, [], [], ["GPU.1": ["GPU.1"]]),
        (1, ["CPU"], ["GPU.0", "CPU"], ["GPU.0": ["GPU.0", "CPU"], "CPU": ["CPU", "GPU.0"]]),
    ])
    func devicesOfWorkers(perDevice: Int, devices: [String], ofUNet: [String], expected: [String: [String]]) throws {
        var settings = EaselSettings()
        settings.workersPerDevice = perDevice
        settings.openvinoDevices = devices
        settings.openvinoDevicesPerComponent.denoise = ofUNet
        let found = ["CPU", "GPU.0", "GPU.1"]
        let workers = try settings.ofWorkers(found: found).map { ($0.worker, try $0.settings.choices(found: found).denoise.devices) }
        #expect(Dictionary(uniqueKeysWithValues: workers) == expected)
    }

    @Test("pictures are enlarged without a model, and files say how; unknown upscalers are refused with the list")
    func upscaling() async throws {
        let compact = try Data(contentsOf: Fixture.url("upscalers/compact-2x.pth"))
        try home.write([UInt8](compact), to: "data/easel/upscalers/RealESRGAN_x2plus.pth")
        let name = "R-ESRGAN 2x+"
        var request = GenerationRequest(prompt: "")
        request.sourcePictures = [InputPicture(sha256: String(repeating: "1", count: 64))].compactMap(\.self)
        (request.upscaling.mode, request.upscaling.upscaler) = (.plain, name)
        #expect(host.upscalerLibrary.names == ["None", "Lanczos", "Nearest", "RealESRGAN_x2plus"])
        try await host.validate(JobRequest(model: name, generation: request))
        let host = ModelHost(
            settings, library: ModelLibrary(folders: []), folders: UserFolders(environment: ["XDG_DATA_HOME": home.path + "/data"]),
            resources: .init(), inputPictures: OnePicture(), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let result = try await host.draw([request], model: name) { _ in }[0]
        #expect((result.images[0].width, result.images[0].height) == (48, 32))
        let picture = result.pictures[0]
        #expect((picture.infotext, picture.prompt, picture.seed) == (OnePicture.infotext, "a cat", 5))
        #expect(result.pictures[0].postprocessing.hasPrefix("Postprocess upscale by: 2, Postprocess upscaler: R-ESRGAN 2x+, Device: CPU"))
        #expect(await host.models().isEmpty)

        request.upscaling.upscaler = "4x-UltraSharp"
        let refused = JobRequest(model: name, generation: request)
        let error = await #expect(throws: InvalidRequest.self) { try await host.validate(refused) }
        #expect(error?.errorReason == .unknownChoice("4x-UltraSharp", of: host.upscalerLibrary.names))
    }

    private struct OnePicture: InputPictureSource {
        static let infotext = "a cat\nSteps: 3, Sampler: Euler, Seed: 5"

        func image(of picture: InputPicture) -> InputImage {
            InputImage(RGBImage(width: 24, height: 16, pixels: .init(repeating: 90, count: 24 * 16 * 3)), parameters: Self.infotext)
        }
    }

    @Test("a model that nobody has is refused by its name, and no path is one", arguments: ["sd99", "../tiny", "/etc/passwd", ""])
    func unknownModel(name: String) async {
        let error = await #expect(throws: InvalidRequest.self) { _ = try await host.draw([request()], model: name) { _ in } }
        #expect(error?.field == "model")
        #expect(error?.description.contains("\"\(name)\"") == true)
    }

    fileprivate typealias Change = @Sendable (inout GenerationRequest) -> Void

    @Test("what a model refuses is refused before it is opened, and with it open, in the same words", arguments: [
        ("styles", { @Sendable in $0.styles = ["nope"] }, "There is no style \"nope\""),
        ("clip_skip", { @Sendable in $0.clipSkip = 9 }, "Clip skip 9 is out of range"),
        ("steps", { @Sendable in ($0.sampler, $0.steps) = (.lcmDiffusers, 51) }, "51"), ("width", { @Sendable in $0.width = 500 },
            "Width 500"),
    ] as [(String, Change, String)])
    fileprivate func validation(field: String, change: Change, message: String) async throws {
        var wrong = request()
        change(&wrong)
        let job = JobRequest(model: "tiny", generation: wrong)
        let closed = await #expect(throws: InvalidRequest.self) { try await host.validate(job) }
        #expect(closed?.field == field && closed?.description.contains(message) == true)
        #expect(await host.models().map(\.isLoaded) == [false])
        try await host.validate(JobRequest(model: "tiny", generation: request()))
        try await host.load("tiny")
        let open = await #expect(throws: InvalidRequest.self) { try await host.validate(job) }
        #expect(open == closed)
    }

    @Test("a job for a model that is not there, or whose file is no checkpoint, is refused at once")
    func validatedModel() async throws {
        try Data("no checkpoint".utf8).write(to: home.url.appending(path: "data/easel/models/broken.safetensors"))
        for name in ["broken", "nobody"] {
            let error = await #expect(throws: InvalidRequest.self) {
                try await host.validate(JobRequest(model: name, generation: request()))
            }
            #expect(
                error?.field == "model" && error?.description.contains(name) == true && error?.description.contains(home.url.path) == false)
        }
    }

    @Test("models tell their native size before they are open, and their hash once it is known")
    func summaries() async throws {
        let before = try #require(await host.models().first)
        #expect((before.isLoaded, before.nativeSize, before.sizeMultiple, before.sha256) == (false, 512, 8, nil))
        try await host.load("tiny")
        _ = await host.currentModel?.publishedHash
        let after = try #require(await host.models().first)
        #expect(after.isLoaded && after.nativeSize == 512 && after.sha256?.count == 64)
    }

    @Test("models tell what suits them before they are open")
    func suits() async throws {
        let name = "data/easel/models/photon_lcm.safetensors"
        _ = try TinyCheckpoint.minimal().writeSingleFile(in: home, name: name, metadata: [:])
        let models = await host.models()
        #expect(models.map(\.name) == ["photon_lcm", "tiny"])
        #expect(models.map(\.suits) == [SuitableSettings(.lcm, foundBy: "by its name"), nil])
    }

    @Test("who only looks for a hash does not wait for it")
    func hash() async {
        let gate = Gate(isOpen: false)
        let hash = HashInProgress { (try? await gate.pass()).map { "6ce0" } }
        await gate.arrivals(reach: 1)
        #expect(hash.known == nil)
        gate.open()
        #expect(await hash.value == "6ce0")
        #expect(hash.known == "6ce0")
    }

    @Test("a file that is no checkpoint is refused with the reason and without its path; the model before it stays ready")
    func brokenFile() async throws {
        try home.write(SafetensorsWriter.file(header: "{]"), to: "data/easel/models/broken.safetensors")
        func refusal() async -> InvalidRequest? { await #expect(throws: InvalidRequest.self) { try await host.load("broken") } }
        let first = try #require(await refusal())
        #expect(first.field == "model" && first.description.contains("broken.safetensors") && !first.description.contains(home.url.path))
        #expect(first.errorReason.name == .damagedFile && first.errorReason.values["file"] == "broken.safetensors")
        #expect(await host.readiness == .failed(model: "broken", reason: PublicReason(first.errorReason, first.description)))
        try await host.load("tiny")
        #expect(await refusal() == first)
        #expect(await host.readiness == .ready(model: "tiny"))
        #expect(await host.models().map(\.nativeSize) == [nil, 512])
    }

    @Test("a file whose weights are not understood is refused by the weight's name when it is loaded")
    func misunderstoodFile() async throws {
        var tensors = TinyCheckpoint.minimal().singleFileTensors()
        let index = try #require(tensors.firstIndex { $0.key == "model.diffusion_model.out.2.weight" })
        tensors[index].elementType = .i16
        try home.write(SafetensorsWriter.file(tensors), to: "data/easel/models/odd.safetensors")
        let error = try #require(await #expect(throws: InvalidRequest.self) { try await host.load("odd") })
        #expect(error.description.hasPrefix("Tensor \"model.diffusion_model.out.2.weight\" in \"odd.safetensors\" (i16"))
    }

    @Test("a setting says for all models what they predict, and their own size follows")
    func prediction() async throws {
        _ = try TinyCheckpoint.sd2().writeSingleFile(in: home, name: "data/easel/models/sd2.safetensors")
        func size() async -> Int? { await host.models().first { $0.name == "sd2" }?.nativeSize }
        #expect(await size() == 768)
        try settings.change(["prediction": "epsilon"])
        #expect(await size() == 512)
        #expect(try await host.model("sd2").pipeline.checkpoint.scheduler.prediction == .epsilon)
        try settings.change(["prediction": "auto"])
        #expect(await size() == 768)
        #expect(try await host.model("sd2").pipeline.checkpoint.scheduler.prediction == .velocity)
    }

    @Test("a model that a device is missing for is unavailable")
    func missingDevice() async throws {
        try settings.change(["openvino_devices": "GPU.7"])
        let error = await #expect(throws: ModelUnavailable.self) { try await host.load("tiny") }
        #expect(error?.reason.contains("GPU.7") == true)
    }

    @Test("a model whose file is put in place of another is opened again")
    func changedFile() async throws {
        _ = try await host.draw([request()], model: "tiny") { _ in }
        let before = await host.models().first?.sha256
        try FileManager.default.removeItem(at: home.url.appending(path: "data/easel/models/tiny"))
        _ = try TinyCheckpoint.sd2().writeFolder(in: home, name: "data/easel/models/tiny")
        _ = try await host.draw([request()], model: "tiny") { _ in }
        #expect(await host.models().first?.sha256 != before)
    }

    @Test(
        "a file that is rewritten while it is drawn with costs that picture only; whole again, it draws as before",
        arguments: [true, false])
    func rewrittenFile(staysCut: Bool) async throws {
        let expected = try await host.draw([request()], model: "tiny") { _ in }[0]
        let model = try #require(await host.currentModel)
        let unet = try #require(model.pipeline.checkpoint.files.first { $0.path.contains("/unet/") })
        let content = try Data(contentsOf: URL(filePath: unet.path))
        // Other weights of the same length are written over the file during the first step.
        let error = await #expect(throws: DiffusionError.self) {
            _ = try await host.draw([request()], model: "tiny") { event in
                guard event == .denoising(done: 0, total: 2) else { return }
                if staysCut { truncate(unet.path, 4096) } else {
                    try? Data(content.reversed()).write(to: URL(filePath: unet.path), options: [])
                }
            }
        }
        #expect(error?.description.contains("unet/\(URL(filePath: unet.path).lastPathComponent)\" was changed by another program") == true)
        // A file that is not whole is refused in its own words.
        await #expect(throws: DiffusionError.self) { _ = try await host.draw([request()], model: "tiny") { _ in } }
        try content.write(to: URL(filePath: unet.path), options: [])
        let again = try await host.draw([request()], model: "tiny") { _ in }[0]
        #expect(again.images == expected.images)
        #expect(again.moves.isEmpty)
    }

    @Test("models are opened again when a setting that they depend on changes, and for no other")
    func changedSettings() async throws {
        _ = try await host.draw([request()], model: "tiny") { _ in }
        let first = await host.currentModel
        try settings.change(["clip_skip": "2", "queue_capacity": "7"])
        _ = try await host.draw([request()], model: "tiny") { _ in }
        #expect(await host.currentModel === first)
        try settings.change(["shapes": "static"])
        _ = try await host.draw([request()], model: "tiny") { _ in }
        #expect(await host.currentModel !== first)
        #expect(
            await host.compilations().ready.first { $0.record.stage == .denoise }?.record.shape == "batch 2, latents 4×4, up to 4 chunks")
    }

    @Test("settings that a model depends on are taken up when they change, and told once it is ready; others change nothing")
    func takenUp() async throws {
        try await host.load("tiny")
        let first = await host.currentModel
        try settings.change(["clip_skip": "2"])
        await host.takeUpSettings()
        try settings.change(["openvino_accuracy": "performance"])
        await host.takeUpSettings()
        while told.readiness.count < 3 { try await Task.sleep(for: .milliseconds(10)) }
        #expect(told.readiness == [.ready(model: "tiny"), .loading(model: "tiny"), .ready(model: "tiny")])
        #expect(await host.currentModel !== first)
        #expect(await host.currentModel?.pipeline.placements.denoise.arithmetic == .performance)
    }

    @Test("without a model, devices tell why and there is no verdict; a change that heals is taken up at once")
    func healing() async throws {
        try await host.load("tiny")
        try settings.change(["openvino_devices": "GPU.7"])
        await host.takeUpSettings()
        while told.readiness.count < 3 { try await Task.sleep(for: .milliseconds(10)) }
        guard case .failed("tiny", let reason)? = told.readiness.last else { throw ModelUnavailable(reason: "not failed") }
        let devices = await host.devices()
        #expect(devices.problem == reason.description && reason.description.contains("GPU.7"))
        #expect(devices.problemReason == .noDevice && devices.problemValues?["name"] == "GPU.7")
        #expect(devices.devices.contains { $0.name == "CPU" })
        #expect(devices.assignments.isEmpty && devices.measurements.isEmpty)
        let fidelity = await host.fidelity()
        #expect(fidelity.model == nil && fidelity.isWithinBounds == nil && fidelity.verdict == nil)

        // The opener that is there is one for these settings: nothing else has to be opened.
        try settings.change(["openvino_devices": nil])
        await host.takeUpSettings()
        #expect(await host.readiness == .loading(model: "tiny"))
        while told.readiness.count < 5 { try await Task.sleep(for: .milliseconds(10)) }
        #expect(told.readiness.last == .ready(model: "tiny"))
        #expect(await host.devices().problem == nil)
    }

    @Test("a stage that ran in another precision than was asked for is told", arguments: [
        ("f16", nil),
        ("f32", Notice(
            .otherPrecision, ["device": "GPU", "component": "unet", "wanted": "f16", "actual": "f32"],
            "GPU does not compute in f16: the UNet ran in f32.")),
        ("mixed", Notice(
            .untoldPrecision, ["device": "GPU", "component": "unet", "wanted": "f16"],
            "GPU does not say what it computes the UNet in; f16 was asked for.")),
    ])
    func precisions(precision: String, notice: Notice?) {
        let asked = Placement(device: "GPU", precision: .f16)
        #expect(asked.precisionNotice(.denoise, device: "GPU", precision: precision) == notice)
    }

    @Test("devices of changed settings are checked before they are stored, whether or not a model is open")
    func checkedDevices() async throws {
        let proposal = try settings.proposed(["openvino_devices_unet": "GPU.7"])
        let error = await #expect(throws: InvalidRequest.self) {
            try await host.checkDevices(in: proposal.settings, keys: proposal.changed)
        }
        #expect(error?.field == "openvino_devices_unet")
        #expect(error?.description.hasPrefix("There is no device \"GPU.7\" here. OpenVINO finds: CPU") == true)
        await #expect(throws: Never.self) { try await host.checkDevices(in: proposal.settings, keys: ["clip_skip"]) }
    }

    @Test("a check and a comparison say why the model cannot be loaded")
    func unavailable() async throws {
        try settings.change(["openvino_devices": "GPU.7"])
        let check = await #expect(throws: ModelUnavailable.self) { try await host.checkFidelity() }
        let comparison = await #expect(throws: ModelUnavailable.self) { try await host.compare(request()) }
        #expect(check == comparison && check?.reason.contains("GPU.7") == true)
    }

    @Test("jobs of one shape are one group; on a CPU every size is")
    func groups() async throws {
        _ = try await host.draw([request()], model: "tiny") { _ in }
        func group(_ side: Int) async -> CompileGroup { await host.group(of: JobRequest(model: "tiny", generation: request(side: side))) }
        #expect(await group(32) == CompileGroup(model: "tiny", shape: "any shape"))
        #expect(await group(32) == group(64))
        try settings.change(["shapes": "static"])
        _ = try await host.draw([request()], model: "tiny") { _ in }
        #expect(await group(32) != group(64))
    }

    @Test("what is compiled is listed with its hits, and can be dropped by its id")
    func compilations() async throws {
        for _ in 0..<2 { _ = try await host.draw([request()], model: "tiny") { _ in } }
        let ready = await host.compilations().ready
        #expect(Set(ready.map(\.record.stage)) == Set(Stage.allCases))
        let unet = try #require(ready.first { $0.record.stage == .denoise })
        #expect(unet.hits >= 1)
        #expect(await host.dropCompilations("none") == 0)
        #expect(await host.dropCompilations(unet.id) == 1)
        #expect(await host.compilations().ready.count == ready.count - 1)
        #expect(await host.dropCompilations(nil) == ready.count - 1)
        #expect(await host.compilations().history.count == ready.count)
    }

    @Test("a check fills the rows of all components; CPU f32 is within bounds of itself")
    func fidelity() async throws {
        #expect(await host.fidelity().components.isEmpty)
        _ = try await host.draw([request()], model: "tiny") { _ in }
        let summary = try await host.checkFidelity()
        #expect(summary.isWithinBounds == true && summary.model == "tiny")
        #expect(summary.components.map(\.component) == Stage.allCases)
        #expect(summary.components.allSatisfy { $0.relativeError.map { $0 < 1e-5 } ?? false })

        // Those within bounds, too, and each time; the same are told to whoever listens.
        let again = try await host.checkFidelity()
        #expect(summary.events.map(\.finding) == ["baseline", "baseline", "baseline"])
        #expect(again.events.map(\.finding) == summary.events.map(\.finding) + ["within_bounds", "within_bounds", "within_bounds"])
        #expect(again.events.map(\.component) == Stage.allCases + Stage.allCases)
        #expect(
            again.events.allSatisfy { $0.relativeError != nil && $0.model == "tiny" && $0.device == "CPU" && $0.precision == "f32"
                && $0.response == "none" })
        #expect(again.events.map(\.bound) == [0.001, 0.01, 0.01, 0.001, 0.01, 0.01])
        while told.notices.count < again.events.count { try await Task.sleep(for: .milliseconds(10)) }
        #expect(told.notices == again.events)
    }

    @Test("models tell when they are loaded, and when they cannot be")
    func readiness() async throws {
        try home.write(SafetensorsWriter.file(header: "{]"), to: "data/easel/models/broken.safetensors")
        try await host.load("tiny")
        try? await host.load("broken")
        #expect(told.readiness == [.ready(model: "tiny"), .loading(model: "broken"), .ready(model: "tiny")])
    }

    @Test("a picture is compared with the reference's; that of CPU f32 is equal")
    func comparison() async throws {
        // It opens the model, if nobody has.
        let comparison = try await host.compare(request())
        #expect(
            (comparison.model, comparison.isEqual, comparison.psnr, comparison.ssim, comparison.amplification) == (
                "tiny", true, nil, 1, 10))
        #expect(comparison.reference == comparison.drawn && comparison.reference != comparison.difference)
        let file = try #require(Data(base64Encoded: String(comparison.reference.trimmingPrefix("data:image/png;base64,"))))
        #expect(try DecodedImage(decoding: [UInt8](file)).image.width == 32)
        var skipping = request()
        skipping.clipSkip = 12
        let error = await #expect(throws: InvalidRequest.self) { try await host.compare(skipping) }
        #expect(error?.field == "clip_skip")
    }

    @Test("a prompt is explained by tokens and chunks, as A1111 counts them")
    func explanation() async throws {
        let short = try await host.explain(PromptRequest("a (red:1.5) cat"))
        #expect((short.tokenCount, short.tokenCapacity) == (3, 75))
        #expect(short.chunks == [[.init(text: "a", weight: 1), .init(text: "red", weight: 1.5), .init(text: "cat", weight: 1)]])
        let long = try await host.explain(PromptRequest(String(repeating: "cat ", count: 100) + "<lora:film:0.8>"))
        #expect((long.tokenCount, long.tokenCapacity, long.chunks.count) == (100, 150, 2))
        #expect(long.warnings == ["There is no LoRA \"film\" that can be used."])
        let scheduled = try await host.explain(PromptRequest("[a:b:2] AND c", steps: 4, sampler: .heun, scheduleCounting: .a1111))
        #expect(scheduled.schedules == [[.init(until: 3, text: "a"), .init(until: 7, text: "b")], [.init(until: 7, text: " c")]])
    }

    @Test("parts, schedules, characters of several tokens, and what is likely not meant are told")
    func parts() async throws {
        let summary = try await host.explain(PromptRequest("a [red:猫:2] (cat:1.3) AND dog :0.5 AND (__nope__ <lora:film:1>", steps: 4))
        #expect(summary.parts.map(\.weight) == [1, 0.5, 1])
        #expect(summary.parts.map(\.text) == ["a [red:猫:2] (cat:1.3)", " dog", " (__nope__"])
        #expect(summary.parts[0].schedule == [.init(until: 2, text: "a red (cat:1.3)"), .init(until: 4, text: "a 猫 (cat:1.3)")])
        // The longest text of the schedule.
        #expect(summary.parts[0].chunks == [[
            .init(text: "a", weight: 1), .init(text: "猫", weight: 1, tokens: 3), .init(text: "cat", weight: 1.3),
        ]])
        #expect(summary.chunks == summary.parts[0].chunks && summary.tokenCount == 5)
        #expect(summary.problems.map(\.reason) == [.unclosed, .unknownWildcard, .loraIgnored, .unknownLanguage])
        #expect((summary.problems[0].sign, summary.problems[0].at) == ("(", 39))
        #expect(summary.problems.map(\.name) == [nil, "nope", "film", nil] && summary.problems[3].characters == 1)
        #expect(summary.warnings == summary.problems.map(\.message))
        #expect(summary.expanded == "a [red:猫:2] (cat:1.3) AND dog :0.5 AND (__nope__ <lora:film:1>")
    }

    @Test("devices tell where each component runs")
    func devices() async throws {
        _ = try await host.draw([request()], model: "tiny") { _ in }
        let devices = await host.devices()
        #expect(devices.devices.first { $0.name == "CPU" }?.modes["accuracy"] == "f32")
        #expect(devices.assignments.map(\.precision) == ["f32", "f32", "f32"])
        #expect(try #require(devices.secondsPerStep) > 0)
    }
}

/// Collects what a host tells.
private final class Told: Sendable {
    let events = Mutex<[JobEvent]>([])

    var notices: [FidelityNotice] { events.withLock { $0.compactMap { if case .fidelity(let notice) = $0 { notice } else { nil } } } }
    var readiness: [Readiness] { events.withLock { $0.compactMap { if case .model(let readiness) = $0 { readiness } else { nil } } } }
}
