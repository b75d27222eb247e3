import Files
import Foundation
import Generation
import HTTPTypes
import HummingbirdTesting
import ImageCodecs
import Jobs
import NIOCore
@testable import Server
import Settings
import Store
import Testing
import TestSupport

@Suite("Grids over HTTP")
struct GridTests {
    private static let grid = #"""
        {"axes": [{"field": "steps", "values": [1, 2]}, {"field": "width", "values": [64, 128]}],
         "request": {"prompt": "a pear", "height": 64}}
        """#

    @Test("are accepted as jobs, told of, and sent as one sheet; a restart changes nothing")
    func life() async throws {
        let walk = try Walk()
        try await walk.run { client async throws in
            let answer = try await client.ask(.post, "/api/v1/grids", Self.grid)
            #expect(answer.status == .accepted)
            let accepted = try answer.object
            guard case .string(let url)? = accepted["url"], case .string(let sheetURL)? = accepted["sheet_url"],
                case .array(let cells)? = accepted["cells"]
            else { Issue.record("no addresses"); return }
            #expect(answer.headers[.location] == url && cells.count == 4)
            let ids = cells.compactMap { cell in if case .string(let id)? = cell["job"] { JobID(id) } else { nil } }
            for id in ids { _ = try await walk.jobs.ended(id) }
            // Cells of one width are drawn one after the other.
            let drawn = try await walk.jobs.jobs(in: nil, before: nil, limit: 9).reversed().map(\.request.grid?.cell)
            #expect(drawn == [0, 1, 2, 3])

            let told = try await client.ask(.get, url).object
            #expect(told["finished"] == .integer(4) && told["warnings"] == .array([]) && told["notices"] == .array([]))
            guard case .array(let finished)? = told["cells"] else { return }
            #expect(finished.map { $0["values"] } == [["1", "64"], ["2", "64"], ["1", "128"], ["2", "128"]].map { values in
                .array(values.map(JSONValue.string))
            })
            #expect(finished.allSatisfy { $0["state"] == .string("done") && $0["picture"]?["url"] != nil })
            #expect(try await client.ask(.get, "/api/v1/jobs/\(ids[0])").object["grid"] == accepted["id"])

            let sheet = try await client.ask(.get, sheetURL)
            #expect(sheet.status == .ok && sheet.headers[.contentType] == "image/png")
            let image = try DecodedImage(decoding: [UInt8](sheet.body.readableBytesView))
            #expect(image.image.width > 2 * 128 && image.image.height > 2 * 64)
            let script = #"Script: X/Y/Z plot, X Type: Steps, X Values: "1, 2", Y Type: Width, Y Values: "64, 128""#
            #expect(image.parameters?.contains(script) == true)
            let tag = try #require(sheet.headers[.eTag])
            #expect(try await client.ask(.get, sheetURL, headers: [.ifNoneMatch: tag]).status == .notModified)

            // A picture that is gone leaves a place.
            if case .string(let picture)? = finished[3]["picture"]?["id"] { _ = try await client.ask(.delete, "/api/v1/images/\(picture)") }
            let without = try await client.ask(.get, sheetURL)
            #expect(without.status == .ok && without.headers[.eTag] != tag)
            // What another process finds in the archive.
            let stored = try await walk.archive.jobs(ofGrid: try #require(JobID(url.suffix(32))))
            #expect(stored.map(\.request.grid?.cell) == [0, 1, 2, 3] && stored.map(\.id) == ids)
        }
    }

    @Test("that fail say why on the sheet, which is there from the beginning")
    func failures() async throws {
        struct NoMemory: Error {}
        let painter = FakePainter(failure: { $0.steps == 2 ? NoMemory() : nil })
        let walk = try Walk(painter: painter)
        try await walk.run { client async throws in
            let accepted = try await client.ask(.post, "/api/v1/grids", Self.grid).object
            guard case .string(let url)? = accepted["url"], case .array(let cells)? = accepted["cells"] else { return }
            #expect(try await client.ask(.get, url + "/sheet.png").status == .ok)
            for cell in cells { if case .string(let id)? = cell["job"] { _ = try await walk.jobs.ended(try #require(JobID(id))) } }
            guard case .array(let ended)? = try await client.ask(.get, url).object["cells"] else { return }
            #expect(ended.map { $0["state"] } == ["done", "failed", "done", "failed"].map(JSONValue.string))
            #expect(ended[1]["failure"] != .null && ended[0]["failure"] == .null)
            #expect(try await client.ask(.get, url + "/sheet.png").status == .ok)
        }
    }

    @Test("are accepted as a whole or not at all")
    func room() async throws {
        let painter = FakePainter(isHeld: true)
        let walk = try Walk(painter: painter) { $0.queue.capacity = 3 }
        try await walk.run { client async throws in
            let many = try await client.ask(.post, "/api/v1/grids", Self.grid)
            #expect(many.status == .unprocessableContent)
            #expect(try many.object["error"]?["reason"] == .string("too_many_cells"))
            let two = #"{"axes": [{"field": "steps", "values": [1, 2]}], "request": {"prompt": "a pear", "width": 64, "height": 64}}"#
            #expect(try await client.ask(.post, "/api/v1/grids", two).status == .accepted)
            await painter.starts.arrivals(reach: 1)
            #expect(try await client.ask(.post, "/api/v1/grids", two).status == .accepted)
            let full = try await client.ask(.post, "/api/v1/grids", two)
            #expect(full.status == .tooManyRequests && full.headers[.retryAfter] != nil)
            #expect(try await walk.jobs.jobs(in: nil, before: nil, limit: 9).count == 4)
        }
    }

    @Test("that no sheet has room for, and such that are not there, are refused")
    func refusals() async throws {
        try await Walk().run { client async throws in
            let wide = try await client.ask(
                .post, "/api/v1/grids",
                #"{"axes": [{"field": "seed", "values": "1-200"}], "request": {"prompt": "a pear", "width": 128, "height": 64}}"#)
            #expect(wide.status == .unprocessableContent)
            #expect(try wide.object["error"]?["reason"] == .string("sheet_too_large"))
            #expect(try wide.object["error"]?["field"] == .string("seed"))
            for path in ["0123", String(repeating: "0", count: 32)] {
                for end in ["", "/sheet.png"] {
                    let answer = try await client.ask(.get, "/api/v1/grids/\(path)\(end)")
                    #expect(answer.status == .notFound)
                    #expect(try answer.object["error"]?["reason"] == .string("unknown_grid"))
                }
            }
        }
    }
}
