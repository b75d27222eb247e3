import Generation

/// A layer of a checkpoint: the network, and the layer's name there without ".weight".
struct LayerPlace: Hashable {
    let network: NetworkID
    let name: String
}

/// The layers of a checkpoint by every name that files of changes give them.
///
/// Names with "_" for each dot cannot be taken apart again, so that all names are written and looked up.
struct LayerNames {
    private var places: [String: LayerPlace] = [:]

    init(_ checkpoint: Checkpoint) {
        places.reserveCapacity(16 * checkpoint.unet.weights.names.count)
        addUNet(checkpoint.unet)
        let encoders = checkpoint.family.traits.textEncoders
        for (index, encoder) in encoders.enumerated() {
            let number = encoder.folder == "text_encoder_2" ? 2 : 1
            addTextEncoder(checkpoint.textEncoders[index], index, folder: encoder.folder, number: number, isOnly: encoders.count == 1)
        }
    }

    /// The layer that a file means; nil when the checkpoint has none of the name.
    subscript(name: String) -> LayerPlace? { places[name] }

    private mutating func add(_ name: String, _ place: LayerPlace) {
        if places[name] == nil { places[name] = place }
    }

    private mutating func addUNet(_ unet: StoredNetwork<UNetConfiguration>) {
        let ending = ".weight"
        for parameter in NameTable(unet: unet.configuration, naming: .original).parameters where parameter.name.hasSuffix(ending) {
            let (name, original) = (String(parameter.name.dropLast(ending.count)), String(parameter.key.dropLast(ending.count)))
            let place = LayerPlace(network: .denoiser, name: name)
            // kohya's scripts; LyCORIS, whose wrapper leaves the network out.
            for flat in [name.flattened, original.flattened] {
                for prefix in ["lora_unet_", "oft_unet_", "lycoris_unet_", "lycoris_"] { add(prefix + flat, place) }
            }
            // PEFT and diffusers; early files of diffusers leave the network out too, and say "to_out" for "to_out.0".
            let early = name.hasSuffix(".to_out.0") ? String(name.dropLast(".0".count)) : name
            for name in Set([name, early]) {
                add("unet." + name, place)
                add(name, place)
            }
            // ComfyUI, and the original release itself.
            for prefix in ["diffusion_model.", "model.diffusion_model."] { add(prefix + original, place) }
        }
    }

    private mutating func addTextEncoder(
        _ encoder: StoredNetwork<TextEncoderConfiguration>, _ index: Int, folder: String, number: Int, isOnly: Bool
    ) {
        for parameter in encoder.weights.names {
            let place: LayerPlace
            if parameter.hasSuffix(".weight") {
                place = LayerPlace(network: .text(index), name: String(parameter.dropLast(".weight".count)))
            } else if parameter == "text_projection" {
                place = LayerPlace(network: .text(index), name: parameter)
            } else {
                continue
            }
            let bare = place.name
            let name = bare == "text_projection" ? bare : "text_model." + bare
            var flats = ["te\(number)"]
            if isOnly { flats += ["te", "te1"] }
            for flat in flats {
                for prefix in ["lora_", "oft_", "lycoris_"] { add("\(prefix)\(flat)_\(name.flattened)", place) }
            }
            for name in Set([name, bare]) {
                add("\(folder).\(name)", place)
                // diffusers before 0.22 names attention's projections as in a UNet.
                guard name.contains(".self_attn.") else { continue }
                let early = name.replacing("self_attn.", with: "self_attn.to_").replacing("_proj", with: "")
                add("\(folder).\(early)", place)
            }
        }
    }
}

extension String {
    /// The name with "_" for each dot.
    fileprivate var flattened: String { replacing(".", with: "_") }
}
