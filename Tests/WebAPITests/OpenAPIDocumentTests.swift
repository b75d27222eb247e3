import Files
import Foundation
import Generation
import Jobs
import Settings
import Testing
import WebAPI

@Suite("The OpenAPI document")
struct OpenAPIDocumentTests {
    private static let made = Result { try json(String(decoding: OpenAPIDocument.data(version: "0.1.0"), as: UTF8.self)) }
    private let document: JSONValue

    init() throws { document = try Self.made.get() }

    @Test("has every route once")
    func routes() {
        let names = Route.all.map { "\($0.method.rawValue) \($0.path)" }
        #expect(Set(names).count == names.count)
        for route in Route.all { #expect(document["paths"]?[route.path]?[route.method.rawValue]?["summary"] == .string(route.summary)) }
    }

    @Test("names every parameter of a path")
    func parameters() {
        for route in Route.all {
            let names = route.path.matches(of: /\{(\w+)\}/).map { String($0.1) }
            guard case .array(let parameters)? = document["paths"]?[route.path]?[route.method.rawValue]?["parameters"] else {
                #expect(names == [], "\(route.path)")
                continue
            }
            #expect(parameters.filter { $0["in"] == .string("path") }.map { $0["name"] } == names.map { .string($0) })
        }
    }

    @Test("refers to nothing that is not there, and has nothing that nobody refers to")
    func references() throws {
        let text = WebJSON.text(document)
        let referred = Set(text.matches(of: /#\/components\/schemas\/([\w.]+)"/).map { String($0.1) })
        #expect(referred == document["components"]?["schemas"]?.keys)
    }

    @Test("says of every answer what it is: keys of examples are the schema's, and those that it requires are there")
    func examples() throws {
        for (name, example) in try Self.answers() {
            let schema = try #require(document["components"]?["schemas"]?[name], "\(name)")
            for problem in Self.problems(try json(example), schema, at: name) { Issue.record("\(problem)") }
        }
    }

    @Test("errors of every face are as the document says")
    func errors() throws {
        for (face, name) in [(Face.a1111, "A1111Error"), (.openAI, "OpenAIError"), (.easel, "EaselError")] {
            let schema = try #require(document["components"]?["schemas"]?[name])
            for kind in APIError.Kind.allCases {
                for field in ["steps", nil] {
                    let body = try json(String(decoding: APIError(kind, field: field, "x").body(for: face), as: UTF8.self))
                    #expect(Self.problems(body, schema, at: name) == [])
                }
            }
        }
    }

    @Test("fields have the ranges of the server's own limits")
    func limits() throws {
        var limits = EaselSettings().limits
        (limits.steps, limits.pictures, limits.pixels, limits.promptLength) = (30, 8, 512 * 512, 100)
        let document = try json(String(decoding: OpenAPIDocument.data(version: "", limits: limits), as: UTF8.self))
        func bound(_ schema: String, _ field: String, _ keyword: String = "maximum") -> JSONValue? {
            document["components"]?["schemas"]?[schema]?["properties"]?[field]?[keyword]
        }
        for schema in ["JobSubmission", "TextToImageRequest", "ImageToImageRequest", "ComparisonRequest", "PromptRequest", "ImageGenerationRequest"] {
            #expect(bound(schema, "steps") == .integer(30), "\(schema)")
        }
        #expect(bound("JobSubmission", "width") == .integer(4096) && bound("JobSubmission", "batch_size") == .integer(8))
        #expect(bound("JobSubmission", "runs") == .integer(8) && bound("TextToImageRequest", "n_iter") == .integer(8))
        #expect(bound("JobSubmission", "prompt", "maxLength") == .integer(100))
        limits.pixels = 64 * 64
        let small = try json(String(decoding: OpenAPIDocument.data(version: "", limits: limits), as: UTF8.self))
        #expect(small["components"]?["schemas"]?["JobSubmission"]?["properties"]?["height"]?["maximum"] == .integer(512))
    }

    @Test("what cannot be according to the document is found by these tests")
    func control() throws {
        let schema = try #require(document["components"]?["schemas"]?["AcceptedAnswer"])
        #expect(Self.problems(try json(#"{"id": 5, "state": "gone", "more": 1}"#), schema, at: "x").count == 6)
    }

    /// One of each answer, by the name of its schema.
    private static func answers() throws -> [(String, String)] {
        let request = try textToImage("{}")
        var job = Job(request.job)
        job.pictures = [PictureID(job.id, 0)]
        job.startedAt = .now
        let picture = Picture(Data([1]), seed: 1, prompt: "", negativePrompt: "", infotext: "")
        let record = CompileRecord(
            stage: .denoise, device: "CPU", precision: "f32", shape: "any shape", reason: .firstUse, seconds: 1.5, isFromDiskCache: false)
        let context = try context()
        let notice = FidelityNotice(
            time: .now, model: "", component: .denoise, device: "", precision: "", finding: "", response: "", relativeError: nil, bound: 1,
            notice: Notice(.probeBaseline, ["error": .number(0.5), "device": "CPU"], ""))
        let suits = SuitableSettings(.sdxlTurbo, foundBy: "by its name")
        let few = ModelCatalog([ModelSummary(name: "few", sha256: nil, file: "few", isLoaded: true, suits: suits)], current: "few")
        func text(_ value: some Encodable) -> String { WebJSON.text(value) }
        return [
            ("A1111Answer", text(try A1111Answer(request, pictures: [picture], model: nil, finishedAt: .now, version: ""))),
            ("ProgressAnswer", text(ProgressAnswer(DrawingProgress(), skipsImage: false))),
            ("ModelItems", text(twoModels.models.map(ModelItem.init))),
            ("SamplerItems", text(SamplerItem.all)), ("SchedulerItems", text(SchedulerItem.all)),
            ("EmbeddingsAnswer", text(EmbeddingsAnswer([.init(name: "a", vectorCount: 1, width: 2)]))),
            ("MemoryAnswer", text(MemoryAnswer(used: 1, total: 1, available: 1))),
            ("CommandFlagsAnswer", text(CommandFlagsAnswer(listen: true, port: 1))),
            ("CheckpointAnswer", text(CheckpointAnswer(twoModels.models[1]))), ("CheckpointAnswer", text(CheckpointAnswer(nil))),
            ("CheckpointLoadedAnswer", text(CheckpointLoadedAnswer())), ("HistoryItems", text([HistoryItem(job)])),
            ("Strings", text(["a line"])),
            ("ModulesAnswer", text(ModulesAnswer(twoModels.models[1], FidelitySummary(
                model: nil, isWithinBounds: true, verdict: "", components: [
                                .init(
                                    component: .decode, device: "CPU", precision: "f32", relativeError: nil, cosine: 1, bound: 1,
                                    speedRatio: nil, secondsSinceProbe: 1, notice: notice.notice)
                ], events: [])))),
            ("SystemStatusAnswer", text(SystemStatusAnswer(
                        version: "1", startedAt: .now, now: .now, DrawingProgress(), memory: MemoryAnswer(used: 1, total: 1, available: 1),
                        models: twoModels))
            ),
            ("ScriptsAnswer", text(ScriptsAnswer())), ("EmptyAnswers", "[]"), ("EmptyAnswer", text(EmptyAnswer())),
            ("ImageGenerationAnswer", text(ImageGenerationAnswer(pictures: [picture], created: .now))),
            ("OpenAIModelsAnswer", text(OpenAIModelsAnswer(twoModels.models))),
            ("JobAnswer", text(JobAnswer(job, position: 1, progress: .init(step: 1, steps: 2)))),
            ("GridAnswer", text(GridAnswer(JobID(), try Grid([GridAxis("steps", text: "1-2")]), jobs: [job]))),
            ("AcceptedAnswer", text(AcceptedAnswer(job))), ("CancelledAnswer", text(CancelledAnswer(3))),
            ("QueueAnswer", text(QueueAnswer(QueueState(isPaused: true, waitingCount: 1, runningCount: 1, remainingSeconds: nil)))),
            ("JobAnswerPage", text(ListAnswer([JobAnswer(job)], next: nil))), ("SettingsAnswer", text(SettingsAnswer(context.settings))),
            ("PicturePageAnswer", text(PicturePageAnswer([
                PictureAnswer(
                    job.pictures[0], Picture((), seed: .max), size: PictureSize(width: 8, height: 8), model: "", createdAt: .now,
                    sampler: nil, steps: 20, isFavourite: true, albums: ["cats"], file: "")
            ], next: "x", total: 1))),
            ("FacetsAnswer", text(FacetsAnswer(
                models: [.init(name: "", count: 1)], samplers: [], albums: [], days: [.init(day: "2026-11-28", count: 1)], total: 1,
                favourites: 0, folder: ""))),
            ("ChangedAnswer", text(ChangedAnswer(job.pictures, found: []))),
            ("DeletedAnswer", text(DeletedAnswer(job.pictures, found: []))),
            ("ModelsAnswer", text(ModelsAnswer(twoModels, folders: ["/models"]))), ("ModelsAnswer", text(ModelsAnswer(few, folders: []))),
            ("ModelSummary", text(ModelSummary(
                name: "a", sha256: nil, file: "b/a", isLoaded: false, family: "SDXL", bytes: 5, defaults: someDefaults))),
            ("Style", text(PromptResourceSummary.Style(name: "a", prompt: "b", negativePrompt: ""))),
            ("PromptWordsAnswer", text(PromptWordsAnswer(.init(
                styles: [.init(name: "a", prompt: "b", negativePrompt: "")], embeddings: [.init(name: "e", vectorCount: 2, width: 4)],
                wildcards: ["w"])))),
            ("DroppedAnswer", text(DroppedAnswer(1))),
            ("SessionAnswer", text(SessionAnswer(user: nil, canLogOut: false))),
            ("SessionAnswer", text(SessionAnswer(user: "ada", canLogOut: true))),
            ("HealthAnswer", text(HealthAnswer(version: ""))),
            ("ReadinessAnswer", text(ReadinessAnswer(.ready(model: "demo")))),
            ("ReadinessAnswer", text(ReadinessAnswer(.failed(model: "demo", reason: PublicReason(.noDevice("GPU", found: []), "x"))))),
            (
                "CompilationSummaries",
                text(CompilationSummaries(ready: [.init(id: "a", record: record, hits: 1)], history: [record], diskCacheBytes: 1))
            ),
            ("DeviceSummaries", text(DeviceSummaries(
                        openvino: "", devices: [.init(name: "CPU", fullName: "", modes: ["auto": "f32"])],
                        assignments: [.init(component: .decode, device: "", precision: "")],
                        measurements: [
                            .init(component: .decode, device: "", precision: "", seconds: nil, relativeError: 1, isChosen: true)
                        ], advice: [], problem: PublicReason(.noDevice("GPU", found: ["CPU"]), ""), secondsPerStep: 1))
            ),
            ("DeviceSummaries", text(DeviceSummaries(openvino: "", devices: []))),
            ("FidelitySummary", text(FidelitySummary(model: nil, isWithinBounds: nil, verdict: nil, components: [], events: []))),
            ("FidelitySummary", text(FidelitySummary(
                model: nil, isWithinBounds: true, verdict: "",
                        components: [
                            .init(
                                component: .denoise, device: "", precision: "", relativeError: nil, cosine: 1, bound: 1, speedRatio: nil,
                                secondsSinceProbe: 1, notice: notice.notice)
                        ],
                events: [notice]))),
            ("ComparisonSummary", text(ComparisonSummary(
                        model: "", isWithinBounds: true, verdict: "", notices: [notice.notice], psnr: nil, ssim: 1, isEqual: true,
                        amplification: 10, reference: "", drawn: "", difference: ""))
            ),
            ("EventDetails", String(decoding: EventAnswer(.fidelity(notice), of: nil, at: .now).data, as: UTF8.self)),
            (
                "EventDetails",
                String(decoding: EventAnswer(.model(.failed(model: "demo", reason: "")), of: nil, at: .now).data, as: UTF8.self)
            ),
            ("EventDetails", String(decoding: EventAnswer(.queued(position: 0), of: job.id, at: .now).data, as: UTF8.self)),
            ("EventDetails", String(decoding: EventAnswer(.done(job.pictures), of: job.id, at: .now).data, as: UTF8.self)),
            ("EventDetails", String(
                decoding: EventAnswer(.failed(PublicReason(.damagedFile("a", detail: "b"), "x")), of: job.id, at: .now).data, as: UTF8.self)
            ),
            ("EventDetails", String(
                decoding: EventAnswer(.pictures(job.pictures, run: 0, runCount: 2), of: job.id, at: .now).data, as: UTF8.self)),
            ("EventDetails", String(
                decoding: EventAnswer(.step(done: 1, total: 2, RunProgress()), of: job.id, at: .now).data, as: UTF8.self)),
            ("EventDetails", String(
                decoding: EventAnswer(.queue(isPaused: true, waitingCount: 1), of: nil, at: .now).data, as: UTF8.self)),
            (
                "PromptSummary",
                text(PromptSummary(
                    tokenCount: 1, tokenCapacity: 75, chunks: [[.init(text: "cat", weight: 1)]],
                    parts: [.init(weight: 1, text: "", chunks: [[.init(text: "猫", weight: 1, tokens: 3)]], schedule: [.init(until: 1, text: "")])],
                    problems: [.init(.unclosed, "", sign: "(", at: 1), .init(.unknownLanguage, "", characters: 1)],
                    notices: [Notice(.styleFieldsUnused, ["name": "ink", "names": .list(["steps"])], "")]))
            )
        ]
    }

    /// Where a value is not what the schema says; of the keywords that the document uses.
    private static func problems(_ value: JSONValue, _ schema: JSONValue, at place: String) -> [String] {
        if case .array(let choices)? = schema["anyOf"] {
            return choices.contains { problems(value, $0, at: place) == [] } ? [] : ["\(place) is none of its kinds"]
        }
        if case .array(let words)? = schema["enum"], !words.contains(value) { return ["\(place) is none of its words"] }
        guard case .string(let type)? = schema["type"] else { return [] }
        switch (type, value) {
        case ("object", .object(let values)):
            guard case .object(let properties)? = schema["properties"] else {
                return values.flatMap { problems($1, schema["additionalProperties"] ?? .null, at: "\(place).\($0)") }
            }
            var found: [String] = []
            if case .array(let required)? = schema["required"] {
                found += required.filter { !values.keys.map(JSONValue.string).contains($0) }.map { "\(place) lacks \($0)" }
            }
            for (key, value) in values {
                found += properties[key].map { problems(value, $0, at: "\(place).\(key)") } ?? ["\(place) has \(key), which nobody knows"]
            }
            return found
        case ("array", .array(let items)):
            return items.flatMap { problems($0, schema["items"] ?? .null, at: "\(place)[]") }
        case ("string", .string), ("boolean", .bool), ("integer", .integer), ("integer", .unsigned), ("number", .integer),
            ("number", .number), ("null", .null):
            return []
        default: return ["\(place) is no \(type)"]
        }
    }
}
