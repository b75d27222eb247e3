import Files
import Foundation
import Generation
import Jobs
import Sampling
import Testing
import WebAPI

@Suite("Grids in the API")
struct GridSubmissionTests {
    private static func submission(_ json: String) throws -> GridSubmission { try GridSubmission(body: Data(json.utf8), context()) }

    @Test("each cell is a job of the request with the values of the cell")
    func cells() throws {
        let grid = try Self.submission("""
            {"axes": [{"field": "steps", "values": [10, "20", 30.0]}, {"field": "cfg-scale", "values": "4, 7"}],
             "request": {"prompt": "a cat", "width": 64, "height": 64, "steps": 5, "priority": 3, "model": "anime"}}
            """)
        #expect(grid.grid.count == 6 && grid.uploads.isEmpty)
        #expect(grid.jobs.map { "\($0.generation.steps) \($0.generation.cfgScale)" } == [
            "10 4.0", "20 4.0", "30 4.0", "10 7.0", "20 7.0", "30 7.0",
        ])
        #expect(grid.jobs.allSatisfy { $0.model == "anime" && $0.priority == 3 && $0.generation.seed == 4711 && $0.grid == nil })
    }

    @Test("axes go through models, samplers with schedules, seeds, styles and parts of prompts")
    func kinds() throws {
        let models = try Self.submission(#"{"axes": [{"field": "model", "values": ["demo", "anime"]}], "request": {"prompt": "a cat"}}"#)
        #expect(models.jobs.map(\.model) == ["demo", "anime"])
        let samplers = try Self.submission(
            #"{"axes": [{"field": "sampler", "values": ["Euler", "DPM++ 2M Karras"]}], "request": {"prompt": "a cat"}}"#)
        #expect(samplers.jobs[1].generation.sampler.name == "DPM++ 2M" && samplers.jobs[1].generation.schedule.label == "Karras")
        let seeds = try Self.submission(
            #"{"axes": [{"field": "seed", "values": [18446744073709551615, -1]}], "request": {"prompt": "a cat"}}"#)
        #expect(seeds.jobs[0].generation.seed == .max)
        #expect("\(seeds.jobs[1].generation.seed)" == seeds.grid.axes[0].values[1])
        let prompts = try Self.submission(
            #"{"axes": [{"field": "prompt", "values": "red,green"}], "request": {"prompt": "a red cat", "negative_prompt": "red"}}"#)
        #expect(prompts.jobs.map(\.generation.prompt) == ["a red cat", "a green cat"])
        #expect(prompts.jobs.map(\.generation.negativePrompt) == ["red", "green"])
        let styles = try Self.submission(
            #"{"axes": [{"field": "styles", "values": ["None", "ink"]}], "request": {"prompt": "a cat", "styles": ["calm"]}}"#)
        #expect(styles.jobs.map(\.generation.styles) == [[], ["ink"]])
    }

    @Test("what is left to chance is the same in all cells")
    func chance() throws {
        let grid = try Self.submission(#"{"axes": [{"field": "subseed_strength", "values": [0, 0.5, 1]}], "request": {"prompt": "a cat"}}"#)
        #expect(Set(grid.jobs.map(\.generation.seed)).count == 1)
        #expect(Set(grid.jobs.map(\.generation.variationSeed)).count == 1)
        #expect(grid.jobs.map(\.generation.variationStrength) == [0, 0.5, 1])
    }

    @Test("what cannot be drawn is refused before anything is, and named as in a job", arguments: [
        (#"{}"#, "axes", .missing),
        (#"{"axes": []}"#, "axes", .outOfRange),
        (#"{"axes": [5]}"#, "axes[0]", .wrongType),
        (#"{"axes": [{"values": [1]}], "request": {}}"#, "axes[0].field", .missing),
        (#"{"axes": [{"field": "steps", "values": [1], "x": 1}], "request": {}}"#, "axes[0].x", .unknownField),
        (#"{"axes": [{"field": "steps", "values": [1]}]}"#, "request", .missing),
        (#"{"axes": [{"field": "steps", "values": [1]}], "request": 7}"#, "request", .wrongType),
        (#"{"axes": [{"field": "steps", "values": [1]}], "request": {"stepss": 1}}"#, "stepss", .unknownField),
        (#"{"axes": [{"field": "steps", "values": [1, [2]]}], "request": {}}"#, "steps", .wrongType),
        (#"{"axes": [{"field": "steps", "values": [1, null]}], "request": {}}"#, "steps", .wrongType),
        (#"{"axes": [{"field": "steps", "values": 5}], "request": {}}"#, "steps", .missing),
        (#"{"axes": [{"field": "steps", "values": [1, 1]}], "request": {}}"#, "steps", .repeatedValue),
        (#"{"axes": [{"field": "steps", "values": [900]}], "request": {}}"#, "steps", .tooManySteps),
        (#"{"axes": [{"field": "seed", "values": "1-2000"}], "request": {}}"#, "seed", .tooManyCells),
        (#"{"axes": [{"field": "model", "values": ["nope"]}], "request": {}}"#, "model", .unknownModel),
        (#"{"axes": [{"field": "prompt", "values": ["dog", "cat"]}], "request": {"prompt": "a cat"}}"#, "prompt", .notInPrompt),
        (#"{"axes": [{"field": "hires_steps", "values": [1]}], "request": {"prompt": "a cat"}}"#, "hires_steps", .noEffect),
        (#"{"axes": [{"field": "steps", "values": [1]}], "request": {"prompt": "a cat"}, "z": 1}"#, "z", .unknownField),
    ] as [(String, String, ErrorReason.Name)])
    func refusals(_ json: String, _ field: String, _ reason: ErrorReason.Name) {
        let error = refusal { _ = try Self.submission(json) }
        #expect(error?.field == field)
        #expect(error?.errorName == reason, "\(error?.message ?? "")")
    }

    @Test("a picture that comes along is read once, and named by all cells")
    func pictures() throws {
        // One white pixel.
        let png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4//8/AAX+Av4N70a4AAAAAElFTkSuQmCC"
        let grid = try Self.submission(
            #"{"axes": [{"field": "strength", "values": [0.3, 0.6]}], "request": {"prompt": "a cat", "source_pictures": "\#(png)"}}"#)
        #expect(grid.uploads.count == 1)
        #expect(grid.jobs.map(\.generation.sourcePictures) == [[grid.uploads[0].picture], [grid.uploads[0].picture]])
        #expect(grid.jobs.map(\.generation.imageToImage.strength) == [0.3, 0.6])
    }

    @Test("the answer tells of every cell, of removed jobs too")
    func answer() throws {
        let wanted = try Self.submission(#"{"axes": [{"field": "steps", "values": "1-3"}], "request": {"prompt": "a cat"}}"#)
        let id = JobID()
        var jobs = wanted.jobs.enumerated().map { cell, request in
            var request = request
            request.grid = GridCell(id, wanted.grid, cell: cell)
            return Job(request)
        }
        jobs[0].state = .done
        jobs[0].pictures = [PictureID(jobs[0].id, 0)]
        let answer = GridAnswer(id, wanted.grid, jobs: [jobs[0], jobs[2]], missingCharacters: "猫")
        #expect(answer.cells.map(\.job) == [jobs[0].id.description, nil, jobs[2].id.description])
        #expect(answer.cells.map(\.state) == [.done, nil, .queued])
        #expect(answer.cells.map(\.values) == [["1"], ["2"], ["3"]])
        #expect(answer.cells[0].picture?.id == "\(jobs[0].id)-0")
        #expect(answer.finished == 2)
        #expect(answer.sheetURL == "/api/v1/grids/\(id)/sheet.png")
        #expect(answer.warnings.count == 1 && answer.warnings[0].contains("猫"))
        #expect(answer.notices.map(\.name) == [.missingCharacters] && answer.notices[0].values == ["characters": "猫"])
        #expect(JobAnswer(jobs[0]).grid == id.description && JobAnswer(Job(wanted.jobs[0])).grid == nil)
    }
}
