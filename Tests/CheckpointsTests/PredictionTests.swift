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
        ("# parameterization: \"v\"\n", .epsilon),
    ])
    func sidecar(yaml: String, expected: SchedulerConfiguration.Prediction) throws {
        let path = try openCLIP.writeSingleFile(in: folder)
        try folder.write(yaml, to: "tiny.yaml")
        #expect(try Checkpoint.open(path).scheduler.prediction == expected)
    }

    @Test("metadata tells what a single file predicts", arguments: [("v", SchedulerConfiguration.Prediction.velocity), ("epsilon", .epsilon)])
    func metadata(text: String, expected: SchedulerConfiguration.Prediction) throws {
        for tiny in [TinyCheckpoint.minimal(), openCLIP] {
            let path = try tiny.writeSingleFile(in: folder, metadata: ["modelspec.prediction_type": text])
            #expect(try Checkpoint.open(path).scheduler.prediction == expected)
        }
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
