import Files
import Generation
import Settings

extension Schema {
    /// The schema of a request's body as a server with such limits takes it: a field has one range, which is the real one.
    func limited(by limits: EaselSettings.Limits) -> Schema {
        guard case .object(var fields)? = keywords["properties"] else { return self }
        for (name, keyword, limit) in Self.limits(limits) {
            guard case .object(var field)? = fields[name] else { continue }
            if case .integer(let own)? = field[keyword], own <= limit { continue }
            field[keyword] = .integer(limit)
            fields[name] = .object(field)
        }
        return with("properties", .object(fields))
    }

    private static func limits(_ limits: EaselSettings.Limits) -> [(field: String, keyword: String, limit: Int)] {
        let multiple = GenerationRequest.sideMultiple
        // The other side has one multiple at least.
        let side = max(multiple, limits.pixels / multiple / multiple * multiple)
        return [
            ("steps", "maximum", limits.steps), ("width", "maximum", side), ("height", "maximum", side),
            ("runs", "maximum", limits.pictures), ("n_iter", "maximum", limits.pictures), ("n", "maximum", limits.pictures),
            ("batch_size", "maximum", limits.pictures), ("prompt", "maxLength", limits.promptLength),
            ("negative_prompt", "maxLength", limits.promptLength), ("styles", "maxItems", RequestLimits.mostStyles),
        ]
    }
}
