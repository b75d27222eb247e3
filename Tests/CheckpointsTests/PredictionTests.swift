import Generation
import Tensors
import TestSupport
import Testing

@testable import Checkpoints

struct PredictionTests {
    private let folder: TemporaryFolder
    private let openCLIP: TinyCheckpoint

    init() throws {
        folder = try TemporaryFolder()
        var tiny = TinyCheckpoint.minimal()
        tiny.textEncoder.activation = .gelu
        openCLIP = tiny
    }

    @Test("a file of the same name with .yaml tells what a single file predicts", arguments: [
        ("model:\n  params:\n    parameterization: \"v\"\n", SchedulerConfiguration.Prediction.velocity),
        ("    parameterization: 'eps' # noise\n", .epsilon), ("parameterization: v", .velocity), ("model:\n  target: ldm\n", .epsilon),
        ("# parameterization: \"v\"\n", .epsilon), ("parameterization: v\r\nx: 1\r\n", .velocity), ("parameterization: \"x0\"", .sample),
        ("\u{FEFF}parameterization: \"v\"\r\n", .velocity), ("model:\r\n  params:\r\n    parameterization: v\r\n", .velocity),
    ])
    func sidecar(yaml: String, expected: SchedulerConfiguration.Prediction) throws {
        let path = try openCLIP.writeSingleFile(in: folder)
        try folder.write(yaml, to: "tiny.yaml")
        #expect(try Checkpoint.open(path).scheduler.prediction == expected)
    }

    @Test("a .yaml file that says something unknown is refused by it")
    func badSidecar() throws {
        let path = try openCLIP.writeSingleFile(in: folder)
        try folder.write("parameterization: \"vv\"", to: "tiny.yaml")
        #expect { try Checkpoint.open(path) } throws: { error in
            "\(error)" == "\"tiny.yaml\" sets parameterization to \"vv\", which is not supported yet. Supported: \"eps\", \"v\", \"x0\"."
        }
    }

    @Test("metadata tells what a single file predicts", arguments: [
        ("prediction_type", "v", SchedulerConfiguration.Prediction.velocity), ("prediction_type", "v_prediction", .velocity),
        ("prediction_type", "V-Prediction", .velocity), ("prediction_type", "vpred", .velocity), ("prediction_type", "v_pred", .velocity),
        ("prediction_type", "velocity", .velocity), ("prediction_type", "epsilon", .epsilon), ("prediction_type", "eps", .epsilon),
        ("prediction_type", "Epsilon", .epsilon), ("prediction_type", "sample", .sample),
        ("architecture", "stable-diffusion-v2-512", .epsilon), ("architecture", "stable-diffusion-v2-768-v", .velocity),
    ])
    func metadata(key: String, text: String, expected: SchedulerConfiguration.Prediction) throws {
        for tiny in [TinyCheckpoint.minimal(), openCLIP] {
            let path = try tiny.writeSingleFile(in: folder, metadata: ["modelspec.\(key)": text])
            let checkpoint = try Checkpoint.open(path)
            #expect(checkpoint.scheduler.prediction == expected)
            #expect(checkpoint.assumption == nil)
        }
    }

    @Test("marks count more than metadata, metadata more than a .yaml file, and what the caller says more than all")
    func order() throws {
        func open(hasMark: Bool, metadata: [String: String], prediction: SchedulerConfiguration.Prediction? = nil) throws -> Checkpoint {
            let tensors =
                openCLIP.singleFileTensors() + (hasMark ? [RawTensor(key: "v_pred", elementType: .f32, shape: [0], bytes: [])] : [])
            let path = try folder.write(SafetensorsWriter.file(tensors, metadata: metadata), to: "tiny.safetensors")
            return try Checkpoint.open(path, prediction: prediction)
        }
        try folder.write("parameterization: \"x0\"", to: "tiny.yaml")
        let marked = try open(hasMark: true, metadata: ["modelspec.predict_key": "epsilon"])
        #expect((marked.scheduler.prediction, marked.predictionSource) == (.velocity, .key("v_pred")))
        #expect(marked.nativeSize / marked.vae.configuration.scaleFactor == 96)
        let described = try open(hasMark: false, metadata: ["modelspec.predict_key": "epsilon"])
        #expect((described.scheduler.prediction, described.predictionSource) == (.epsilon, .metadata("modelspec.predict_key")))
        #expect(described.nativeSize / described.vae.configuration.scaleFactor == 64)
        let sidecar = try open(hasMark: false, metadata: [:])
        #expect((sidecar.scheduler.prediction, sidecar.predictionSource) == (.sample, .sidecar(file: "tiny.yaml")))
        let chosen = try open(hasMark: true, metadata: [:], prediction: .epsilon)
        #expect((chosen.scheduler.prediction, chosen.predictionSource) == (.epsilon, .user))
        let diffusers = try Checkpoint.open(openCLIP.writeFolder(in: folder), prediction: .sample)
        #expect((diffusers.scheduler.prediction, diffusers.predictionSource) == (.sample, .user))
        #expect(try Checkpoint.open(openCLIP.writeFolder(in: folder)).predictionSource == .configuration)
    }

    @Test("a .yaml file of sgm tells the prediction by the denoiser's scaling", arguments: [
        ("VScaling", SchedulerConfiguration.Prediction.velocity), ("EpsScaling", .epsilon),
    ])
    func scaling(name: String, expected: SchedulerConfiguration.Prediction) throws {
        let path = try TinyCheckpoint.sdxl(vocabularySize: 8).writeSingleFile(in: folder)
        try folder.write(
            "model:\n  target: sgm.models.diffusion.DiffusionEngine\n      target: sgm.modules.diffusionmodules.denoiser_scaling.\(name)\n",
            to: "tiny.yaml")
        let checkpoint = try Checkpoint.open(path)
        #expect((checkpoint.scheduler.prediction, checkpoint.predictionSource) == (expected, .sidecar(file: "tiny.yaml")))
    }

    @Test("what is assumed of a Stable Diffusion 2 file is told, with both remedies")
    func assumed() throws {
        let path = try openCLIP.writeSingleFile(in: folder, name: "my model.safetensors", metadata: ["modelspec.prediction_type": "flow"])
        let checkpoint = try Checkpoint.open(path)
        #expect((checkpoint.scheduler.prediction, checkpoint.nativeSize / checkpoint.vae.configuration.scaleFactor) == (.velocity, 96))
        #expect(checkpoint.assumption?.description == """
            Nothing in "my model.safetensors" says what this Stable Diffusion 2 model predicts; v_prediction was assumed, as for \
            the models of \
            768 pixels. If its pictures are noise, it is one of 512 pixels: use --prediction epsilon, or write the line \
            parameterization: "eps" \
            into a file "my model.yaml" beside it.
            """)
        let chosen = try Checkpoint.open(path, prediction: .epsilon)
        #expect((chosen.scheduler.prediction, chosen.assumption) == (.epsilon, nil))
        #expect(try Checkpoint.open(TinyCheckpoint.minimal().writeSingleFile(in: folder)).assumption == nil)
        #expect(try Checkpoint.open(openCLIP.writeFolder(in: folder)).assumption == nil)
    }

    @Test("marker tensors tell of velocity and of a stretched noise schedule")
    func markers() throws {
        let markers = ["v_pred", "ztsnr"].map { RawTensor(key: $0, elementType: .f32, shape: [0], bytes: []) }
        let tensors = TinyCheckpoint.minimal().singleFileTensors() + markers
        let checkpoint = try Checkpoint.open(folder.write(SafetensorsWriter.file(tensors), to: "marked.safetensors"))
        #expect(checkpoint.scheduler.prediction == .velocity)
        #expect(checkpoint.scheduler.rescalesToZeroTerminalSNR)
        #expect((checkpoint.predictionSource, checkpoint.zeroTerminalSNRSource) == (.key("v_pred"), .key("ztsnr")))
    }
}
