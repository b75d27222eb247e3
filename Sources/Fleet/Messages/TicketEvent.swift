import FoundationEssentials
public import Generation

/// Something that a worker tells of a ticket. Told once, kept nowhere: a lost one costs a step in the display.
public struct TicketEvent: FleetMessage, Hashable {
    public static let mostBytes = 512 << 10
    /// Sketches of an event at most.
    static let mostPreviews = 64

    public enum Kind: Sendable, Hashable {
        /// A worker has the ticket, for the time given, from 1.
        case started(delivery: Int)
        /// The worker is at it still.
        case alive
        /// The worker gave the ticket back for others to draw.
        case returned
        case compiling(Compiling)
        case moved(Move)
        case encoding
        case encodingPictures(tile: TileProgress?)
        case upscaling(tile: Int, of: Int)
        case denoising(done: Int, total: Int)
        /// WebP files, one for each picture of the ticket.
        case preview([[UInt8]])
        case decoding(index: Int, total: Int, tile: TileProgress?)
        /// The pictures are drawn, and on their way.
        case storing
        /// Something that this version does not know.
        case unknown
    }

    public let version: Int
    public let ticket: TicketID
    public let worker: WorkerID
    public let kind: Kind

    public init(_ kind: Kind, of ticket: TicketID, by worker: WorkerID) {
        version = Self.presentVersion
        (self.kind, self.ticket, self.worker) = (kind, ticket, worker)
    }

    public func checkBounds() throws(MessageError) {
        func check(_ index: Int, _ count: Int) throws(MessageError) {
            try Bounds.check(count, "a number of steps", in: 0...10_000_000)
            try Bounds.check(index, "a step", in: 0...10_000_000)
        }
        func check(_ tile: TileProgress?) throws(MessageError) {
            if let tile { try check(tile.index, tile.count) }
        }
        switch kind {
        case .started(let delivery): try Bounds.check(delivery, "the delivery", in: 1...1_000_000)
        case .compiling(let compiling):
            try Bounds.check(compiling.device, "the device", atMost: 200)
            try Bounds.check(compiling.shape, "the shape", atMost: 1000)
        case .moved(let move): try Bounds.check(move.reason, "the reason", atMost: 8192)
        case .encodingPictures(let tile): try check(tile)
        case .upscaling(let index, let count), .denoising(let index, let count): try check(index, count)
        case .preview(let pictures): try Bounds.check(pictures.count, "the number of sketches", in: 1...Self.mostPreviews)
        case .decoding(let index, let count, let tile):
            try check(index, count)
            try check(tile)
        case .alive, .returned, .encoding, .storing, .unknown: break
        }
    }
}

extension TicketEvent.Kind {
    /// The event as workers tell it.
    /// - Returns: nil for a preview: its pictures have to become files first.
    init?(_ event: GenerationEvent) {
        switch event {
        case .compiling(let compiling): self = .compiling(compiling)
        case .moved(let move): self = .moved(move)
        case .encoding: self = .encoding
        case .encodingPictures(let tile): self = .encodingPictures(tile: tile)
        case .upscaling(let tile, let count): self = .upscaling(tile: tile, of: count)
        case .denoising(let done, let total): self = .denoising(done: done, total: total)
        case .preview: return nil
        case .decoding(let index, let total, let tile): self = .decoding(index: index, total: total, tile: tile)
        }
    }

    /// The event as a painter tells it.
    /// - Returns: nil for what no painter tells, and for a preview: its files have to become pictures first.
    var generationEvent: GenerationEvent? {
        switch self {
        case .compiling(let compiling): .compiling(compiling)
        case .moved(let move): .moved(move)
        case .encoding: .encoding
        case .encodingPictures(let tile): .encodingPictures(tile: tile)
        case .upscaling(let tile, let count): .upscaling(tile: tile, of: count)
        case .denoising(let done, let total): .denoising(done: done, total: total)
        case .decoding(let index, let total, let tile): .decoding(index: index, total: total, tile: tile)
        case .started, .alive, .returned, .preview, .storing, .unknown: nil
        }
    }
}

extension TicketEvent: Codable {
    private enum CodingKeys: String, CodingKey {
        case ticket, worker, event, delivery, compiling, move, tile, index, done, total, pictures
        case version = "v"
    }

    private enum Name: String, Codable {
        case started, alive, returned, compiling, moved, encoding, upscaling, denoising, preview, decoding, storing
        case encodingPictures = "encoding_pictures"
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        version = try container.decode(Int.self, forKey: .version)
        ticket = try container.decode(TicketID.self, forKey: .ticket)
        worker = try container.decode(WorkerID.self, forKey: .worker)
        func number(_ key: CodingKeys) throws -> Int { try container.decode(Int.self, forKey: key) }
        let tile = try container.decodeIfPresent(TileProgress.self, forKey: .tile)
        kind =
            switch Name(rawValue: try container.decode(String.self, forKey: .event)) {
            case .started: .started(delivery: try number(.delivery))
            case .alive: .alive
            case .returned: .returned
            case .compiling: .compiling(try container.decode(Compiling.self, forKey: .compiling))
            case .moved: .moved(try container.decode(MoveRecord.self, forKey: .move).move)
            case .encoding: .encoding
            case .encodingPictures: .encodingPictures(tile: tile)
            case .upscaling: .upscaling(tile: try number(.index), of: try number(.total))
            case .denoising: .denoising(done: try number(.done), total: try number(.total))
            case .preview: .preview(try container.decode([Data].self, forKey: .pictures).map { Array($0) })
            case .decoding: .decoding(index: try number(.index), total: try number(.total), tile: tile)
            case .storing: .storing
            case nil: .unknown
            }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(version, forKey: .version)
        try container.encode(ticket, forKey: .ticket)
        try container.encode(worker, forKey: .worker)
        func name(_ name: Name) throws { try container.encode(name, forKey: .event) }
        switch kind {
        case .started(let delivery):
            try name(.started)
            try container.encode(delivery, forKey: .delivery)
        case .alive, .unknown: try name(.alive)
        case .returned: try name(.returned)
        case .compiling(let compiling):
            try name(.compiling)
            try container.encode(compiling, forKey: .compiling)
        case .moved(let move):
            try name(.moved)
            try container.encode(MoveRecord(move), forKey: .move)
        case .encoding: try name(.encoding)
        case .encodingPictures(let tile):
            try name(.encodingPictures)
            try container.encodeIfPresent(tile, forKey: .tile)
        case .upscaling(let index, let total):
            try name(.upscaling)
            try container.encode(index, forKey: .index)
            try container.encode(total, forKey: .total)
        case .denoising(let done, let total):
            try name(.denoising)
            try container.encode(done, forKey: .done)
            try container.encode(total, forKey: .total)
        case .preview(let pictures):
            try name(.preview)
            try container.encode(pictures.map { Data($0) }, forKey: .pictures)
        case .decoding(let index, let total, let tile):
            try name(.decoding)
            try container.encode(index, forKey: .index)
            try container.encode(total, forKey: .total)
            try container.encodeIfPresent(tile, forKey: .tile)
        case .storing: try name(.storing)
        }
    }
}
