import ArgumentParser
import Checkpoints
import Files
import FoundationEssentials
import Generation
import Hosting
import Settings

extension ModelsCommand {
    struct Convert: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "convert",
            abstract: "Write a model as one .safetensors file: with another precision, with LoRAs merged in, or of parts.",
            discussion: """
                easel models convert old.ckpt anime.safetensors --precision f16
                easel models convert anime styled.safetensors --lora ink:0.7 --lora detail:-0.3
                easel models convert unet.safetensors whole.safetensors \\
                    --vae ae --text-encoder clip_l --text-encoder clip_g

                Any model that can be drawn with is read: single files, diffusers folders, UNets with a VAE and text encoders. The new file \
                has the names of the original release, which all programs know. Without --precision each tensor keeps its format; numbers \
                that have a scale beside them (f8, i8) become f16. Averages of the training and other tensors that no picture needs are \
                left out. The metadata is kept and tells what was merged.

                Every tensor is read back and compared before the file has its name. Nothing is replaced without --force.

                Exit codes: 0 done, 64 wrong usage, 65 bad input file, 74 cannot write, 130 interrupted.
                """)

        @Argument(help: ArgumentHelp(
            "A .safetensors or .ckpt file, a diffusers folder, or a name from `easel models`.", valueName: "model"))
        var model: String

        @Argument(help: ArgumentHelp("The new file, which ends in .safetensors.", valueName: "file"))
        var output: String

        @Option(help: ArgumentHelp("The format of all numbers: f16, bf16 or f32.", valueName: "format"))
        var precision: Precision?

        @Option(
            parsing: .unconditionalSingleValue,
            help: ArgumentHelp(
                "A LoRA's name or file and its strength, 1 when left out; may be given several times.", valueName: "name:strength"))
        var lora: [LoRAArgument] = []

        @Option(help: ArgumentHelp("A further folder of LoRAs; may be given several times.", valueName: "folder"))
        var loras: [String] = []

        @OptionGroup(title: "Parts")
        var parts: PartOptions

        @Option(help: ArgumentHelp("What the model predicts, where its files do not say: epsilon, v or sample.", valueName: "kind"))
        var prediction: PredictionMode?

        @OptionGroup var folders: FolderOptions

        @Flag(help: "Replace a file that is there.")
        var force = false

        @Flag(name: [.short, .long], help: "Show no progress, only warnings and errors.")
        var quiet = false

        @Flag(help: "Print one JSON object.")
        var json = false

        func validate() throws {
            guard output.pathExtension == "safetensors" else {
                throw ValidationError("\"\(output)\" does not end in .safetensors. Give the new file that ending.")
            }
        }

        func run() async throws {
            do {
                try await cancellingOnInterrupt { try await convert() }
            } catch {
                CommandFailure(error).end()
            }
        }

        private func convert() async throws {
            let user = UserFolders()
            let target = user.path(output)
            switch PathKind(target) {
            case .folder: throw CommandFailure(.cannotWrite, "\"\(target)\" is a folder. Name a file.")
            case .file where !force:
                throw CommandFailure(.cannotWrite, "\"\(target)\" is there already. Choose another name, or replace it with --force.")
            default: break
            }
            let settings = try folders.load()
            let modelFolders = ModelFolders(settings)
            let checkpoint = try Checkpoint.open(
                ModelLibrary(modelFolders).path(of: model), prediction: prediction.flatMap { SchedulerConfiguration.Prediction($0) },
                vae: parts.vae(modelFolders), textEncoders: parts.textEncoders(modelFolders))
            let reporter = ProgressReporter(ProgressReporter.style(quiet: quiet))
            if let assumption = checkpoint.assumption { reporter.warn(assumption.description) }
            for notice in checkpoint.partNotices { reporter.warn(notice.description) }
            if !checkpoint.unusedKeys.isEmpty {
                reporter.warn(
                    "\(checkpoint.unusedKeys.count) tensors are not known and are left out, such as \"\(checkpoint.unusedKeys[0])\".")
            }
            let (changes, merged) = try changes(of: checkpoint, modelFolders, reporter)
            let writer = CheckpointWriter(
                checkpoint, try ConversionPlan(checkpoint, precision: precision, changes: changes),
                metadata: checkpoint.convertedMetadata(merged))
            let isInteractive = Terminal.Stream.standardError.isInteractive
            let (writing, checking) = (ByteProgressLine(isInteractive: isInteractive), ByteProgressLine(isInteractive: isInteractive))
            let hash: String
            do {
                hash = try await writer.write(to: target, hashes: HashMemory(folder: user.cache)) { progress in
                    let line = progress.isChecking ? checking : writing
                    if let text = line.line(done: progress.done, of: progress.total, at: .now) {
                        reporter.report((progress.isChecking ? "Reading back  " : "Writing  ") + text)
                    }
                }
            } catch {
                reporter.finish()
                throw error
            }
            reporter.finish()
            let report = ConversionReport(file: target, bytes: writer.byteCount, sha256: hash, loras: merged)
            Terminal.write(json ? jsonLine(report) + "\n" : report.text, to: .standardOutput)
        }

        /// The changes of all LoRAs, in the order in which they were named.
        private func changes(
            of checkpoint: Checkpoint, _ folders: ModelFolders, _ reporter: ProgressReporter
        ) throws -> ([NetworkID: [String: [WeightedChange]]], [MergedLoRA]) {
            let library = LoRALibrary(folders: folders.folders(of: .loras, named: loras), hashes: HashMemory(folder: UserFolders().cache))
            var all: [NetworkID: [String: [WeightedChange]]] = [:]
            var merged: [MergedLoRA] = []
            for argument in lora {
                let path = UserFolders().path(argument.name)
                let file = PathKind(path) == .file ? try LoRAFile(path: path) : try library.file(named: argument.name)
                guard let file else {
                    throw CommandFailure(
                        .badInput,
                        "There is no LoRA \"\(argument.name)\". List them with `easel models loras`, or name a folder with --loras.")
                }
                let changes = file.changes(of: checkpoint)
                guard changes.appliedCount > 0 else {
                    throw CommandFailure(
                        .badInput, "None of the \(changes.tensorCount) tensors of \"\(argument.name)\" fits this model. "
                            + "\(changes.unappliedText)")
                }
                if !changes.unapplied.isEmpty {
                    reporter.warn(
                        "\(changes.appliedCount) of the \(changes.tensorCount) tensors of \"\(argument.name)\" are merged. "
                            + "Left out: \(changes.unappliedText)")
                }
                if !changes.words.isEmpty {
                    let words = changes.words.keys.sorted().joined(separator: ", ")
                    reporter.warn("The words that \"\(argument.name)\" brings with it have no place in a checkpoint: \(words).")
                }
                for (network, layers) in changes.layers {
                    for (layer, change) in layers {
                        all[network, default: [:]][layer, default: []].append(
                            WeightedChange(change: change, strength: argument.strength))
                    }
                }
                merged.append(MergedLoRA(
                    file: file.path.lastPathComponent, strength: argument.strength, hash: try? file.shortHash()))
            }
            return (all, merged)
        }
    }
}

/// `ink:0.7`, `ink`: a LoRA and its strength.
struct LoRAArgument: ExpressibleByArgument, Equatable {
    let name: String
    let strength: Float

    init?(argument: String) {
        guard !argument.isEmpty else { return nil }
        if let colon = argument.lastIndex(of: ":"), let strength = Float(argument[argument.index(after: colon)...]),
            strength.isFinite, colon > argument.startIndex {
            (name, self.strength) = (String(argument[..<colon]), strength)
        } else {
            (name, strength) = (argument, 1)
        }
    }
}

/// The output of `easel models convert`.
struct ConversionReport: Encodable {
    let file: String
    let bytes: Int
    let sha256: String
    let loras: [MergedLoRA]

    var text: String { "\(file)\n\(bytes.inBytes), read back and compared. SHA-256 \(sha256)\n" }
}
