import Files
import Generation
import Sampling
import Settings

/// `override_settings`: A1111's options for one request.
struct OverriddenSettings {
    /// With the overrides.
    let settings: EaselSettings
    /// `randn_source`; Easel has no setting of that kind.
    let noise: NoiseSource?
    /// Texts by key.
    let changes: [String: String]
    /// The client's names by key.
    let names: [String: String]
    /// Options for source pictures, under A1111's names; with those that the server keeps.
    let ofPictures: RequestFields
    /// Names that have no effect here, or none for a single request.
    let ignored: [String]

    init(
        _ given: RequestFields?, filledFrom others: [String: JSONValue], takesPictures: Bool, _ context: RequestContext
    ) throws(APIError) {
        let fields = (given ?? RequestFields([:], prefix: "override_settings.")).filled(from: others)
        ofPictures = fields.filled(from: context.pictureOptions)
        var values = fields.values
        noise = try fields.word("randn_source", A1111Noise.self)?.source
        values["randn_source"] = nil
        if takesPictures { for name in A1111Request.pictureOptions.map(\.key) + A1111Request.maskOptions { values[name] = nil } }
        for (name, idle) in Self.idle where values[name] == idle { values[name] = nil }
        let known = values.filter { Options.isOfRequests($0.key) }
        ignored = values.keys.filter { known[$0] == nil }.sorted().map { "override_settings.\($0.clipped)" }
        names = Dictionary(known.keys.map { (OptionName.byName[$0]?.key ?? $0, "override_settings." + $0) }) { first, _ in first }
        changes = try Options.changes(known, settings: context.settings, models: context.models, prefix: "override_settings.")
        // A copy that nobody else sees: the same checks and texts as for a change that stays.
        let copy = LiveSettings(context.settings, file: nil)
        do throws(SettingsError) {
            try copy.change(changes)
        } catch {
            throw APIError(error)
        }
        settings = copy.current
    }
}

extension OverriddenSettings {
    /// Values that ask for nothing.
    private static let idle: [String: JSONValue] = [
        "return_mask": .bool(false), "return_mask_composite": .bool(false), "upscaler_for_img2img": .string("None"),
    ]
}

/// A1111's names for whose random numbers a seed stands for.
private enum A1111Noise: String, CaseIterable {
    case cpu = "CPU", gpu = "GPU", nv = "NV"

    /// PyTorch's numbers on a GPU are Philox's: "NV" imitates them where there is none.
    var source: NoiseSource { self == .cpu ? .torch : .philox }
}
