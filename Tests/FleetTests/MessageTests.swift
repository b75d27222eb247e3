import Foundation
import Generation
import Jobs
import TestSupport
import Testing

@testable import Fleet

struct MessageTests {
    private static let ticket = FleetFixtures.ticket([1, 2])
    private static let compiling = Compiling(.text(1), device: "GPU.0", shape: "any shape", reason: .newSize)
    private static let move = Move(
        stage: .decode, from: Placement(device: "GPU", arithmetic: .performance), to: .reference, reason: "It ran out of memory.",
        cause: ErrorReason(.failed, ["bytes": 12]))

    /// A result with a value of its own in every field.
    private static var unusualResult: GenerationResult {
        var result = FakePainter.painted(FleetFixtures.request(9), model: "tiny")
        result.pictures[0].variationSeed = .max
        result.pictures[0].postprocessing = "Upscaler: Lanczos"
        result.pictures[0].loras = [LoRAReference(name: "film", hash: "0123456789ab")]
        result.pictures[0].alpha = Array(repeating: 7, count: 64 * 64)
        (result.tokenCount, result.chunkCount, result.ignored) = (80, 2, ["<lora:film:1>"])
        result.warnings = [Notice(.nulCharacters, ["count": 2], "2 characters were left out.")]
        result.dependsOnScheduleCounting = true
        result.places.denoise = Place(device: "GPU.0", precision: "f16")
        (result.timings.load, result.timings.compile.decode, result.timings.encode) = (1, 2, 3)
        (result.timings.encodePictures, result.timings.upscale, result.timings.decode) = (4, 5, 6)
        result.compiles = [CompileRecord(
            stage: .decode, device: "CPU", precision: "f32", shape: "any shape", reason: .lora, seconds: 2, isFromDiskCache: true)]
        result.moves = [move]
        result.relativeErrors = .init(encode: nil, denoise: 0.25, decode: .infinity)
        result.incidents = ["GPU.0 drifted."]
        return result
    }

    private static let end = TicketEnd(
        of: FleetFixtures.ticket([9]), by: FleetFixtures.worker(3), FleetFixtures.run(5),
        results: [DrawnResult(unusualResult, files: [
            PictureFile(number: 0, sha256: ContentHash(of: FleetFixtures.bytes), bytes: 3, parts: 1, format: .png),
        ])])

    private static let failure = TicketEnd(
        of: ticket, by: FleetFixtures.worker(3), FleetFixtures.run(6),
        failed: PublicReason(ErrorReason(.tookTooLong, ["minutes": 5]), "Too long."))

    private static let presence = Presence(
        of: FleetFixtures.worker(4), machine: "箱", slots: 2, busy: 1, isDraining: true,
        devices: [.init(name: "GPU.0", label: "Arc", precisions: ["f16", "f32"])], runtimeVersion: "2026.4.1", programVersion: "1.2",
        models: [FleetFixtures.model.sha256],
        groups: [.init(FleetFixtures.group(8), isWarm: true, usefulBatchSize: 4, secondsPerStep: 0.5)],
        incidents: ["GPU.0 drifted."])

    private static let folder = FleetModel(files: [
        .init(path: "unet/config.json", sha256: ContentHash(of: [1]), bytes: 1),
        .init(path: "model_index.json", sha256: ContentHash(of: [2]), bytes: 2),
    ])

    private static let events: [TicketEvent.Kind] = [
        .started(delivery: 2), .alive, .returned, .compiling(compiling), .moved(move), .encoding, .encodingPictures(tile: nil),
        .encodingPictures(tile: TileProgress(1, of: 4)), .upscaling(tile: 2, of: 9), .denoising(done: 3, total: 20),
        .preview([[1, 2], [3]]),
        .decoding(index: 1, total: 2, tile: TileProgress(0, of: 2)), .decoding(index: 0, total: 1, tile: nil), .storing,
    ]

    private static func golden<Message: FleetMessage>(_ name: String) throws -> Message {
        try Message(message: Array(Data(contentsOf: Fixture.url("fleet/v1/\(name).json"))))
    }

    @Test("messages that were written by the first version are read as they were meant")
    func goldenMessages() throws {
        #expect(try Self.golden("ticket") == Self.ticket)
        let ofFolder = Ticket(
            id: Self.ticket.id, front: Self.ticket.front, jobs: Self.ticket.jobs, requests: Self.ticket.requests, model: Self.folder,
            resources: ContentHash(of: [3]), deadline: FleetFixtures.start)
        #expect(try Self.golden("ticket-diffusers") == ofFolder)
        #expect(try Self.golden("end") == Self.end)
        #expect(try Self.golden("end-failed") == Self.failure)
        let cancelled = TicketEnd(cancelled: Self.ticket, by: FleetFixtures.worker(3), FleetFixtures.run(7))
        #expect(try Self.golden("end-cancelled") == cancelled)
        #expect(try Self.golden("presence") == Self.presence)
        let front = FrontRecord(of: FleetFixtures.front(2), weight: 2.5, waiting: 7, address: "http://front.example:7860")
        #expect(try Self.golden("front") == front)
        let group = GroupRecord(FleetFixtures.group(8), model: FleetFixtures.model.sha256, shape: "512×512, batch 2")
        #expect(try Self.golden("group") == group)
        for (number, kind) in Self.events.enumerated() {
            let event = TicketEvent(kind, of: Self.ticket.id, by: FleetFixtures.worker(3))
            #expect(try Self.golden("event-\(number)") == event)
        }
    }

    @Test("a result is the same after its way, but for the pixels that come apart")
    func results() throws {
        let result = Self.unusualResult
        let drawn = try TicketEnd(message: Self.end.message()).results[0]
        let again = drawn.result(with: result.pictures.map { ($0.content, $0.alpha) })
        // A field that is forgotten on the way differs in this text.
        #expect("\(again)" == "\(result)")
    }

    @Test("fields, kinds of events, warnings and reasons that this version does not know do no harm")
    func newerMessages() throws {
        func change(_ message: some FleetMessage, _ change: (inout [String: Any]) -> Void) throws -> [UInt8] {
            var object = try #require(JSONSerialization.jsonObject(with: Data(message.message())) as? [String: Any])
            change(&object)
            return Array(try JSONSerialization.data(withJSONObject: object))
        }
        #expect(try Ticket(message: change(Self.ticket) { $0["colour"] = ["red"] }) == Self.ticket)
        let event = TicketEvent(.alive, of: Self.ticket.id, by: FleetFixtures.worker(1))
        #expect(try TicketEvent(message: change(event) { $0["event"] = "dreaming" }).kind == .unknown)
        let failure = try TicketEnd(message: change(Self.failure) {
            $0["reason"] = ["description": "Odd.", "reason": ["name": "odd", "values": [:]] as [String: Any]] as [String: Any]
        })
        #expect(failure.reason == PublicReason(ErrorReason(.failed), "Odd."))
        let end = try TicketEnd(message: change(Self.end) { object in
            var results = object["results"] as? [[String: Any]] ?? []
            results[0]["warnings"] = [["reason": "odd", "values": [:], "message": "Odd."] as [String: Any]]
            results[0]["compiles"] = [["component": "soul"]]
            object["results"] = results
        })
        #expect(end.results[0].warnings == [Notice(.told, "Odd.")])
        #expect(end.results[0].compiles == [])
        #expect(throws: MessageError.otherVersion("Ticket", 2)) { try Ticket(message: change(Self.ticket) { $0["v"] = 2 }) }
    }

    @Test("what is out of bounds, or could become a path or a subject, is refused", arguments: [
        ("jobs", "[]"), ("jobs", #"["00000000000000000000000000000001"]"#), ("ticket", #""../etc-0-1""#), ("front", #""f.*.>.000000000""#),
        ("deadline_ms", "-5"), ("settings", "{\"a\": 7}"), ("requests", "[]"), ("model", "{}"),
        ("model", #"{"sha256":"\#(String(repeating: "a", count: 64))","bytes":-1,"form":"safetensors"}"#),
        ("model", #"{"sha256":"\#(String(repeating: "a", count: 64))","bytes":1,"form":"pickle"}"#),
    ])
    func outOfBounds(_ field: String, _ value: String) throws {
        var object = try #require(JSONSerialization.jsonObject(with: Data(Self.ticket.message())) as? [String: Any])
        object[field] = try JSONSerialization.jsonObject(with: Data(value.utf8), options: .fragmentsAllowed)
        let message = Array(try JSONSerialization.data(withJSONObject: object))
        #expect(throws: MessageError.self) { try Ticket(message: message) }
    }

    @Test("files of models have plain names", arguments: [
        ("unet/config.json", true), ("a/b/c.safetensors", true), ("../x.json", false), ("/x.json", false), ("a//x.json", false),
        ("a/.x.json", false),
        ("x.bin", false), ("x.py", false), ("a/b/c/d.json", false), ("x\u{0}.json", false), ("", false), ("ü.json", false),
    ])
    func paths(_ path: String, _ isSafe: Bool) { #expect(FleetModel.isPart(path) == isSafe) }

    @Test("a folder whose hash is not that of its files, or that has a file twice, is refused")
    func manifests() throws {
        #expect(throws: Never.self) { try Self.folder.checkBounds() }
        var object = try #require(JSONSerialization.jsonObject(with: JSONEncoder().encode(Self.folder)) as? [String: Any])
        object["sha256"] = String(repeating: "a", count: 64)
        let other = try JSONDecoder().decode(FleetModel.self, from: JSONSerialization.data(withJSONObject: object))
        #expect(throws: MessageError.self) { try other.checkBounds() }
        let twice = FleetModel(files: Self.folder.files + [.init(path: "UNET/config.json", sha256: ContentHash(of: [1]), bytes: 1)])
        #expect(throws: MessageError.self) { try twice.checkBounds() }
    }

    @Test("names and subjects are read as they are written, and nothing else is")
    func names() {
        let id = TicketID(FleetFixtures.job(7), run: 12, release: 345)
        #expect(TicketID(id.description) == id)
        for text in ["", "0-0-0", "\(FleetFixtures.job(1))-01-1", "\(FleetFixtures.job(1))--1-1", "\(FleetFixtures.job(1))-1-1.end"] {
            #expect(TicketID(text) == nil, "\(text)")
        }
        #expect(WorkerID(FrontID().description) == nil)
        #expect(FrontID(FrontID().description) != nil)
        let subject = Subjects.ticket(.urgent, FleetFixtures.group(3), from: FleetFixtures.front())
        #expect(subject == "ez1.ticket.u.0000000000000003.f000000000001")
        #expect(Subjects.ticketParts(of: subject)?.group == FleetFixtures.group(3))
        let hint = Subjects.hint(.normal, FleetFixtures.group(3), from: FleetFixtures.front())
        #expect(Subjects.ticketParts(of: hint)?.ticketClass == .normal)
        #expect(Subjects.ticketParts(of: subject + ".more") == nil)
        #expect(Subjects.ticketParts(of: "ez2" + subject.dropFirst(3)) == nil)
        let ticket = FleetFixtures.ticket().id
        for subject in [
            Subjects.end(of: ticket, for: FleetFixtures.front()), Subjects.events(of: ticket, for: FleetFixtures.front()),
            Subjects.control(of: ticket),
        ] {
            #expect(Subjects.ticket(of: subject) == ticket)
            #expect(Subjects.ticket(of: subject + ".more") == nil)
            #expect(Subjects.ticket(of: "ez2" + subject.dropFirst(3)) == nil)
        }
        #expect(Subjects.ticket(of: Subjects.part(0, ofPicture: 0, of: ticket, for: FleetFixtures.front())) == nil)
    }

    @Test("networks and placements are read as they are written")
    func words() {
        let networks: [NetworkID] = [.text(0), .text(1), .text(2), .denoiser, .decoder, .encoder, .tinyDecoder, .tinyEncoder, .upscaler]
        #expect(networks.map { NetworkID(name: $0.name) } == networks)
        #expect(NetworkID(name: "text_encoder_1") == nil)
        for arithmetic in [Arithmetic.exactly(.bf16), .performance, .deviceDefault] {
            let placement = Placement(device: "GPU.1", arithmetic: arithmetic)
            #expect(Placement(placement.description) == placement)
        }
        #expect(Placement("GPU in accuracy") == nil)
        #expect(Placement("GPU  in f16") == nil)
    }

    @Test("a file is whole again after its parts are joined, and a damaged one is refused")
    func parts() throws {
        for count in [1, Parts.size, Parts.size + 1] {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
            let parts = Parts.split(bytes).map { Array($0) }
            let file = PictureFile(
                number: 0, sha256: ContentHash(of: bytes), bytes: count, parts: Parts.count(ofBytes: count), format: .png)
            #expect(throws: Never.self) { try file.checkBounds() }
            #expect(parts.count == file.parts)
            #expect(try Parts.joined(parts, as: file) == bytes)
            var damaged = parts
            damaged[0][0] ^= 1
            #expect(throws: PictureDamaged.self) { try Parts.joined(damaged, as: file) }
            #expect(throws: PictureDamaged.self) { try Parts.joined(Array(parts.dropLast()), as: file) }
        }
        #expect(throws: MessageError.self) {
            try PictureFile(number: 0, sha256: ContentHash(of: []), bytes: Parts.size + 1, parts: 1, format: .png).checkBounds()
        }
    }
}
