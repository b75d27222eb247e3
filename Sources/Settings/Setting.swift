import Files
public import Generation

/// One setting: its key, its meaning, and the values that it may have.
public struct Setting: Sendable {
    /// Its name in files and JSON. In the environment it is `EASEL_` and the same in capitals.
    public let key: String
    /// One sentence without a full stop.
    public let meaning: String
    /// The values that may be written, as they stand after "Use": `a whole number from 1 to 64`.
    public let allowed: String
    /// All that may be written, where that is a handful of words; empty where it is not.
    public let choices: [String]
    /// The kind of its values.
    public let kind: SettingKind
    /// The unit that it counts in; nil for what has none.
    public let unit: SettingUnit?
    /// The least and the greatest number that it may be; nil where it is no number, and for sizes.
    public let range: ClosedRange<Double>?
    /// Names a file of this machine, or says what clients may do, so that clients of a server neither see nor change it.
    public let isLocal: Bool
    private let objection: @Sendable (String) -> String?
    private let assign: @Sendable (String, inout EaselSettings) -> Bool
    private let write: @Sendable (EaselSettings) -> String
    private let read: @Sendable (EaselSettings) -> any Encodable & Sendable
    private let explain: @Sendable (String) -> ErrorReason

    private init<Value>(
        _ key: String, _ property: any WritableKeyPath<EaselSettings, Value> & Sendable, _ form: SettingForm<Value>, _ meaning: String,
        unit: SettingUnit? = nil, isLocal: Bool = false
    ) {
        self.key = key
        self.meaning = meaning
        self.isLocal = isLocal
        (allowed, choices, kind, range, objection) = (form.allowed, form.choices, form.kind, form.range, form.objection)
        self.unit = form.kind == .bytes ? .bytes : unit
        assign = { text, settings in
            guard let value = form.parse(text) else { return false }
            settings[keyPath: property] = value
            return true
        }
        write = { form.text($0[keyPath: property]) }
        read = { $0[keyPath: property] }
        explain = form.reason
    }

    /// The default of a field of requests.
    private init(_ field: GenerationField) {
        (key, meaning, isLocal) = (field.key, field.meaning + ", when a request does not say", false)
        let standard = field.value(in: GenerationRequest(prompt: ""))
        allowed = field.allowedText + (standard == nil ? ", or nothing for the sampler's own" : "")
        (kind, choices, range) = field.settingForm
        unit = nil
        objection = { _ in nil }
        assign = { text, settings in
            var request = settings.requests.options
            if text.isEmpty, standard == nil { field.reset(in: &request) } else {
                guard field.set(text: text, in: &request), (try? field.validate(request)) != nil else { return false }
            }
            settings.requests.options = request
            return true
        }
        write = { $0.requests.options.text(of: field) }
        read = { settings in
            switch field.value(in: settings.requests.options) {
            case .whole(let number): number
            case .number(let number): number.asWritten
            case .flag(let flag): flag
            case nil, .text, .texts, .seed: settings.requests.options.text(of: field)
            }
        }
        explain = field.reason(refusing:)
    }

    /// The environment variable that sets it.
    public var environmentName: String { "EASEL_" + key.uppercased() }

    /// Its value as it is written in the environment and shown in tables.
    public func text(in settings: EaselSettings) -> String { write(settings) }

    /// Its value with its own type, for JSON.
    public func value(in settings: EaselSettings) -> any Encodable & Sendable { read(settings) }

    /// Why a text cannot be its value.
    /// - Parameter text: what `allowed` does not ask for.
    public func reason(refusing text: String) -> ErrorReason { explain(text) }

    /// `allowed`, and what is wrong with a text that was refused where there is more to say.
    func allowed(insteadOf text: String) -> String { allowed + (objection(text).map { "; " + $0 } ?? "") }

    /// Sets it from text.
    /// - Returns: false, with nothing changed, when the text is not what `allowed` asks for.
    func set(_ text: String, in settings: inout EaselSettings) -> Bool { assign(text, &settings) }
}

extension Setting {
    /// Every setting, in the order in which they are listed. Defaults are those of `EaselSettings`.
    public static let all = ofDevices + ofFidelity + ofRequests + ofServing

    /// The settings that clients of a server may see and change.
    public static let ofClients = all.filter { !$0.isLocal }

    private static let ofDevices = [
        Setting("openvino_devices", \.openvinoDevices, .devices,
            "devices in the order in which they are tried; empty: the best single one, GPU before CPU"),
        Setting("openvino_devices_text_encoder", \.openvinoDevicesPerComponent.encode, .devices,
            "the text encoder's devices; empty: those of openvino_devices"),
        Setting("openvino_devices_unet", \.openvinoDevicesPerComponent.denoise, .devices,
            "the UNet's devices; empty: those of openvino_devices"),
        Setting("openvino_devices_vae", \.openvinoDevicesPerComponent.decode, .devices,
            "the VAE's devices; empty: those of openvino_devices"),
        Setting("workers_per_device", \.workersPerDevice, .count(0...8),
            "jobs that a server draws side by side on each of the UNet's devices, such as two GPUs; 0: one at a time, on the first device "
                + "that works",
            unit: .jobs),
        Setting("openvino_accuracy", \.openvinoAccuracy, .word,
            "how exactly to compute; auto: the fastest that stays within auto_error_bound, measured once"),
        Setting("openvino_accuracy_text_encoder", \.openvinoAccuracyPerComponent.encode, .optionalWord(),
            "the text encoder's accuracy; empty: that of openvino_accuracy"),
        Setting("openvino_accuracy_unet", \.openvinoAccuracyPerComponent.denoise, .optionalWord(),
            "the UNet's accuracy; empty: that of openvino_accuracy"),
        Setting("openvino_accuracy_vae", \.openvinoAccuracyPerComponent.decode, .optionalWord(),
            "the VAE's accuracy; empty: that of openvino_accuracy"),
        Setting("auto_error_bound", \.autoErrorBound, .fraction,
            "largest error of a UNet step that auto accepts, relative to CPU f32"),
        Setting("prediction", \.prediction, .word,
            "what the models predict, whatever their files say, for all models; auto: what the files say"),
        Setting("model_folders", \.modelFolders, .folders,
            "folders of A1111, SD.Next, Forge or ComfyUI whose models, LoRAs, embeddings, VAEs, upscalers, styles and wildcards are used; "
                + "or folders of checkpoints",
            isLocal: true),
        Setting("vae", \.vae, .text,
            "a file, folder or name whose VAE all models use; none: each model's own; empty: NAME.vae.safetensors beside a model, or its "
                + "own",
            isLocal: true),
        Setting("text_encoders", \.textEncoders, .files,
            "files, folders or names whose text encoders all models use where they fit; a UNet alone needs them; empty: each model's own",
            isLocal: true),
        Setting("tiny_vae", \.tinyVAE, .text,
            "a folder with tiny VAEs such as taesd_decoder.safetensors, or the file of one for all models; empty: "
                + "~/.local/share/easel/vae-approx",
            isLocal: true),
        Setting("upscalers", \.upscalers, .text,
            "folders of upscalers (.safetensors, .pth), separated by \":\"; ~/.local/share/easel/upscalers comes after them",
            isLocal: true),
        Setting("shapes", \.shapes, .word,
            "what a compiled model stays flexible in; auto: everything on CPUs, only the prompt's length elsewhere"),
        Setting("context_chunks", \.contextChunks, .count(1...64),
            "chunks of 75 tokens that a static shape has room for; a longer prompt is compiled for anew", unit: .chunks),
        Setting("memory_budget_bytes", \.memoryBudgetBytes, .byteCount,
            "memory for compiled models; 0: chosen from the machine's memory"),
        Setting("disk_cache_bytes", \.diskCacheBytes, .byteCount,
            "space on disk for compiled models; 0: none are kept"),
    ]

    private static let ofFidelity = [
        Setting("fidelity_check_pictures", \.fidelityCheckPictures, .count(0...1_000_000),
            "pictures between two comparisons with CPU f32; 0: off", unit: .pictures),
        Setting("fidelity_check_hours", \.fidelityCheckHours, .hours,
            "hours between two comparisons with CPU f32; 0: off", unit: .hours),
        Setting("fidelity_bound_text_encoder", \.fidelityBounds.encode, .fraction,
            "largest error of the text encoder against CPU f32, relative L2"),
        Setting("fidelity_bound_unet", \.fidelityBounds.denoise, .fraction,
            "largest error of the UNet against CPU f32, relative L2"),
        Setting("fidelity_bound_vae", \.fidelityBounds.decode, .fraction,
            "largest error of the VAE against CPU f32, relative L2"),
        Setting("fidelity_last_rung", \.fidelityLastRung, .word,
            "how far a component outside its bound may be moved: compiled anew, then accuracy, then the CPU"),
        Setting("reload_pictures", \.reloadPictures, .count(0...1_000_000),
            "pictures between two reloads of the model; 0: never", unit: .pictures),
        Setting("reload_hours", \.reloadHours, .hours,
            "hours between two reloads of the model; 0: never", unit: .hours),
    ]

    private static let ofRequests = [
        Setting("model", \.requests.model, .name, "the model that the server uses when a request names none"),
        Setting("clip_skip", \.requests.clipSkip, .count(1...12),
            "which of the text encoder's layers is used when a request does not say; 1: the last"),
        Setting("comma_backtrack", \.requests.commaBacktrack, .count(0...75),
            "how many tokens before the end of a chunk a comma may end it, when a request does not say", unit: .tokens),
        Setting("pad_conditionings", \.requests.padsConditionings, .yesOrNo,
            "whether the shorter of prompt and negative prompt is filled up, when a request does not say"),
        Setting("emphasis", \.requests.emphasis, .word, "what weights in prompts do, when a request does not say"),
        Setting("schedule_counting", \.requests.scheduleCounting, .optionalWord(),
            "how a prompt's schedules count when a request does not say; empty: a1111 in A1111's API, else sdnext"),
        Setting("eta_ancestral", \.requests.etaAncestral, .number(0...1),
            "the share of fresh noise in samplers on noise levels, when a request does not say"),
        Setting("eta_ddim", \.requests.etaDDIM, .number(0...1),
            "the share of fresh noise in DDIM, when a request does not say"),
        Setting(
            "preview_steps", \.requests.previewSteps, .count(0...1000), "steps between two previews of a picture; 0: none", unit: .steps),
        Setting("preview_method", \.requests.previewMethod, .word,
            "how previews are made; auto: by a tiny VAE where there is one (see tiny_vae); fast: by the colours of the latents"),
        Setting("image_format", \.requests.imageFormat, .word, "what the server sends pictures as, when a request does not say"),
    ] + GenerationField.samplingOptions.filter { $0.key != GenerationField.eta.key }.map { Setting($0) }

    private static let ofServing = [
        Setting("queue_capacity", \.queue.capacity, .count(1...1_000_000), "jobs that wait at most; more are refused", unit: .jobs),
        Setting("queue_patience_jobs", \.queue.patienceJobs, .count(0...1_000_000),
            "jobs that may go before one whose turn it is, because they need no compile", unit: .jobs),
        Setting(
            "queue_patience_minutes", \.queue.patienceMinutes, .number(0...1440),
            "minutes that a job may wait past its turn for that reason", unit: .minutes),
        Setting(
            "queue_batch_size", \.queue.batchSize, .count(1...64), "jobs that are drawn together at most, where that is faster",
            unit: .jobs),
        Setting("job_minutes", \.queue.jobMinutes, .number(0.1...10080), "minutes that drawing a job may take", unit: .minutes),
        Setting("max_body_bytes", \.limits.bodyBytes, .byteCount, "size of a request's body at most"),
        Setting("max_pixels", \.limits.pixels, .count(64...4096 * 4096), "width times height of a picture at most", unit: .pixels),
        Setting(
            "max_input_pixels", \.limits.inputPixels, .count(64...16384 * 16384),
            "width times height of a picture that is sent in at most", unit: .pixels),
        Setting("max_steps", \.limits.steps, .count(1...1000), "steps of a job at most", unit: .steps),
        Setting("max_pictures", \.limits.pictures, .count(1...1000), "pictures of a job at most", unit: .pictures),
        Setting("max_prompt_length", \.limits.promptLength, .count(1...1_000_000), "characters of a prompt at most", unit: .characters),
        Setting(
            "max_requests_per_second", \.limits.requestsPerSecond, .count(0...1_000_000),
            "requests of one client in a second; 0: any number", unit: .requestsPerSecond),
        Setting("max_event_streams", \.limits.eventStreams, .count(1...100_000), "event streams that are open at a time", unit: .streams),
        Setting(
            "keep_pictures", \.pictures.keepCount, .count(0...100_000_000),
            "pictures that the server keeps, the newest; favourites stay and are not counted; 0: all", unit: .pictures),
        Setting(
            "keep_days", \.pictures.keepDays, .number(0...36500), "days that the server keeps pictures; favourites stay; 0: for ever",
            unit: .days),
        Setting(
            "picture_names", \.pictures.names, .fileNames,
            "names of new picture files below the pictures folder; those that are there keep theirs"),
        Setting(
            "model_downloads", \.downloads.clients, .downloadClients,
            "clients of the server that may have it fetch models from Hugging Face, ModelScope and CivitAI", isLocal: true),
        Setting(
            "download_hosts", \.downloads.hosts, .hosts, "further servers that models may be fetched from for clients of the server",
            isLocal: true),
        Setting(
            "max_download_bytes", \.downloads.modelBytes, .byteCount, "size of a model that is fetched for a client at most; 0: any",
            isLocal: true),
    ]

    static let byKey = Dictionary(uniqueKeysWithValues: all.map { ($0.key, $0) })
}

extension GenerationField {
    /// The kind of its values, the words among them, and their range. A default that need not be said adds the empty word.
    fileprivate var settingForm: (SettingKind, [String], ClosedRange<Double>?) {
        let none = value(in: GenerationRequest(prompt: "")) == nil ? [""] : []
        return switch form {
        case .flag: (.flag, none + ["true", "false"], nil)
        case .word(let words): (.choice, none + words, nil)
        case .whole(let range, _): (.whole, [], Double(range.lowerBound)...Double(range.upperBound))
        case .number(let range): (.number, [], Double(range.lowerBound)...Double(range.upperBound))
        case .seed: (.whole, [], nil)
        case .text, .texts, .name, .pair, .color: (.text, [], nil)
        }
    }
}

extension GenerationRequest {
    /// A field's value as settings write it; empty for none.
    fileprivate func text(of field: GenerationField) -> String {
        switch field.value(in: self) {
        case nil: ""
        case .whole(let number): "\(number)"
        case .number(let number): Int(exactly: number).map { "\($0)" } ?? "\(number)"
        case .flag(let flag): "\(flag)"
        case .text(let text): text
        case .texts(let texts): texts.joined(separator: ", ")
        case .seed(let seed): "\(seed)"
        }
    }
}
