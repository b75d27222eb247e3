public import FoundationEssentials
public import Generation
public import Jobs

/// Requests of one model that a worker is to draw in one go.
public struct Ticket: FleetMessage, Hashable {
    public static let mostBytes = 512 << 10
    /// Jobs of a ticket at most.
    public static let mostJobs = 64

    public let version: Int
    public let id: TicketID
    /// The front that gets the end.
    public let front: FrontID
    /// Jobs that the pictures are for; the first one names the ticket.
    public let jobs: [JobID]
    /// One request for each job. They differ in nothing but their prompts, styles, seeds and batch sizes.
    public let requests: [GenerationRequest]
    public let model: FleetModel
    /// Embeddings, styles and wildcards as one archive; nil without any.
    public let resources: ContentHash?
    /// The settings that pictures depend on.
    public let settings: [String: String]
    /// Time after which nobody wants the pictures.
    public let deadline: Date
    /// Steps after which somebody wants to see the pictures.
    public let previews: PreviewSchedule

    public init(
        id: TicketID, front: FrontID, jobs: [JobID], requests: [GenerationRequest], model: FleetModel, resources: ContentHash? = nil,
        settings: [String: String] = [:], deadline: Date, previews: PreviewSchedule = .none
    ) {
        version = Self.presentVersion
        self.id = id
        self.front = front
        self.jobs = jobs
        self.requests = requests
        self.model = model
        self.resources = resources
        self.settings = settings
        self.deadline = deadline
        self.previews = previews
    }

    public func checkBounds() throws(MessageError) {
        try Bounds.check(jobs.count, "the number of jobs", in: 1...Self.mostJobs)
        guard jobs.first == id.job else { throw .outOfBounds("the ticket is not named after its first job") }
        guard Set(jobs).count == jobs.count else { throw .outOfBounds("a job comes twice") }
        guard requests.count == jobs.count else { throw .outOfBounds("\(jobs.count) jobs have \(requests.count) requests") }
        for request in requests {
            do {
                try request.validate()
            } catch {
                throw .outOfBounds("a request cannot be drawn: \(error.field)")
            }
        }
        guard let first = requests.first, requests.allSatisfy({ $0 == first || $0.canBeDrawnTogether(with: first) }) else {
            throw .outOfBounds("the requests cannot be drawn together")
        }
        try model.checkBounds()
        try Bounds.check(settings, "settings")
    }

    private enum CodingKeys: String, CodingKey {
        case jobs, requests, model, resources, settings, front, previews
        case version = "v", id = "ticket", deadline = "deadline_ms"
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        version = try container.decode(Int.self, forKey: .version)
        id = try container.decode(TicketID.self, forKey: .id)
        front = try container.decode(FrontID.self, forKey: .front)
        jobs = try container.decode([JobID].self, forKey: .jobs)
        requests = try container.decode([GenerationRequest].self, forKey: .requests)
        model = try container.decode(FleetModel.self, forKey: .model)
        resources = try container.decodeIfPresent(ContentHash.self, forKey: .resources)
        settings = try container.decodeIfPresent([String: String].self, forKey: .settings) ?? [:]
        let milliseconds = try container.decode(Int.self, forKey: .deadline)
        guard Bounds.milliseconds.contains(milliseconds) else {
            throw DecodingError.dataCorruptedError(forKey: .deadline, in: container, debugDescription: "\(milliseconds) is no time")
        }
        deadline = Date(milliseconds: milliseconds)
        previews = try container.decodeIfPresent(PreviewSchedule.self, forKey: .previews) ?? .none
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(version, forKey: .version)
        try container.encode(id, forKey: .id)
        try container.encode(front, forKey: .front)
        try container.encode(jobs, forKey: .jobs)
        try container.encode(requests, forKey: .requests)
        try container.encode(model, forKey: .model)
        try container.encodeIfPresent(resources, forKey: .resources)
        try container.encode(settings, forKey: .settings)
        try container.encode(deadline.milliseconds, forKey: .deadline)
        try container.encode(previews, forKey: .previews)
    }
}

/// A model, told by what is in it: a machine that has the same bytes under any name has the model.
public struct FleetModel: Sendable, Hashable, Codable {
    /// The form in which a model lies on a disk.
    public enum Form: String, Sendable, Hashable, Codable {
        /// One `.safetensors` file.
        case safetensors
        /// A folder of files as diffusers has it.
        case diffusers
    }

    /// A file of a folder.
    public struct File: Sendable, Hashable, Codable {
        /// Place below the folder: `unet/config.json`.
        public let path: String
        public let sha256: ContentHash
        public let bytes: Int

        public init(path: String, sha256: ContentHash, bytes: Int) {
            (self.path, self.sha256, self.bytes) = (path, sha256, bytes)
        }
    }

    /// SHA-256 of the file; of a folder, that of `manifest`.
    public let sha256: ContentHash
    /// Size of the file, or of all files.
    public let bytes: Int
    public let form: Form
    /// Files of a folder, in order of their paths; none for a single file.
    public let files: [File]
    /// Name that pictures tell of the model, for people; nil for none. No file is looked for by it, and it is no part of what the model is.
    public let name: String?

    /// A single file.
    public init(sha256: ContentHash, bytes: Int, name: String? = nil) {
        (self.sha256, self.bytes, form, files, self.name) = (sha256, bytes, .safetensors, [], name)
    }

    /// A folder.
    public init(files: [File], name: String? = nil) {
        self.name = name
        self.files = files.sorted { $0.path < $1.path }
        sha256 = Self.hash(of: self.files)
        bytes = files.reduce(0) { $0 &+ $1.bytes }
        form = .diffusers
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        sha256 = try container.decode(ContentHash.self, forKey: .sha256)
        bytes = try container.decode(Int.self, forKey: .bytes)
        form = try container.decode(Form.self, forKey: .form)
        files = try container.decodeIfPresent([File].self, forKey: .files) ?? []
        name = try container.decodeIfPresent(String.self, forKey: .name)
    }

    /// Hash of the list of files: of lines with path, hash and size.
    private static func hash(of files: [File]) -> ContentHash {
        ContentHash(of: files.map { "\($0.path)\t\($0.sha256)\t\($0.bytes)\n" }.joined().utf8)
    }

    func checkBounds() throws(MessageError) {
        try Bounds.check(bytes, "the size of the model", in: Bounds.bytesOfFile)
        try Bounds.check(name, "the model's name", atMost: 256)
        try Bounds.check(files.count, "the number of the model's files", in: form == .safetensors ? 0...0 : 1...2000)
        for file in files {
            try Bounds.check(file.bytes, "the size of a file", in: Bounds.bytesOfFile)
            guard Self.isPart(file.path) else { throw .outOfBounds("\"\(file.path.prefix(80))\" is no file of a model") }
        }
        guard form == .diffusers else { return }
        guard Set(files.map { $0.path.lowercased() }).count == files.count else { throw .outOfBounds("a file of the model comes twice") }
        guard Self.hash(of: files) == sha256 else { throw .outOfBounds("the model's hash is not that of its list of files") }
    }

    /// Whether a path is that of a file in a folder of diffusers: up to three plain names, and an ending of data. Nothing in a model is
    /// executed.
    public static func isPart(_ path: String) -> Bool {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard (1...3).contains(parts.count), path.utf8.count <= 200 else { return false }
        let isPlain = parts.allSatisfy { part in
            !part.isEmpty && part.utf8.first != UInt8(ascii: ".") && part.utf8.allSatisfy { byte in
                (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || "._-".utf8.contains(byte)
            }
        }
        return isPlain && [".safetensors", ".json", ".txt"].contains { path.hasSuffix($0) }
    }
}
