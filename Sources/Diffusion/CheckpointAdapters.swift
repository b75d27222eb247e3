public import Checkpoints
import FoundationEssentials
public import Prompting
import Sampling

extension CLIPTokenizer {
    /// The tokenizer that a checkpoint came with.
    public init(_ files: TokenizerFiles) throws(TokenizerError) {
        let tokenizer: CLIPTokenizer = switch files.source {
        case .bundled:
            .bundled
        case .tokenizerJSON(let path):
            try CLIPTokenizer(tokenizerJSON: Self.bytes(path), name: path)
        case .vocabularyAndMerges(let vocabulary, let merges):
            try CLIPTokenizer(
                vocabularyJSON: Self.bytes(vocabulary), merges: Self.bytes(merges), vocabularyName: vocabulary, mergesName: merges)
        }
        self = tokenizer.reserving(Int32(clamping: files.paddingTokenID))
    }

    private static func bytes(_ path: String) throws(TokenizerError) -> [UInt8] {
        do {
            return Array(try Data(contentsOf: URL(filePath: path)))
        } catch {
            throw .unreadable(file: path, detail: "\(error)")
        }
    }
}

extension Objective {
    /// Reads a checkpoint's objective off its scheduler configuration.
    init(_ scheduler: SchedulerConfiguration) throws(SamplingError) {
        let prediction: Prediction = switch scheduler.prediction {
        case .epsilon: .epsilon
        case .velocity: .velocity
        case .sample: .sample
        }
        self.init(
            noiseSchedule: try NoiseSchedule(
                trainStepCount: scheduler.trainStepCount, betaStart: scheduler.betaStart, betaEnd: scheduler.betaEnd,
                scaled: scheduler.betaSchedule == .scaledLinear, rescalesToZeroTerminalSNR: scheduler.rescalesToZeroTerminalSNR),
            prediction: prediction, stepsOffset: scheduler.stepsOffset, setsFinalAlphaToOne: scheduler.setsFinalAlphaToOne)
    }
}
