/// As an object whose keys are the names of the fields in the web APIs. What is missing has its default, so that what an older
/// version has written down can still be read.
extension GenerationRequest: Codable {
    private enum CodingKeys: String, CodingKey {
        case prompt, width, height, steps, sampler, schedule, seed, noise, styles, emphasis
        case negativePrompt = "negative_prompt"
        case cfgScale = "cfg_scale"
        case batchSize = "batch_size"
        case clipSkip = "clip_skip"
        case commaBacktrack = "comma_backtrack"
        case padsConditionings = "pad_conditionings"
        case scheduleCounting = "schedule_counting"
        case previewInterval = "preview_interval"
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func read<Value: Decodable>(_ key: CodingKeys, into value: inout Value) throws {
            if let given = try container.decodeIfPresent(Value.self, forKey: key) { value = given }
        }
        self.init(prompt: "")
        try read(.prompt, into: &prompt)
        try read(.negativePrompt, into: &negativePrompt)
        try read(.width, into: &width)
        try read(.height, into: &height)
        try read(.steps, into: &steps)
        try read(.sampler, into: &sampler)
        try read(.schedule, into: &schedule)
        try read(.cfgScale, into: &cfgScale)
        try read(.seed, into: &seed)
        try read(.batchSize, into: &batchSize)
        try read(.noise, into: &noise)
        try read(.styles, into: &styles)
        try read(.emphasis, into: &emphasis)
        try read(.clipSkip, into: &clipSkip)
        try read(.commaBacktrack, into: &commaBacktrack)
        try read(.padsConditionings, into: &padsConditionings)
        try read(.scheduleCounting, into: &scheduleCounting)
        try read(.previewInterval, into: &previewInterval)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(prompt, forKey: .prompt)
        try container.encode(negativePrompt, forKey: .negativePrompt)
        try container.encode(width, forKey: .width)
        try container.encode(height, forKey: .height)
        try container.encode(steps, forKey: .steps)
        try container.encode(sampler, forKey: .sampler)
        try container.encode(schedule, forKey: .schedule)
        try container.encode(cfgScale, forKey: .cfgScale)
        try container.encode(seed, forKey: .seed)
        try container.encode(batchSize, forKey: .batchSize)
        try container.encode(noise, forKey: .noise)
        try container.encode(styles, forKey: .styles)
        try container.encode(emphasis, forKey: .emphasis)
        try container.encode(clipSkip, forKey: .clipSkip)
        try container.encode(commaBacktrack, forKey: .commaBacktrack)
        try container.encode(padsConditionings, forKey: .padsConditionings)
        try container.encode(scheduleCounting, forKey: .scheduleCounting)
        try container.encode(previewInterval, forKey: .previewInterval)
    }
}
