import Foundation
import Generation
import Sampling
import Testing

@Suite("Grids")
struct GridTests {
    @Test("values are read as A1111's X/Y/Z plot reads them", arguments: [
        ("steps", "10,20, 30 ,", ["10", "20", "30"]),
        ("steps", "1-5", ["1", "2", "3", "4", "5"]),
        ("steps", "1-10 (+2)", ["1", "3", "5", "7", "9"]),
        ("steps", "10-5 (-3)", ["10", "7"]),
        ("steps", "3-1", ["3", "2", "1"]),
        ("steps", "1-10 [4], 50", ["1", "4", "7", "10", "50"]),
        ("cfg_scale", "0-1 [5]", ["0", "0.25", "0.5", "0.75", "1"]),
        ("cfg-scale", "1-2 (+0.5)", ["1", "1.5", "2"]),
        ("CFG_SCALE", "0-1 (+0.3)", ["0", "0.3", "0.6", "0.9"]),
        ("cfg_scale", "1-2(+0.1)", ["1", "1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7", "1.8", "1.9", "2"]),
        ("eta_noise_seed_delta", "-2-2", ["-2", "-1", "0", "1", "2"]),
        ("seed", "7-9", ["7", "8", "9"]),
        ("seed", "18446744073709551615,0", ["18446744073709551615", "0"]),
        ("sampler", "Euler, DPM++ 2M Karras", ["Euler", "DPM++ 2M Karras"]),
        ("prompt", "cat,\"dog, big\",\"a \"\"cute\"\" fox\"", ["cat", "dog, big", "a \"cute\" fox"]),
        // A range is one of numbers alone.
        ("prompt", "1-3", ["1-3"]),
        ("crop_top_left", "\"0,128\",\"64,0\"", ["0,128", "64,0"]),
        ("tiling", "none,both", ["none", "both"]),
        ("model", "sd15, anime/v2", ["sd15", "anime/v2"]),
    ] as [(String, String, [String])])
    func values(_ field: String, _ text: String, _ values: [String]) throws {
        #expect(try GridAxis(field, text: text).values == values)
    }

    @Test("what is no axis is refused with its name", arguments: [
        ("stepps", "1", "axes", .unknownField), ("batch_size", "1,2", "axes", .unknownField),
        ("steps", "", "steps", .missing), ("steps", " , ,", "steps", .missing),
        ("steps", "10,ten", "steps", .wrongType), ("steps", "10,2000", "steps", .outOfRange), ("steps", "0-2", "steps", .outOfRange),
        ("width", "64,65", "width", .notAMultiple), ("steps", "10,20,10", "steps", .repeatedValue),
        ("cfg_scale", "7,7.0", "cfg_scale", .repeatedValue), ("sampler", "Euler,Euler2", "sampler", .unknownChoice),
        ("steps", "1-2 [9]", "steps", .repeatedValue), ("seed", "1-5000", "seed", .tooManyCells),
        ("seed", "0-9000000000000000000", "seed", .wrongType), ("seed", "1-2 (+0)", "seed", .wrongType),
        ("seed", "-5", "seed", .outOfRange), ("prompt", "a,b\u{0}", "prompt", .nulCharacter),
        ("hires_schedule", "Karras,nonsense", "hires_schedule", .unknownChoice),
    ] as [(String, String, String, ErrorReason.Name)])
    func refusals(_ field: String, _ text: String, _ named: String, _ reason: ErrorReason.Name) {
        let error = #expect(throws: InvalidRequest.self) { _ = try GridAxis(field, text: text) }
        #expect(error?.field == named)
        #expect(error?.errorReason.name == reason)
    }

    @Test("CSV comes back as it went", arguments: [["a", "b, c", "say \"hi\"", "中文，逗号"], ["1"], []])
    func quoting(_ parts: [String]) { #expect(GridValues.parts(of: GridValues.text(of: parts)) == parts) }

    @Test("random seeds are drawn once, and each is another")
    func randomSeeds() throws {
        let axis = try GridAxis("seed", text: "-1,-1,5")
        #expect(axis.values.count == 3 && axis.values[2] == "5" && axis.values[0] != axis.values[1])
        #expect(axis.values.allSatisfy { UInt64($0) != nil })
    }

    @Test("cells go from left to right, row by row, block by block")
    func places() throws {
        let grid = try Grid([GridAxis("steps", text: "1-3"), GridAxis("cfg_scale", text: "4,7"), GridAxis("seed", text: "8,9")])
        #expect(grid.count == 12)
        #expect((0..<12).map { grid.values(of: $0).joined(separator: " ") } == [
            "1 4 8", "2 4 8", "3 4 8", "1 7 8", "2 7 8", "3 7 8", "1 4 9", "2 4 9", "3 4 9", "1 7 9", "2 7 9", "3 7 9",
        ])
        let request = try grid.request(of: 10, from: GenerationRequest(prompt: "a cat"))
        #expect((request.steps, request.cfgScale, request.seed) == (2, 7, 9))
    }

    @Test("a prompt axis replaces in both prompts, and a text that is nowhere is refused")
    func prompts() throws {
        var request = GenerationRequest(prompt: "a red cat, red eyes")
        request.negativePrompt = "red, blurry"
        let grid = try Grid([GridAxis("prompt", text: "red,green,\"\""), GridAxis("seed", text: "1")])
        #expect(try grid.request(of: 0, from: request).prompt == request.prompt)
        let green = try grid.request(of: 1, from: request)
        #expect(green.prompt == "a green cat, green eyes" && green.negativePrompt == "green, blurry")
        let other = try Grid([GridAxis("prompt", text: "dog,cat")])
        let error = #expect(throws: InvalidRequest.self) { _ = try other.request(of: 1, from: request) }
        #expect(error?.errorReason.name == .notInPrompt)
    }

    @Test("fields that would do nothing are refused", arguments: ["hires_steps", "strength"])
    func idle(_ field: String) throws {
        let grid = try Grid([GridAxis(field, text: "1")])
        let error = #expect(throws: InvalidRequest.self) { _ = try grid.request(of: 0, from: GenerationRequest(prompt: "a cat")) }
        #expect(error?.errorReason.name == .noEffect)
        var request = GenerationRequest(prompt: "a cat")
        request.hires.isOn = true
        #expect(throws: Never.self) { try grid.request(of: 0, from: request) }
    }

    @Test("a schedule axis comes before one in a sampler's name, in any order of axes")
    func fusedNames() throws {
        let axes = [try GridAxis("schedule", text: "Exponential"), try GridAxis("sampler", text: "DPM++ 2M Karras")]
        let request = try Grid(axes).request(of: 0, from: GenerationRequest(prompt: "a cat"))
        #expect(request.sampler.name == "DPM++ 2M" && request.schedule.label == "Exponential")
    }

    @Test("grids of too many axes or cells, and fields with two axes, are refused")
    func bounds() throws {
        let axis = try GridAxis("seed", text: "1-40")
        for axes in [[], [axis, axis], [axis, try GridAxis("steps", text: "1-40")]] as [[GridAxis]] {
            #expect(throws: InvalidRequest.self) { _ = try Grid(axes) }
        }
    }

    @Test("a stored grid comes back, and one that was damaged is refused", arguments: [
        (#"{"axes": [{"field": "steps", "values": ["1", "2"]}]}"#, true),
        // Of another version.
        (#"{"axes": [{"field": "what", "values": ["1"]}]}"#, true),
        (#"{"axes": []}"#, false), (#"{"axes": [{"field": "steps", "values": []}]}"#, false), ("{}", false),
    ])
    func stored(_ json: String, _ isWhole: Bool) throws {
        let grid = try? JSONDecoder().decode(Grid.self, from: Data(json.utf8))
        #expect((grid != nil) == isWhole)
        if let grid { #expect(try JSONDecoder().decode(Grid.self, from: JSONEncoder().encode(grid)) == grid) }
    }

    @Test("cells are drawn so that each model is loaded once and each size compiled once")
    func order() throws {
        // Columns: widths; rows: models; blocks: seeds.
        let grid = try Grid([GridAxis("width", text: "64,128"), GridAxis("model", text: "a,b"), GridAxis("seed", text: "1,2")])
        let cells = try (0..<grid.count).map { cell in
            (grid.model(of: cell) ?? "", try grid.request(of: cell, from: GenerationRequest(prompt: "a cat")))
        }
        let order = Grid.drawingOrder(of: cells)
        #expect(order == [0, 4, 1, 5, 2, 6, 3, 7])
        // Guidance off is another shape; equal cells keep their order.
        let scales = try Grid([GridAxis("cfg_scale", text: "1,4,7"), GridAxis("seed", text: "1,2")])
        let guided = try (0..<6).map { ("", try scales.request(of: $0, from: GenerationRequest(prompt: "a cat"))) }
        #expect(Grid.drawingOrder(of: guided) == [0, 3, 1, 2, 4, 5])
    }

    @Test("a sheet's parameters are those that A1111 writes")
    func script() throws {
        let grid = try Grid([GridAxis("steps", text: "10,20"), GridAxis("prompt", text: "\"cat, big\",dog")])
        #expect(grid.scriptParameters.map { "\($0.key): \($0.value)" } == [
            "Script: X/Y/Z plot", "X Type: Steps", "X Values: 10, 20", "Y Type: Prompt S/R", "Y Values: \"cat, big\", dog",
        ])
    }
}
