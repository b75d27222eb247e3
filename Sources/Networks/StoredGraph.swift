public import Checkpoints
public import Generation
import GraphIR
import Tensors

extension Network {
    /// A network of a checkpoint that is a graph of another program, with the inputs and outputs that the same network has here; its
    /// builder names them. Where the graph has none of an output, the network has none.
    ///
    /// Two inputs of the UNet differ: in place of `vector` there are `pooled`, `[batch, width]`, and `sizes`, `[batch, count]`, for such
    /// graphs make the waves of sizes themselves.
    /// - Precondition: the checkpoint has a graph for it.
    /// Source: optimum-intel's exporter, which chose the names.
    public static func stored(
        _ id: NetworkID, of checkpoint: Checkpoint, shape: InputShape, weightsByteCount: Int
    ) throws(CheckpointError) -> Network {
        guard let graph = checkpoint.graphs[id] else { preconditionFailure("\(id) is no graph") }
        var writer = StoredGraphWriter(
            file: graph, document: try graph.document(), graph: GraphBuilder(externalByteCount: weightsByteCount),
            shape: checkpoint.possible(shape, for: id))
        switch id {
        case .text(let place):
            writer.writeTextEncoder(
                checkpoint.textEncoders[place].configuration, isPooled: checkpoint.conditioning.pooled == place)
        case .denoiser: writer.writeUNet(checkpoint.unet.configuration, sizeCount: checkpoint.conditioning.sizes?.count)
        case .decoder: writer.writeDecoder(checkpoint.vae.configuration)
        case .encoder: writer.writeEncoder(checkpoint.vae.configuration)
        case .tinyDecoder, .tinyEncoder, .upscaler: preconditionFailure("\(id) is never a graph")
        }
        guard writer.isComplete else {
            let strange = writer.document.inputs.flatMap { $0.names.prefix(1) }.sorted().joined(separator: ", ")
            throw .damagedGraph(file: graph.fileName, reason: "its inputs (\(strange)) are not those of a \(writer.component)")
        }
        return Network(graph: writer.graph.finish(name: writer.component), usedTensors: Set(checkpoint.weights(of: id).names))
    }
}

extension Checkpoint {
    /// The shape that a network can have which was asked for `shape`: a graph of another program keeps the extents that it was made for,
    /// and takes neither masks nor changes of low rank.
    public func possible(_ shape: InputShape, for id: NetworkID) -> InputShape {
        guard let fixed = graphs[id]?.fixed else { return shape }
        func extent(_ own: Int?, else asked: Extent) -> Extent { own.map { .fixed($0) } ?? asked }
        return InputShape(
            // Only the UNet's calls are filled up to a batch.
            batch: extent(id == .denoiser ? fixed.batch : fixed.batch.map { _ in 1 }, else: shape.batch),
            height: extent(fixed.height, else: shape.height), width: extent(fixed.width, else: shape.width),
            // With a mask the extent is a capacity, which texts are filled up to.
            tokens: extent(fixed.tokens, else: shape.hasContextMask ? .dynamic : shape.tokens))
    }
}

/// Puts inputs and outputs around a stored graph.
private struct StoredGraphWriter {
    let file: StoredGraph
    let document: IRDocument
    let graph: GraphBuilder
    let shape: InputShape
    var component = ""
    /// Rows that each row is repeated to, for a graph of a fixed batch where one at a time is asked about.
    private var repetitions: Int {
        guard case .fixed(let own) = shape.batch, let batch = file.fixed.batch else { return 1 }
        return batch / own
    }
    /// Every input of the document has a value.
    var isComplete = true

    mutating func writeTextEncoder(_ configuration: TextEncoderConfiguration, isPooled: Bool) {
        component = "text encoder"
        let positions = Extent.fixed(configuration.positionCount)
        let tokens = graph.parameter("input_ids", .i64, [shape.batch, positions])
        let vectors = graph.parameter("vectors", .f32, [shape.batch, positions, .fixed(configuration.width)])
        let isInserted = graph.less(tokens, graph.integer(0))
        // Looked up like any other token; the row is replaced below.
        let known = graph.select(isInserted, graph.integer(0), tokens)
        let mask = graph.reshape(isInserted, [0, 0, 1])
        var carriers: Set<Value> = []
        let graph = graph
        let outputs = insert(["input_ids": known]) { carriers.insert($0["input_ids"] ?? known) } replacing: { type, inputs, output in
            // The table's rows by token are where vectors of textual inversions come in.
            if type == "Gather", inputs.count > 1, carriers.contains(inputs[1]) { return graph.select(mask, vectors, output) }
            if ["Convert", "Reshape"].contains(type), let first = inputs.first, carriers.contains(first) { carriers.insert(output) }
            return output
        }
        let states = (0...configuration.layerCount).flatMap { ["hidden_states.\($0)", "normalized_states.\($0)"] } + ["last_hidden_state"]
        for name in states { if let state = outputs[name] { graph.result(name, state) } }
        if isPooled, let width = configuration.projectionWidth, let pooled = outputs["text_embeds"] ?? outputs["pooler_output"] {
            // The same at each position, of which one is read.
            let count = configuration.positionCount
            let zeros = graph.literal(.init(repeating: 0, count: count), shape: [1, count, 1])
            graph.result("projected", graph.add(graph.reshape(pooled, [-1, 1, width]), zeros))
        }
    }

    mutating func writeUNet(_ configuration: UNetConfiguration, sizeCount: Int?) {
        component = "UNet"
        let latents = graph.parameter("latents", .f32, [shape.batch, .fixed(configuration.inChannels), shape.height, shape.width])
        let isOpen = shape.batch == .dynamic && document.inputs.contains { $0.names.contains("timestep") && $0.shape == [.dynamic] }
        let timestep = graph.parameter("timestep", .f32, [isOpen ? .dynamic : 1])
        let context = graph.parameter("context", .f32, [shape.batch, shape.tokens, .fixed(configuration.crossAttentionWidth)])
        var inputs = ["sample": latents, "timestep": timestep, "encoder_hidden_states": context]
        if let width = configuration.guidanceWidth { inputs["timestep_cond"] = graph.parameter("guidance", .f32, [1, .fixed(width)]) }
        if let sizeCount, let width = configuration.vectorWidth {
            let pooledWidth = width - sizeCount * ConditioningPlan.SizeNumbers.embeddingWidth
            inputs["text_embeds"] = graph.parameter("pooled", .f32, [shape.batch, .fixed(pooledWidth)])
            inputs["time_ids"] = graph.parameter("sizes", .f32, [shape.batch, .fixed(sizeCount)])
        }
        if let noise = insert(inputs)["out_sample"] { graph.result("noise", noise) }
    }

    mutating func writeDecoder(_ configuration: VAEConfiguration) {
        component = "VAE decoder"
        let latents = graph.parameter("latents", .f32, [shape.batch, .fixed(configuration.latentChannels), shape.height, shape.width])
        if let image = insert(["latent_sample": graph.unscaledLatents(latents, configuration)])["sample"] { graph.result("image", image) }
    }

    mutating func writeEncoder(_ configuration: VAEConfiguration) {
        component = "VAE encoder"
        let image = graph.parameter("image", .f32, [shape.batch, .fixed(configuration.imageChannels), shape.height, shape.width])
        let outputs = insert(["sample": image])
        if let moments = outputs["latent_parameters"] {
            graph.writeDistribution(moments, configuration)
        } else if let sample = outputs["latent_sample"] {
            // It has drawn already, by numbers of its own.
            graph.result("mean", graph.scaledLatents(sample, configuration))
            graph.result("deviation", graph.multiply(sample, graph.literal(0)))
        }
    }

    /// Adds the document's operations.
    /// - Parameters:
    ///   - values: by the inputs' names.
    ///   - onInputs: told of what the inputs became.
    /// - Returns: its outputs by all of their names.
    private mutating func insert(
        _ values: [String: Value], onInputs: ([String: Value]) -> Void = { _ in },
        replacing replacement: (String, [Value], Value) -> Value = { _, _, output in output }
    ) -> [String: Value] {
        var inputs: [Value] = [], given: [String: Value] = [:]
        for input in document.inputs {
            guard let name = input.names.first(where: { values[$0] != nil }), let value = values[name] else {
                isComplete = false
                return [:]
            }
            let row = repetitions == 1 ? value : graph.concatenate(.init(repeating: value, count: repetitions), axis: 0)
            let fitting = fitted(row, to: input)
            given[name] = fitting
            inputs.append(fitting)
        }
        onInputs(given)
        let outputs = graph.insert(document, inputs: inputs, weightsAt: file.weightsOffset, replacing: replacement)
        return zip(document.outputs, outputs).reduce(into: [:]) { named, output in
            let first = repetitions == 1 ? output.1 : graph.slice(output.1, axis: 0, from: 0, to: 1)
            for name in output.0.names { named[name] = first }
        }
    }

    /// A value in the format and the rank of an input.
    private func fitted(_ value: Value, to input: IRDocument.Input) -> Value {
        var value = value
        if input.shape?.isEmpty == true { value = graph.squeeze(value, axis: 0) }
        guard let type = ElementType(rawValue: input.elementType), type != value.type else { return value }
        if input.takesAnyType, value.type == .f32 { return value }
        // Whole timesteps only: the nearest one.
        if value.type == .f32, type == .i64 || type == .i32 { value = graph.round(value) }
        return graph.convert(value, to: type)
    }
}
