import Generation

/// Report of a worker that lives. It is gone when nothing was reported for 45 seconds.
public struct Presence: FleetMessage, Hashable {
    public static let mostBytes = 64 << 10
    /// Time between two reports.
    public static let interval = Duration.seconds(15)

    /// A device of the worker.
    public struct Device: Sendable, Hashable, Codable {
        /// OpenVINO's name: `GPU.0`.
        public var name: String
        /// In the maker's words.
        public var label: String
        public var precisions: [String]

        public init(name: String, label: String, precisions: [String]) {
            (self.name, self.label, self.precisions) = (name, label, precisions)
        }
    }

    /// A compile group that the worker knows.
    public struct Group: Sendable, Hashable, Codable {
        public var token: GroupToken
        /// Whether its networks are compiled and in memory.
        public var isWarm: Bool
        /// Number of pictures that are drawn together in the least time for each.
        public var usefulBatchSize: Int
        /// nil before the first picture.
        public var secondsPerStep: Double?

        public init(_ token: GroupToken, isWarm: Bool, usefulBatchSize: Int = 1, secondsPerStep: Double? = nil) {
            (self.token, self.isWarm, self.usefulBatchSize, self.secondsPerStep) = (token, isWarm, usefulBatchSize, secondsPerStep)
        }

        private enum CodingKeys: String, CodingKey {
            case token = "group", isWarm = "warm", usefulBatchSize = "batch", secondsPerStep = "seconds_per_step"
        }
    }

    public let version: Int
    public let worker: WorkerID
    /// Name of the machine, for people.
    public var machine: String
    /// Tickets that it draws at the same time.
    public var slots: Int
    /// Slots that draw.
    public var busy: Int
    /// Whether it takes no more tickets.
    public var isDraining: Bool
    public var devices: [Device]
    /// Version of OpenVINO.
    public var runtimeVersion: String
    /// Version of Easel.
    public var programVersion: String
    /// Oldest and newest version of messages that it knows.
    public var schema: [Int]
    /// Models on its disk.
    public var models: [ContentHash]
    public var groups: [Group]
    /// Sentences about devices that drew wrong pictures.
    public var incidents: [String]

    public init(
        of worker: WorkerID, machine: String, slots: Int, busy: Int = 0, isDraining: Bool = false, devices: [Device] = [],
        runtimeVersion: String = "", programVersion: String = "", models: [ContentHash] = [], groups: [Group] = [],
        incidents: [String] = []
    ) {
        version = Self.presentVersion
        schema = [Self.presentVersion, Self.presentVersion]
        self.worker = worker
        self.machine = machine
        self.slots = slots
        self.busy = busy
        self.isDraining = isDraining
        self.devices = devices
        self.runtimeVersion = runtimeVersion
        self.programVersion = programVersion
        self.models = models
        self.groups = groups
        self.incidents = incidents
    }

    /// Whether it can draw a ticket of this version.
    public var takesTickets: Bool {
        !isDraining && schema.count == 2 && schema[0] <= Self.presentVersion && Self.presentVersion <= schema[1]
    }

    public func checkBounds() throws(MessageError) {
        try Bounds.check(machine, "the machine's name", atMost: 256)
        try Bounds.check(slots, "the number of slots", in: 0...1024)
        try Bounds.check(busy, "the number of busy slots", in: 0...1024)
        try Bounds.check(devices.count, "the number of devices", in: 0...64)
        for device in devices {
            try Bounds.check(device.name, "a device's name", atMost: 100)
            try Bounds.check(device.label, "a device's label", atMost: 256)
            try Bounds.check(device.precisions.count, "the number of precisions", in: 0...32)
        }
        try Bounds.check(runtimeVersion, "OpenVINO's version", atMost: 100)
        try Bounds.check(programVersion, "Easel's version", atMost: 100)
        try Bounds.check(schema.count, "the number of versions", in: 2...2)
        try Bounds.check(models.count, "the number of models", in: 0...500)
        try Bounds.check(groups.count, "the number of groups", in: 0...256)
        for group in groups { try Bounds.check(group.usefulBatchSize, "a batch size", in: 1...Ticket.mostJobs) }
        try Bounds.check(incidents.count, "the number of incidents", in: 0...32)
        for incident in incidents { try Bounds.check(incident, "an incident", atMost: 1000) }
    }

    private enum CodingKeys: String, CodingKey {
        case worker, machine, slots, busy, devices, schema, models, groups, incidents
        case version = "v", isDraining = "draining", runtimeVersion = "openvino", programVersion = "easel"
    }
}

/// Report of a front that lives.
public struct FrontRecord: FleetMessage, Hashable {
    public static let mostBytes = 8 << 10

    public let version: Int
    public let front: FrontID
    /// Its part of all slots, beside those of other fronts; 1 is usual.
    public var weight: Double
    /// Jobs that wait at it.
    public var waiting: Int
    /// Address that workers fetch models from; nil when it has none.
    public var address: String?

    public init(of front: FrontID, weight: Double = 1, waiting: Int = 0, address: String? = nil) {
        version = Self.presentVersion
        (self.front, self.weight, self.waiting, self.address) = (front, weight, waiting, address)
    }

    public func checkBounds() throws(MessageError) {
        guard (0.001...1000).contains(weight) else { throw .outOfBounds("the weight is \(weight); 0.001 to 1000 is allowed") }
        try Bounds.check(waiting, "the number of waiting jobs", in: 0...10_000_000)
        try Bounds.check(address, "the address", atMost: 1000)
    }

    private enum CodingKeys: String, CodingKey { case front, weight, waiting, address, version = "v" }
}

/// A compile group that fronts release tickets of.
public struct GroupRecord: FleetMessage, Hashable {
    public static let mostBytes = 8 << 10

    public let version: Int
    public let token: GroupToken
    public let model: ContentHash
    /// As in `CompileGroup`.
    public let shape: String

    public init(_ token: GroupToken, model: ContentHash, shape: String) {
        version = Self.presentVersion
        (self.token, self.model, self.shape) = (token, model, shape)
    }

    public func checkBounds() throws(MessageError) { try Bounds.check(shape, "the shape", atMost: 1000) }

    private enum CodingKeys: String, CodingKey { case model, shape, token = "group", version = "v" }
}
