import Files
import Foundation
import Generation
import Jobs
import Settings
import Testing

@testable import WebAPI

@Suite("Ranges that the document states")
struct RangeTests {
    /// A body of each route with numbers, read.
    private static let readers: [(fields: [RequestField], others: String, read: @Sendable (Data) throws -> JobRequest)] = [
        (A1111Request.fields(of: .textToImage), "", { try A1111Request(body: $0, context()).job }),
        (JobSubmission.fields, "", { try JobSubmission(body: $0, context()).job }),
        (ImageGenerationRequest.fields(of: .generation), #""prompt": "x", "#, { try ImageGenerationRequest(body: $0, context()).job }),
        (ComparisonRequest.fields, "", { JobRequest(model: "", generation: try ComparisonRequest(body: $0, context()).generation) }),
    ]

    @Test("what lies outside of one is refused with the field's name, as a number and as text", arguments: readers.indices)
    func outside(_ index: Int) throws {
        let (fields, others, read) = Self.readers[index]
        var checked = 0
        for field in fields {
            for (keyword, away) in [("minimum", Int128(-1)), ("maximum", 1)] {
                let bound: Int128
                switch field.schema.keywords[keyword] {
                case .integer(let number): bound = Int128(number)
                case .unsigned(let number): bound = Int128(number)
                case .number(let number): bound = Int128(number)
                default: continue
                }
                for value in ["\(bound + away)", "\"\(bound + away)\"", "\(away)e18", "\(away)e400"]
                where value != "1e18" || bound < 1_000_000 {
                    let error = refusal { _ = try read(Data("{\(others)\"\(field.name)\": \(value)}".utf8)) }
                    #expect(error?.kind == .invalidValue && error?.field == field.name, "\(field.name): \(value)")
                    checked += 1
                }
            }
        }
        #expect(checked > 10)
    }

    @Test("a seed comes back to the last digit wherever it is told")
    func seeds() throws {
        for seed: UInt64 in [.max, 1 << 63, 9_007_199_254_740_993] {
            let job = try JobSubmission(body: Data(#"{"seed": \#(seed)}"#.utf8), context()).job
            #expect(job.generation.seed == seed)
            #expect(WebJSON.text(JobAnswer(Job(job))).contains(#""seed":\#(seed)"#))
            #expect(try JSONDecoder().decode(JobRequest.self, from: JSONEncoder().encode(job)) == job)
            let request = try textToImage(#"{"infotext": "x\nSteps: 3, Sampler: Euler, Seed: \#(seed)"}"#)
            #expect(request.job.generation.seed == seed)
            let picture = Picture(Data(), seed: seed, prompt: "", negativePrompt: "", infotext: "")
            let answer = try A1111Answer(request, pictures: [picture], model: nil, finishedAt: .now, version: "")
            #expect(answer.info.contains(#""seed":\#(seed)"#))
        }
    }
}
