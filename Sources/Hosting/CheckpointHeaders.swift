import Checkpoints
import Diffusion
import Files
import Generation
import Settings

/// Reads the headers of checkpoints without loading them: once, and again when a file has changed.
actor CheckpointHeaders {
    struct Header: Sendable {
        /// See `ModelSummary`.
        let nativeSize: Int
        /// See `ModelSummary`.
        let nativeSizes: [String]
        /// See `ModelSummary`.
        let takesSizes: Bool
        /// See `ModelSummary`.
        let isForInpainting: Bool
        /// See `ModelSummary`.
        let hasTinyVAE: Bool
        /// See `ModelSummary`.
        let suits: SuitableSettings?
        /// See `ModelSummary`.
        let family: String
        /// Bytes of all files together.
        let byteCount: Int
        let rules: RequestRules
        /// The path of the file whose hash names the checkpoint.
        let hashedPath: String?
    }

    private var known: [String: (state: FileIdentity?, choice: Choice, header: Result<Header, any Error>)] = [:]
    private let choice: @Sendable () -> Choice

    /// The settings that change what a checkpoint's headers mean.
    struct Choice: Equatable {
        let prediction: PredictionMode
        /// See `Checkpoint.open`.
        let vae: String?
        /// See `Checkpoint.open`.
        let textEncoders: [String]
        /// See `Checkpoint.open`.
        let tinyVAEs: TinyVAELibrary?
        /// Changes when a tiny VAE comes or goes.
        private let tinyVAEStates: [FileIdentity?]

        init(
            prediction: PredictionMode = .auto, vae: String? = nil, textEncoders: [String] = [], tinyVAEs: TinyVAELibrary? = nil
        ) {
            (self.prediction, self.vae, self.textEncoders, self.tinyVAEs) = (prediction, vae, textEncoders, tinyVAEs)
            tinyVAEStates = tinyVAEs?.paths.map { FileIdentity($0) } ?? []
        }
    }

    /// - Parameter choice: as it is set for all checkpoints now.
    init(choice: @escaping @Sendable () -> Choice = { Choice() }) { self.choice = choice }

    /// - Parameter path: of a checkpoint.
    /// - Throws: what `Checkpoint.open` throws, and `DiffusionError` for a schedule that cannot be used.
    func header(of path: String) throws -> Header { try result(of: path).get() }

    /// The remembered header of a checkpoint; nil when it is new, or has changed.
    func known(of path: String) -> Result<Header, any Error>? {
        // A folder's state changes when something in it is replaced.
        known[path].flatMap { $0.state == FileIdentity(path) && $0.choice == choice() ? $0.header : nil }
    }

    func forget() { known = [:] }

    func result(of path: String) -> Result<Header, any Error> {
        if let known = known(of: path) { return known }
        let choice = choice()
        let header = Result {
            let checkpoint = try Checkpoint.open(
                path, prediction: SchedulerConfiguration.Prediction(choice.prediction), vae: choice.vae,
                textEncoders: choice.textEncoders, tinyVAEs: choice.tinyVAEs)
            if let refusal = checkpoint.refusal { throw refusal }
            return Header(
                nativeSize: checkpoint.nativeSize, nativeSizes: checkpoint.nativeSizes.map(\.text),
                takesSizes: checkpoint.conditioning.sizes != nil, isForInpainting: checkpoint.takesMaskedPicture,
                hasTinyVAE: checkpoint.tinyVAE?.has(.tinyDecoder) == true, suits: checkpoint.suggestion?.settings,
                family: checkpoint.family.shortName, byteCount: checkpoint.files.reduce(0) { $0 + $1.byteCount },
                rules: try RequestRules(checkpoint), hashedPath: checkpoint.hashedPath)
        }
        known[path] = (FileIdentity(path), choice, header)
        return header
    }
}
