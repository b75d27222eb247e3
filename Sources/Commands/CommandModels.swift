import Checkpoints
import Diffusion
import Fidelity
import Generation
import Hosting
import Settings

/// The models of one command. All are looked at before anything is drawn; one at a time is made ready to draw.
struct CommandModels {
    /// A model that was looked at.
    struct Model {
        let path: String
        /// The model on the CPU in f32, with nothing compiled.
        let reference: DiffusionPipeline
        let defaults: ModelDefaults

        var checkpoint: Checkpoint { reference.checkpoint }
    }

    /// Finds models by name.
    let library: ModelLibrary
    private let opener: ModelOpener
    private let resources: PromptResources
    private let progress: ProgressReporter
    private var models: [String: Model] = [:]
    private var ready: (path: String, pipeline: DiffusionPipeline)?
    /// The tables that precisions were chosen from.
    private(set) var tables: [PrecisionTable] = []

    init(_ opener: ModelOpener, _ resources: PromptResources, _ progress: ProgressReporter) {
        self.opener = opener
        library = ModelLibrary(opener.settings)
        self.resources = resources
        self.progress = progress
    }

    /// Opens a model's files. All that is wrong with them shows here.
    mutating func look(at path: String) throws -> Model {
        if let model = models[path] { return model }
        let found = ModelDefaultsLibrary().defaults(of: library.name(ofPath: path), path: path)
        for note in found.notes { progress.warn(note) }
        let model = Model(path: path, reference: try opener.reference(for: path), defaults: found.defaults ?? ModelDefaults())
        models[path] = model
        return model
    }

    /// Makes a model ready to draw. The one before it is closed.
    /// - Parameter isForOneRequest: asks for the least time to one picture, not for many.
    mutating func pipeline(of model: Model, isForOneRequest: Bool) async throws -> DiffusionPipeline {
        if let ready, ready.path == model.path { return ready.pipeline }
        ready = nil
        let (errorBound, progress) = (opener.settings.autoErrorBound, progress)
        let (pipeline, tables) = try await opener.pipeline(
            from: model.reference, isForOneRequest: isForOneRequest, resources: resources
        ) { progress.report($0, errorBound: errorBound) }
        self.tables += tables
        ready = (model.path, pipeline)
        return pipeline
    }
}
