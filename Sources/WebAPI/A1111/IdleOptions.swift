public import Files
import Generation
public import Settings

/// Options of A1111's and SD.Next's that are no settings here, but that clients write and read back: what was written is read, until the
/// server ends. Most have no effect; those for source pictures have theirs on `/img2img`.
public struct IdleOptions: Sendable, Equatable {
    /// Values that are there before anybody writes them: options that clients ask for by name.
    private static let standard: [String: JSONValue] = [
        "send_seed": .bool(true), "send_size": .bool(true), "samples_save": .bool(true), "grid_save": .bool(true),
        "return_grid": .bool(true),
        "do_not_show_images": .bool(false), "save_images_add_number": .bool(true), "save_to_dirs": .bool(true),
        "grid_format": .string("png"),
        "samples_filename_pattern": .string(""), "jpeg_quality": .integer(80), "enable_pnginfo": .bool(true), "save_txt": .bool(false),
        "face_restoration": .bool(false), "face_restoration_model": .string("None"), "code_former_weight": .number(0.5),
        "upscaler_for_img2img": .string("None"), "img2img_fix_steps": .bool(false), "img2img_color_correction": .bool(false),
        "initial_noise_multiplier": .number(1), "img2img_extra_noise": .number(0), "img2img_background_color": .string("#ffffff"),
        "inpainting_mask_weight": .number(1), "overlay_inpaint": .bool(true), "return_mask": .bool(false),
        "return_mask_composite": .bool(false),
        "enable_batch_seeds": .bool(true), "add_model_name_to_info": .bool(true),
        "add_model_hash_to_info": .bool(true), "sd_checkpoint_cache": .integer(0), "sd_checkpoints_limit": .integer(1),
        "sd_lora": .string("None"), "sd_hypernetwork": .string("None"), "show_progressbar": .bool(true),
        "live_previews_image_format": .string("png"),
        "n_rows": .integer(-1), "enable_emphasis": .bool(true), "use_old_emphasis_implementation": .bool(false),
        "interrogate_keep_models_in_memory": .bool(false)
    ]
    /// Clients can invent names.
    static let (mostOptions, longestName, longestValue) = (1000, 100, 10_000)

    /// The values by name: A1111's defaults at first, then what clients write.
    public private(set) var values = standard

    public init() {}

    /// Values of the options for source pictures.
    public var ofPictures: [String: JSONValue] { values.filter { Self.pictureNames.contains($0.key) } }

    private static let pictureNames = Set(A1111Request.pictureOptions.map(\.key) + A1111Request.maskOptions)

    /// Takes up those among `values` that no setting has, or none when one of them cannot be; `null` is nothing.
    /// - Returns: names of those without an effect that are other now.
    /// - Throws: `.invalidValue` with the option's name for a value of another type than the one before it or out of its range, and for
    ///   what is too much to keep.
    public mutating func change(_ values: [String: JSONValue]) throws(APIError) -> [String] {
        var changed = self.values
        for (name, value) in values.sorted(by: { $0.key < $1.key }) where value != .null && Options.isIdle(name) {
            guard name.utf8.count <= Self.longestName, WebJSON.data(value).count <= Self.longestValue else {
                throw APIError(
                    .invalidValue, field: name.clipped,
                    "\(name.clipped) has no effect here, and is too long to be kept: a name may have \(Self.longestName) bytes, a "
                        + "value \(Self.longestValue)."
                )
            }
            if let before = changed[name], before.type != value.type {
                throw APIError(.invalidValue, field: name, "\(name) cannot be \(value.text?.clipped ?? "null"). Use \(before.type).")
            }
            if let field = A1111Request.pictureOptions.first(where: { $0.key == name })?.value {
                var request = GenerationRequest(prompt: "")
                try RequestFields([name: value]).readChecked(field, as: name, into: &request)
            }
            changed[name] = value
        }
        guard changed.count <= Self.mostOptions else {
            throw APIError(.invalidValue, "These are more options without an effect than are kept: the limit is \(Self.mostOptions).")
        }
        defer { self.values = changed }
        return changed.keys.filter { changed[$0] != self.values[$0] && !Self.pictureNames.contains($0) }.sorted()
    }
}

extension Options {
    /// Whether an option is no setting's, under any name.
    public static func isIdle(_ name: String) -> Bool { OptionName.byName[name] == nil && !settingKeys.contains(name) }

    private static let settingKeys = Set(Setting.ofClients.map(\.key))
}

extension JSONValue {
    /// In words, as it stands after "Use".
    fileprivate var type: String {
        switch self {
        case .null: "null"
        case .bool: "true or false"
        case .integer, .unsigned, .number: "a number"
        case .string: "text"
        case .array: "a list"
        case .object: "an object"
        }
    }
}
