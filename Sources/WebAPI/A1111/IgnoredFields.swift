import Files
import Generation

/// Fields of A1111's that ask for something which has no effect here. They are told by name, rather than obeyed by half.
enum IgnoredFields {
    static func names(in fields: RequestFields, sampler: Sampler) throws(APIError) -> [String] {
        var names: [String] = []
        for (name, idle) in idleNumbers {
            if let number = try fields.number(name), !idle.contains(number) { names.append(name) }
        }
        // Clients send 1 or 0 without thinking; it says something only where noise is added on the way.
        if let eta = try fields.number("eta"), let drawn = sampler.eta, eta != drawn { names.append("eta") }
        for name in ["restore_faces", "tiling"] {
            if try fields.flag(name) ?? false { names.append(name) }
        }
        for name in ["refiner_checkpoint", "script_name", "grading_lut_file"] {
            if try !["", "None"].contains(fields.text(name) ?? "") { names.append(name) }
        }
        if let scripts = try fields.object("alwayson_scripts") {
            names += scripts.values.keys.sorted().map { "alwayson_scripts.\($0.clipped)" }
        }
        return names
    }

    /// Numbers that change nothing.
    private static let idleNumbers: KeyValuePairs<String, Set<Double>> = [
        "subseed_strength": [0, -1], "seed_resize_from_w": [0, -1], "seed_resize_from_h": [0, -1], "firstphase_width": [0],
        "firstphase_height": [0], "s_min_uncond": [0], "s_churn": [0], "s_noise": [1],
    ]
}

extension Sampler {
    /// How much of the noise is drawn anew in each step; nil where none ever is.
    fileprivate var eta: Double? {
        switch self {
        case .eulerAncestral: 1
        case .ddim: 0
        case .euler, .heun, .dpmpp2M, .lcm: nil
        }
    }
}
