import Files
import Generation

/// Fields of A1111's that ask for something which has no effect here. They are told by name, rather than obeyed by half.
enum IgnoredFields {
    /// - Parameter takesPictures: whether what is about source pictures has an effect.
    static func names(in fields: RequestFields, takesPictures: Bool) throws(APIError) -> [String] {
        var names: [String] = []
        for (name, idle) in idleNumbers {
            if let number = try fields.number(name), !idle.contains(number) { names.append(name) }
        }
        if fields["latent_mask"] != nil { names.append("latent_mask") }
        if try fields.flag("restore_faces") ?? false { names.append("restore_faces") }
        for name in ["refiner_checkpoint", "script_name", "grading_lut_file"] {
            let text = try fields.text(name) ?? ""
            let isHeard = name == "script_name" && text.lowercased() == A1111Request.sdUpscale && fields["init_images"] != nil
            if !["", "None"].contains(text), !isHeard { names.append(name) }
        }
        if let scripts = try fields.object("alwayson_scripts") {
            let others = scripts.values.keys.filter { !takesPictures || $0.lowercased() != A1111Request.softScript.name }
            names += others.sorted().map { "alwayson_scripts.\($0.clipped)" }
        }
        return names
    }

    /// Numbers that change nothing.
    private static let idleNumbers: KeyValuePairs<String, Set<Double>> = ["firstphase_width": [0], "firstphase_height": [0]]
}
