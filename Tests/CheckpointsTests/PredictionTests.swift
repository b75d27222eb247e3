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

    @Test("a .yaml file counts more than metadata and marks, and what the caller says more than all")
    func order() throws {
        let tensors = openCLIP.singleFileTensors() + [RawTensor(key: "v_pred", elementType: .f32, shape: [0], bytes: [])]
        let path = try folder.write(SafetensorsWriter.file(tensors, metadata: ["modelspec.prediction_type": "v"]), to: "tiny.safetensors")
        #expect(try Checkpoint.open(path).scheduler.prediction == .velocity)
        try folder.write("parameterization: \"eps\"", to: "tiny.yaml")
        let checkpoint = try Checkpoint.open(path)
        #expect((checkpoint.scheduler.prediction, checkpoint.nativeSize / checkpoint.vae.configuration.scaleFactor) == (.epsilon, 64))
        let chosen = try Checkpoint.open(path, prediction: .velocity)
        #expect((chosen.scheduler.prediction, chosen.nativeSize / chosen.vae.configuration.scaleFactor) == (.velocity, 96))
        let diffusers = try Checkpoint.open(openCLIP.writeFolder(in: folder), prediction: .sample)
        #expect(diffusers.scheduler.prediction == .sample)
    }

    @Test("what is assumed of a Stable Diffusion 2 file is told, with both remedies")
    func assumed() throws {
        let path = try openCLIP.writeSingleFile(in: folder, name: "my model.safetensors", metadata: ["modelspec.prediction_type": "flow"])
        let checkpoint = try Checkpoint.open(path)
        #expect((checkpoint.scheduler.prediction, checkpoint.nativeSize / checkpoint.vae.configuration.scaleFactor) == (.velocity, 96))
        #expect(checkpoint.assumption == """
            Nothing in "my model.safetensors" says what this Stable Diffusion 2 model predicts; v_prediction was assumed, as for the models of \
            768 pixels. If its pictures are noise, it is one of 512 pixels: use --prediction epsilon, or write the line parameterization: "eps" \
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
    }
}
