import Files
import Generation

extension Checkpoint {
    /// Whether a folder holds networks as graphs for OpenVINO and no weights of its own, as optimum-intel exports pipelines and the
    /// OpenVINO organisation publishes them.
    static func isOpenVINOFolder(_ path: String) -> Bool {
        PathKind(path + "/unet/openvino_model.xml") == .file
            && !DiffusersFolder(path: path).hasWeights(in: "unet", stem: "diffusion_pytorch_model")
    }

    /// Opens a folder of graphs for OpenVINO. Its configurations are those of diffusers.
    init(
        openVINOFolder path: String, _ index: ConfigurationFile, prediction: SchedulerConfiguration.Prediction?, vae source: VAESource,
        textEncoders paths: [String]
    ) throws(CheckpointError) {
        let folder = DiffusersFolder(path: path)
        var files = FileSequence()
        let family = try folder.family()
        let plan = try family.conditioning.reading(index)
        var graphs: [NetworkID: StoredGraph] = [:]

        /// Opens a network that has to be there.
        func open(_ id: NetworkID, _ subfolder: String, _ component: String) throws(CheckpointError) -> ComponentWeights {
            guard let graph = try StoredGraph(checkpoint: path, folder: subfolder, component: component, &files) else {
                throw .missingWeights(
                    checkpoint: path.lastPathComponent, component: component, looked: "there is no \(subfolder)/openvino_model.xml")
            }
            graphs[id] = graph
            return graph.weights
        }

        let unetFile = try folder.configuration("unet")
        let unetConfiguration = try UNetConfiguration(unetFile)
        let chosen = paths.isEmpty ? nil : try ChosenTextEncoders(paths, for: family, plan, unetConfiguration, &files)
        var textEncoders: [StoredNetwork<TextEncoderConfiguration>] = []
        for (place, traits) in family.traits.textEncoders.enumerated() {
            if let network = chosen?.networks[place] {
                textEncoders.append(network)
                continue
            }
            let configuration = try TextEncoderConfiguration(folder.configuration(traits.folder), isProjected: plan.pooled == place)
            let weights = try open(.text(place), traits.folder, traits.component)
            textEncoders.append(StoredNetwork(configuration: configuration, weights: weights))
        }
        let unet = StoredNetwork(configuration: unetConfiguration, weights: try open(.denoiser, "unet", "UNet"))

        let vae: StoredNetwork<VAEConfiguration>
        var replacement: VAEFile.Replacement?
        if let path = source.path {
            let other = try VAEFile.open(path, for: family, &files)
            (vae, replacement) = (other.vae, other)
        } else {
            let configuration = try VAEConfiguration(folder.configuration("vae_decoder"))
            vae = StoredNetwork(configuration: configuration, weights: try open(.decoder, "vae_decoder", "VAE"))
            graphs[.encoder] = try StoredGraph(checkpoint: path, folder: "vae_encoder", component: "VAE", &files)
        }

        let (scheduler, said, schedulerFile) = try folder.scheduler(orAs: family)
        var tokenizers: [TokenizerFiles] = []
        for traits in family.traits.textEncoders { tokenizers.append(try TokenizerFiles(folder: path, of: traits)) }
        var asked = scheduler
        if let prediction { asked.prediction = prediction }
        try self.init(
            Parts(
                name: path.lastPathComponent, path: path, layout: .openvino, family: family, conditioning: plan,
                textEncoders: textEncoders, unet: unet, vae: vae, vaeSource: source, chosenEncoders: chosen, scheduler: asked,
                predictionSource: prediction == nil ? said : .user,
                zeroTerminalSNRSource: scheduler.rescalesToZeroTerminalSNR ? .configuration : nil, tokenizers: tokenizers,
                files: files.files, unusedKeys: (chosen?.unusedKeys ?? []) + (replacement?.unusedKeys ?? []),
                ignoredKeys: (chosen?.ignoredKeys ?? []) + (replacement?.ignoredKeys ?? []),
                misunderstood: chosen?.misunderstood ?? replacement?.misunderstood,
                hints: FewStepSuggestion.Hints(
                    origins: [index, unetFile].compactMap { $0.hint("_name_or_path") }, schedulerClass: schedulerFile?.hint("_class_name"),
                    timestepSpacing: schedulerFile?.hint("timestep_spacing")),
                graphs: graphs))
        try check(graphs)
    }

    /// Checks that the graphs have the inputs and outputs that are run.
    private func check(_ graphs: [NetworkID: StoredGraph]) throws(CheckpointError) {
        for (id, graph) in graphs {
            let (inputs, outputs): ([String], [[String]]) =
                switch id {
                case .text(let place):
                    (
                        ["input_ids"],
                        (conditioning.context.contains { $0.encoder == place && $0.state == .penultimate } ? [] : [["last_hidden_state"]])
                            + (conditioning.pooled == place ? [["text_embeds", "pooler_output"]] : [])
                    )
                case .denoiser:
                    (
                        ["sample", "timestep", "encoder_hidden_states"]
                            + (unet.configuration.vectorWidth == nil ? [] : ["text_embeds", "time_ids"])
                            + (unet.configuration.guidanceWidth == nil ? [] : ["timestep_cond"]), [["out_sample"]]
                    )
                case .decoder: (["latent_sample"], [["sample"]])
                case .encoder: (["sample"], [["latent_parameters", "latent_sample"]])
                case .tinyDecoder, .tinyEncoder, .upscaler: ([], [])
                }
            for input in inputs where !graph.inputs.contains(input) {
                throw .damagedGraph(file: graph.fileName, reason: "it has no input \"\(input)\"")
            }
            for names in outputs where graph.outputs.isDisjoint(with: names) {
                throw .damagedGraph(file: graph.fileName, reason: "it has no output \"\(names[0])\"")
            }
        }
    }
}
