extension ErrorReason {
    /// Names of reasons. Raw values stand in JSON and in the database, and stay the same.
    ///
    /// Documentation/API.md lists each with its values.
    public enum Name: String, Sendable, Hashable, Codable, CaseIterable {
        // Values of requests, settings and queries
        case outOfRange = "out_of_range"
        case notAMultiple = "not_a_multiple"
        case unknownChoice = "unknown_choice"
        case wrongType = "wrong_type"
        case wrongForm = "wrong_form"
        case missing
        case unknownField = "unknown_field"
        case nulCharacter = "nul_character"
        case tooLong = "too_long"
        case tooManySteps = "too_many_steps"
        case tooManyPixels = "too_many_pixels"
        case tooManyPictures = "too_many_pictures"
        case tooManyStyles = "too_many_styles"
        case unknownStyle = "unknown_style"
        case stepsOfSampler = "steps_of_sampler"
        case sigmasOutOfOrder = "sigmas_out_of_order"
        case weightTooLarge = "weight_too_large"
        case unknownModel = "unknown_model"
        case ambiguousModel = "ambiguous_model"
        case unknownSetting = "unknown_setting"
        case deviceList = "device_list"
        case mixedDevices = "mixed_devices"
        /// Something that is no picture.
        case unreadablePicture = "unreadable_picture"
        /// A picture of a format that is not read.
        case unsupportedPicture = "unsupported_picture"
        /// A picture that is damaged, or has too many pixels.
        case damagedPicture = "damaged_picture"
        /// A field that has no meaning together with another.
        case conflictingFields = "conflicting_fields"
        /// A text that cannot be a name.
        case badName = "bad_name"
        case malformedBody = "malformed_body"
        /// A value that is refused for another reason than those above; the sentence tells.
        case invalidValue = "invalid_value"

        // Grids
        /// A value that an axis of a grid has twice, or a field with two axes.
        case repeatedValue = "repeated_value"
        case tooManyCells = "too_many_cells"
        /// A text to replace that is in no prompt.
        case notInPrompt = "not_in_prompt"
        /// A field that does nothing with the rest of the request.
        case noEffect = "no_effect"
        case sheetTooLarge = "sheet_too_large"
        case unknownGrid = "unknown_grid"

        // Things that are not there
        case unknownJob = "unknown_job"
        case unknownPicture = "unknown_picture"
        case pictureChanged = "picture_changed"
        /// A picture to begin with that was sent long ago.
        case missingInput = "missing_input"
        case unknownCompilation = "unknown_compilation"
        case unknownRoute = "unknown_route"
        case wrongMethod = "wrong_method"
        case notFound = "not_found"
        case notWaiting = "not_waiting"
        case nameTaken = "name_taken"

        // The server and its limits
        case queueFull = "queue_full"
        case rateLimited = "rate_limited"
        case tooManyStreams = "too_many_streams"
        case tooLarge = "too_large"
        case keyReused = "key_reused"
        case signIn = "sign_in"
        case wrongCredentials = "wrong_credentials"
        case forbidden
        case notImplemented = "not_implemented"
        case stopping
        case cancelled
        case settingsNotSaved = "settings_not_saved"
        /// A style or a model's defaults.
        case notSaved = "not_saved"
        /// A fault of Easel's own.
        case `internal`

        // Fetching models
        /// The operator does not let this client fetch models.
        case downloadsOff = "downloads_off"
        case tooManyDownloads = "too_many_downloads"
        /// A text that names no source of a model.
        case unreadableSource = "unreadable_source"
        /// A server that is not asked.
        case refusedHost = "refused_host"
        /// A model that a hub does not give to everybody.
        case hubRefuses = "hub_refuses"
        case notOnHub = "not_on_hub"
        /// A server that cannot be reached, or does not answer as it should.
        case hubFails = "hub_fails"
        /// Several files that may be meant.
        case severalFiles = "several_files"
        case nothingUsable = "nothing_usable"
        /// A file that is not the one that the hub lists.
        case wrongDownload = "wrong_download"
        case downloadTooLarge = "download_too_large"
        case diskFull = "disk_full"
        /// A file or folder that has the name of a model.
        case fileThere = "file_there"

        // Models, devices, drawing
        case notReady = "not_ready"
        case noDevice = "no_device"
        case noUsableDevice = "no_usable_device"
        case noRuntime = "no_runtime"
        case deviceFailed = "device_failed"
        case compileFailed = "compile_failed"
        case wrongPrecision = "wrong_precision"
        case notFinite = "not_finite"
        case noSuchFile = "no_such_file"
        case unreadableFile = "unreadable_file"
        case notAModel = "not_a_model"
        case damagedFile = "damaged_file"
        case unsupportedModel = "unsupported_model"
        case missingPart = "missing_part"
        /// Something that a graph of another program does not do.
        case fixedGraph = "fixed_graph"
        case missingTinyVAE = "missing_tiny_vae"
        case fileChanged = "file_changed"
        case tookTooLong = "took_too_long"
        case notStored = "not_stored"
        case interrupted
        case brokenOff = "broken_off"
        /// The machine that drew was lost, each time that the job was begun.
        case machineLost = "machine_lost"
        case unreadableJob = "unreadable_job"
        /// Drawing failed for another reason than those above; the sentence or the log tells.
        case failed
    }
}

// Reasons that several parts of the program give.

extension ErrorReason {
    /// A number outside of its range.
    /// - Parameters:
    ///   - minimum: least value that is allowed.
    ///   - maximum: greatest value that is allowed.
    public static func outOfRange(_ value: Value, from minimum: Value, to maximum: Value) -> ErrorReason {
        ErrorReason(.outOfRange, ["value": value, "min": minimum, "max": maximum])
    }

    /// Something that a graph of another program does not do, by its name: `tiling`, `pictures`, `size`, `prompt`, `clip_skip`.
    public static func fixedGraph(_ wanted: String) -> ErrorReason { ErrorReason(.fixedGraph, ["wanted": .text(wanted)]) }

    /// A text that is none of some words or names.
    public static func unknownChoice(_ text: some StringProtocol, of choices: [String]) -> ErrorReason {
        ErrorReason(.unknownChoice, ["value": Value(text), "choices": Value(choices)])
    }

    /// Types of values as `wrongType` names them.
    public enum ValueType: String, Sendable, CaseIterable {
        case text, number, flag, texts, object
        case wholeNumber = "whole_number"
    }

    /// A value of another type than the field has.
    public static func wrongType(_ value: some StringProtocol, wanted: ValueType) -> ErrorReason {
        ErrorReason(.wrongType, ["value": Value(value), "wanted": .text(wanted.rawValue)])
    }

    /// Kinds of files that cannot be used, as `damagedFile` and `unsupportedModel` name them.
    public enum FileKind: String, Sendable, CaseIterable {
        // Damaged files
        case cutShort = "cut_short"
        case badHeader = "bad_header"
        case badArchive = "bad_archive"
        case badGraph = "bad_graph"
        case badJSON = "bad_json"
        case badSetting = "bad_setting"
        case missingTensor = "missing_tensor"
        case wrongShape = "wrong_shape"

        // Parts and relatives of models
        case lora
        case textualInversion = "textual_inversion"
        case controlNet = "control_net"
        case motionModule = "motion_module"
        case imageAdapter = "image_adapter"
        case vae
        case textEncoder = "text_encoder"
        case unet
        case upscaler
        case tinyVAE = "tiny_vae"

        // Models of other kinds
        case refiner, playground
        case cosXL = "cosxl"
        case sd3, flux, video
        case unCLIP = "unclip"
        case instructPix2Pix = "instruct_pix2pix"
        case depth
        /// A UNet of another build.
        case otherUNet = "other_unet"
        /// A pipeline of diffusers that is not for text to picture.
        case otherPipeline = "other_pipeline"
        case unknown

        // Files of models
        case quantized
        /// A value of a configuration that is not supported.
        case setting
        /// Numbers of a type that is not read.
        case numbers
        /// Tensors that no part of the model has.
        case strangeTensors = "strange_tensors"
        /// A file that names code, or may be malicious.
        case code
        case unknownFormat = "unknown_format"
    }

    /// A field that has no meaning together with another.
    /// - Parameter other: key of the other field.
    public static func conflict(with other: String) -> ErrorReason { ErrorReason(.conflictingFields, ["with": .text(other)]) }

    /// A text that cannot be a name.
    /// - Parameter limit: most characters.
    public static func badName(_ text: some StringProtocol, limit: Int) -> ErrorReason {
        ErrorReason(.badName, ["value": Value(text), "max": Value(limit)])
    }

    /// A text that does not have the form of the example.
    /// - Parameter range: range of the numbers in the text; nil when it has none.
    public static func wrongForm(_ text: some StringProtocol, example: String, range: ClosedRange<Int>? = nil) -> ErrorReason {
        ErrorReason(.wrongForm, ["value": Value(text), "example": .text(example)])
            .with("min", range.map { Value($0.lowerBound) }).with("max", range.map { Value($0.upperBound) })
    }

    /// A model's name that no model has.
    /// - Parameter choices: names of models; the first 20 are told, none when nobody knows them.
    public static func unknownModel(_ name: some StringProtocol, choices: [String] = []) -> ErrorReason {
        ErrorReason(.unknownModel, ["name": Value(name)]).with("choices", choices.isEmpty ? nil : Value(Array(choices.prefix(20))))
    }

    /// A model's name that may stand for several models.
    /// - Parameter choices: names of these models; the first 20 are told.
    public static func ambiguousModel(_ name: some StringProtocol, choices: [String]) -> ErrorReason {
        ErrorReason(.ambiguousModel, ["name": Value(name), "choices": Value(Array(choices.prefix(20)))])
    }

    /// A device that is not there.
    /// - Parameters:
    ///   - found: names of the devices that are there.
    ///   - setting: key of the setting that names the device; nil when nobody knows.
    public static func noDevice(_ name: String, found: [String], setting: String? = nil) -> ErrorReason {
        ErrorReason(.noDevice, ["name": Value(name), "devices": Value(found)]).with("setting", setting.map { Value($0) })
    }

    /// A file that is damaged or incomplete.
    /// - Parameters:
    ///   - kind: nil when the detail alone tells.
    ///   - detail: the fault, in English.
    public static func damagedFile(_ file: String, _ kind: FileKind? = nil, detail: String) -> ErrorReason {
        ErrorReason(.damagedFile, ["file": .text(file), "detail": .text(detail)]).with("kind", kind.map { .text($0.rawValue) })
    }

    /// A model, or another file, of a kind that is not used.
    /// - Parameter detail: the same in English.
    public static func unsupportedModel(_ file: String, _ kind: FileKind, detail: String) -> ErrorReason {
        ErrorReason(.unsupportedModel, ["file": .text(file), "kind": .text(kind.rawValue), "detail": .text(detail)])
    }

    /// A file that cannot be read.
    /// - Parameter detail: the system's words.
    public static func unreadableFile(_ file: String, detail: String) -> ErrorReason {
        ErrorReason(.unreadableFile, ["file": .text(file), "detail": .text(detail)])
    }
}
