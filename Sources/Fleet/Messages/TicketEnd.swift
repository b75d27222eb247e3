public import Generation
public import Jobs

/// End of a ticket. Written once: the first one counts.
public struct TicketEnd: FleetMessage, Hashable {
    public static let mostBytes = 1 << 20
    /// Pictures of a ticket at most.
    public static let mostPictures = 512

    public enum Outcome: String, Sendable, Hashable, Codable { case done, failed, cancelled }

    public let version: Int
    public let ticket: TicketID
    /// Jobs of the ticket, in its order.
    public let jobs: [JobID]
    public let worker: WorkerID
    /// The attempt that this is the end of.
    public let run: RunID
    public let outcome: Outcome
    /// Reason of a failure, for the client.
    public let reason: PublicReason?
    /// One for each request of the ticket, when it is done.
    public let results: [DrawnResult]

    private init(
        _ ticket: Ticket, _ worker: WorkerID, _ run: RunID, _ outcome: Outcome, reason: PublicReason? = nil, results: [DrawnResult] = []
    ) {
        version = Self.presentVersion
        (self.ticket, jobs) = (ticket.id, ticket.jobs)
        (self.worker, self.run, self.outcome, self.reason, self.results) = (worker, run, outcome, reason, results)
    }

    /// The end of a ticket that was drawn.
    public init(of ticket: Ticket, by worker: WorkerID, _ run: RunID, results: [DrawnResult]) {
        self.init(ticket, worker, run, .done, results: results)
    }

    /// The end of a ticket that could not be drawn.
    public init(of ticket: Ticket, by worker: WorkerID, _ run: RunID, failed reason: PublicReason) {
        self.init(ticket, worker, run, .failed, reason: reason)
    }

    /// The end of a ticket that nobody wants.
    public init(cancelled ticket: Ticket, by worker: WorkerID, _ run: RunID) { self.init(ticket, worker, run, .cancelled) }

    /// Files of all pictures, in the order of their numbers.
    public var pictures: [PictureFile] { results.flatMap { $0.pictures.map(\.file) } }

    public func checkBounds() throws(MessageError) {
        try Bounds.check(reason?.description, "the reason", atMost: 8192)
        try Bounds.check(jobs.count, "the number of jobs", in: 1...Ticket.mostJobs)
        guard jobs.first == ticket.job else { throw .outOfBounds("the ticket is not named after its first job") }
        try Bounds.check(results.count, "the number of results", in: outcome == .done ? jobs.count...jobs.count : 0...0)
        guard outcome != .failed || reason != nil else { throw .outOfBounds("a failure has no reason") }
        let files = pictures
        try Bounds.check(files.count, "the number of pictures", in: 0...Self.mostPictures)
        for (number, file) in files.enumerated() {
            guard file.number == number else { throw .outOfBounds("the pictures are not numbered from 0 upwards") }
            try file.checkBounds()
        }
    }

    private enum CodingKeys: String, CodingKey {
        case ticket, jobs, worker, run, outcome, reason, results
        case version = "v"
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        version = try container.decode(Int.self, forKey: .version)
        ticket = try container.decode(TicketID.self, forKey: .ticket)
        jobs = try container.decode([JobID].self, forKey: .jobs)
        worker = try container.decode(WorkerID.self, forKey: .worker)
        run = try container.decode(RunID.self, forKey: .run)
        outcome = try container.decode(Outcome.self, forKey: .outcome)
        reason = try container.decodeIfPresent(TolerantReason.self, forKey: .reason)?.reason
        results = try container.decodeIfPresent([DrawnResult].self, forKey: .results) ?? []
    }
}

/// A picture's file on its way, in parts.
public struct PictureFile: Sendable, Hashable, Codable {
    /// Place among the pictures of the ticket, from 0.
    public let number: Int
    public let sha256: ContentHash
    /// Size of the file.
    public let bytes: Int
    /// Number of parts that it is sent in.
    public let parts: Int
    public let format: ImageFormat

    /// Largest file of a picture.
    static let mostBytes = 256 << 20

    func checkBounds() throws(MessageError) {
        try Bounds.check(bytes, "the size of a picture", in: 1...Self.mostBytes)
        guard parts == Parts.count(ofBytes: bytes) else { throw .outOfBounds("\(bytes) bytes do not make \(parts) parts") }
    }

    private enum CodingKeys: String, CodingKey { case sha256, bytes, parts, number = "n", format = "form" }
}

/// Result for a request, without the pixels.
public struct DrawnResult: Sendable, Hashable, Codable {
    public struct Picture: Sendable, Hashable, Codable {
        public let file: PictureFile
        public let seed: UInt64
        public let variationSeed: UInt64?
        public let prompt: String
        public let negativePrompt: String
        public let infotext: String
        public let postprocessing: String
        public let loras: [LoRAReference]

        private enum CodingKeys: String, CodingKey {
            case file, seed, prompt, infotext, postprocessing, loras
            case variationSeed = "variation_seed", negativePrompt = "negative_prompt"
        }
    }

    public let pictures: [Picture]
    let tokenCount: Int
    let chunkCount: Int
    let ignored: [String]
    let warnings: [Notice]
    let dependsOnScheduleCounting: Bool
    let places: PerStage<Place>
    let runtimeVersion: String
    let timings: GenerationTimings
    let compiles: [CompileRecord]
    let moves: [MoveRecord]
    let relativeErrors: PerStage<Double?>
    let incidents: [String]

    /// - Parameter files: of the result's pictures, in their order.
    /// - Precondition: there is a file for each picture.
    public init(_ result: GenerationResult, files: [PictureFile]) {
        precondition(files.count == result.pictures.count, "\(result.pictures.count) pictures have \(files.count) files")
        pictures = zip(result.pictures, files).map { picture, file in
            Picture(
                file: file, seed: picture.seed, variationSeed: picture.variationSeed, prompt: picture.prompt,
                negativePrompt: picture.negativePrompt, infotext: picture.infotext, postprocessing: picture.postprocessing,
                loras: picture.loras)
        }
        tokenCount = result.tokenCount
        chunkCount = result.chunkCount
        ignored = result.ignored
        warnings = result.warnings
        dependsOnScheduleCounting = result.dependsOnScheduleCounting
        places = result.places
        runtimeVersion = result.runtimeVersion
        timings = result.timings
        compiles = result.compiles
        moves = result.moves.map(MoveRecord.init)
        relativeErrors = result.relativeErrors
        incidents = result.incidents
    }

    /// - Parameter images: one for each of `pictures`, with its transparency.
    /// - Precondition: there is an image for each picture.
    func result(with images: [(image: RGBImage, alpha: [UInt8]?)]) -> GenerationResult {
        precondition(images.count == pictures.count, "\(pictures.count) pictures have \(images.count) images")
        let drawn = zip(pictures, images).map { picture, image in
            var drawn = Generation.Picture(
                image.image, seed: picture.seed, variationSeed: picture.variationSeed, prompt: picture.prompt,
                negativePrompt: picture.negativePrompt, infotext: picture.infotext)
            drawn.postprocessing = picture.postprocessing
            drawn.loras = picture.loras
            drawn.alpha = image.alpha
            return drawn
        }
        var result = GenerationResult(
            pictures: drawn, tokenCount: tokenCount, chunkCount: chunkCount, ignored: ignored, warnings: warnings,
            dependsOnScheduleCounting: dependsOnScheduleCounting, places: places, runtimeVersion: runtimeVersion, timings: timings,
            compiles: compiles, moves: moves.map(\.move))
        result.relativeErrors = relativeErrors
        result.incidents = incidents
        return result
    }

    private enum CodingKeys: String, CodingKey {
        case pictures, ignored, warnings, places, timings, compiles, moves, incidents
        case tokenCount = "tokens", chunkCount = "chunks", dependsOnScheduleCounting = "depends_on_schedule_counting"
        case runtimeVersion = "openvino", relativeErrors = "relative_errors"
    }
}

extension DrawnResult {
    /// Reads a result. Warnings and compiles of kinds that this version does not know are told in words alone, or left out.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        pictures = try container.decode([Picture].self, forKey: .pictures)
        tokenCount = try container.decode(Int.self, forKey: .tokenCount)
        chunkCount = try container.decode(Int.self, forKey: .chunkCount)
        ignored = try container.decodeIfPresent([String].self, forKey: .ignored) ?? []
        warnings = (try container.decodeIfPresent([TolerantNotice].self, forKey: .warnings) ?? []).map(\.notice)
        dependsOnScheduleCounting = try container.decodeIfPresent(Bool.self, forKey: .dependsOnScheduleCounting) ?? false
        places = try container.decode(PerStage<Place>.self, forKey: .places)
        runtimeVersion = try container.decode(String.self, forKey: .runtimeVersion)
        timings = try container.decode(GenerationTimings.self, forKey: .timings)
        compiles = (try container.decodeIfPresent([Known<CompileRecord>].self, forKey: .compiles) ?? []).compactMap(\.value)
        moves = (try container.decodeIfPresent([Known<MoveRecord>].self, forKey: .moves) ?? []).compactMap(\.value)
        relativeErrors = try container.decodeIfPresent(PerStage<Double?>.self, forKey: .relativeErrors) ?? .init(repeating: nil)
        incidents = try container.decodeIfPresent([String].self, forKey: .incidents) ?? []
    }

    public static func == (a: Self, b: Self) -> Bool {
        a.pictures == b.pictures && a.tokenCount == b.tokenCount && a.chunkCount == b.chunkCount && a.ignored == b.ignored
            && a.warnings == b.warnings && a.dependsOnScheduleCounting == b.dependsOnScheduleCounting && a.places == b.places
            && a.runtimeVersion == b.runtimeVersion && a.timings == b.timings && a.compiles == b.compiles && a.moves == b.moves
            && a.relativeErrors == b.relativeErrors && a.incidents == b.incidents
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(pictures) }
}

/// A move with all that it tells.
struct MoveRecord: Sendable, Hashable, Codable {
    let stage: Stage
    let from: String
    let to: String
    let reason: String
    let cause: ErrorReason

    init(_ move: Move) {
        (stage, from, to, reason, cause) = (move.stage, move.from.description, move.to.description, move.reason, move.cause)
    }

    /// Placements that this version does not know are taken for the CPU in f32; `reason` is a sentence that names them.
    var move: Move {
        Move(stage: stage, from: Placement(from) ?? .reference, to: Placement(to) ?? .reference, reason: reason, cause: cause)
    }
}

/// A value that may be of a newer version, and is nil then.
private struct Known<Value: Decodable>: Decodable {
    let value: Value?

    init(from decoder: any Decoder) throws { value = try? Value(from: decoder) }
}

/// A notice, without its name and values when this version does not know the name.
private struct TolerantNotice: Decodable {
    let notice: Notice

    init(from decoder: any Decoder) throws {
        if let known = try? Notice(from: decoder) {
            notice = known
        } else {
            notice = Notice(.told, try decoder.container(keyedBy: Key.self).decode(String.self, forKey: .message))
        }
    }

    private enum Key: String, CodingKey { case message }
}

/// A reason, without its name and values when this version does not know the name.
private struct TolerantReason: Decodable {
    let reason: PublicReason

    init(from decoder: any Decoder) throws {
        if let known = try? PublicReason(from: decoder) {
            reason = known
        } else {
            reason = PublicReason(ErrorReason(.failed), try decoder.container(keyedBy: Key.self).decode(String.self, forKey: .description))
        }
    }

    private enum Key: String, CodingKey { case description }
}
