public import Generation
public import Jobs
public import Settings

/// The work of the APIs beside drawing: models, devices, compiled networks, their errors. The models of a machine, or a
/// fake in tests.
public protocol Engine: Painting {
    /// Which model is ready, or why none is.
    var readiness: Readiness { get async }

    /// All models that can be asked for by name, in order of their names.
    func models() async -> [ModelSummary]
    /// The upscalers that requests can name: `None`, which leaves pictures as they are, those without a network, then files in order of
    /// their names.
    var upscalers: [UpscalerSummary] { get async }
    /// The absolute paths of the folders in which upscalers' files are looked for, whether or not they are there.
    var upscalerFolders: [String] { get async }
    /// The LoRAs that prompts can name, in order of their names.
    var loras: [LoRASummary] { get async }
    /// The picture beside a LoRA's file, as a PNG, JPEG or WebP file.
    /// - Parameter name: as `loras` has it.
    /// - Returns: nil where there is none.
    func loraPreview(_ name: String) async -> [UInt8]?
    /// The absolute paths of the folders in which LoRAs are looked for, whether or not they are there.
    var loraFolders: [String] { get async }
    /// Finds a model by the hash of its file. Hashes that are not known yet are computed, which reads gigabytes.
    /// - Parameters:
    ///   - hash: its first 8 digits or more, in lower case.
    ///   - name: of the model that it probably is.
    /// - Returns: the model's name; nil when there is none.
    /// - Throws: `CancellationError`; `ModelUnavailable` when it takes too long.
    func model(withHash hash: String, preferring name: String?) async throws -> String?
    /// Makes a model the one that is used when none is named, and loads it. When it cannot be, the one before it stays ready.
    /// - Throws: `InvalidRequest` when there is none of that name, or its file is not fit for use; `ModelUnavailable` when something else
    ///   is in the way, such as a device that is gone.
    func load(_ model: String) async throws
    /// Checks that the devices which settings name are there, before they are stored.
    /// - Parameter keys: the settings that change; others are not looked at.
    /// - Throws: `InvalidRequest` that names the setting, the device, and those that are there; `ModelUnavailable` when devices cannot be
    ///   listed.
    func checkDevices(in settings: EaselSettings, keys: Set<String>) async throws
    /// Begins to open the current model anew when settings have changed that it depends on, and when it could not be opened before;
    /// returns at once.
    func takeUpSettings() async
    /// Lets go of everything that is loaded; the next job loads again.
    func unload() async
    /// Drops all that is compiled of the current model, and compiles it anew.
    func reload(keepingDiskCache: Bool) async throws

    /// Never fails: what is in the way of a model or of OpenVINO stands in the answer.
    func devices() async -> DeviceSummaries
    /// The workers that draw side by side, in the order in which they came.
    func workerSummaries() async -> [WorkerSummary]
    /// Whether the workers are other programs, such as on other machines.
    var hasRemoteWorkers: Bool { get }
    func compilations() async -> CompilationSummaries
    /// - Parameter id: of a compilation; nil for all.
    /// - Returns: how many were dropped; one that is in use stays.
    func dropCompilations(_ id: String?) async -> Int

    func fidelity() async -> FidelitySummary
    /// Compares the current model's networks with CPU f32 now.
    /// - Throws: `ModelUnavailable` when it cannot be loaded.
    func checkFidelity() async throws -> FidelitySummary

    /// Draws a picture with the current model on the reference, CPU f32, and as the settings have it; jobs wait meanwhile.
    ///
    /// Cancelling the task stops within one step.
    /// - Throws: `CancellationError`; `ModelUnavailable` when the model cannot be loaded; `InvalidRequest`; `APIError.failed`.
    func compare(_ request: GenerationRequest) async throws -> ComparisonSummary

    /// How a prompt is read: tokens, chunks, weights.
    func explain(_ request: PromptRequest) async throws -> PromptSummary
    /// Writes a style into the styles file.
    /// - Parameter replaces: whether it may take the place of one that has its name.
    /// - Throws: `APIError.nameTaken`; `.failed` when it cannot be written.
    func saveStyle(_ style: PromptResourceSummary.Style, replaces: Bool) async throws
    /// Saves the defaults that a user wants for a model; nil for none but those of the model's own files.
    /// - Throws: `APIError.failed` when they cannot be written.
    func saveDefaults(_ defaults: ModelDefaults?, of model: String) async throws
    /// The absolute paths of the folders in which models are looked for, whether or not they are there.
    func modelFolders() async -> [String]
    /// Looks for models, and for what prompts refer to, as if for the first time. Both are looked for anyway whenever they are asked for;
    /// this also sees what no time of a file or folder tells.
    func refresh() async
    /// Names that prompts can refer to, as they are now.
    func promptResources() async -> PromptResourceSummary
    /// Fetches models for clients; nil when this engine has no place for them.
    var modelGetting: (any ModelGetting)? { get }
    /// A file of a model, for workers on other machines.
    /// - Parameter sha256: of its content, in lower-case hexadecimal. It may be anything that a client sends.
    /// - Returns: its path; nil when no file is known to have this hash, and when workers fetch nothing from here.
    func blob(_ sha256: String) async -> String?
    /// Workers on other machines; nil when this engine draws itself.
    func fleet() async -> FleetSummary?
}

extension Engine {
    public var modelGetting: (any ModelGetting)? { nil }
    public var hasRemoteWorkers: Bool { false }
    public func blob(_ sha256: String) async -> String? { nil }
    public func fleet() async -> FleetSummary? { nil }
}

/// A model that could be used, but not here and now.
public struct ModelUnavailable: ReasonedError, Sendable, Equatable, CustomStringConvertible {
    /// As a sentence for the client.
    public let reason: String
    public let errorReason: ErrorReason

    /// The sentence for the client.
    public var description: String { reason }

    /// Makes the error from a reason for the client.
    public init(_ reason: PublicReason) { (self.reason, errorReason) = (reason.description, reason.reason) }

    /// Makes an error that is told in words alone.
    public init(reason: String) { self.init(PublicReason(ErrorReason(.notReady), reason)) }
}
