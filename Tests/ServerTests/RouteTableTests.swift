import Files
import HTTPTypes
import Hummingbird
import HummingbirdTesting
@testable import Server
import Settings
import Testing
import WebAPI

@Suite("The table of routes")
struct RouteTableTests {
    @Test("has every route that the server answers, and no other")
    func routes() throws {
        let walk = try Walk()
        let answered = Set(EaselRouter.routes(walk.server.backend).map { "\($0.method.rawValue) \($0.path)" })
        let told = Set(Route.all.map { "\($0.method.rawValue.uppercased()) \($0.path)" })
        #expect(answered.subtracting(told) == [], "answered, but not in the table")
        #expect(told.subtracting(answered) == [], "in the table, but not answered")
    }

    @Test("is what /openapi.json is made from")
    func document() async throws {
        try await Walk().run { client async throws in
            let document = try await client.ask(.get, "/openapi.json").object
            #expect(document["openapi"] == .string("3.1.0"))
            #expect(document["info"]?["version"] == .string("1.2.3"))
            #expect(document["paths"]?["/sdapi/v1/txt2img"]?["post"] != nil)
        }
    }

    @Test("/openapi.json has the limits of the moment")
    func limits() async throws {
        let walk = try Walk()
        try await walk.run { client async throws in
            for steps in [150, 40] {
                try walk.settings.change(["max_steps": "\(steps)"])
                let schemas = try await client.ask(.get, "/openapi.json").object["components"]?["schemas"]
                #expect(schemas?["JobSubmission"]?["properties"]?["steps"]?["maximum"] == .integer(steps))
            }
        }
    }

    @Test(
        "what there is not is told so in JSON, in the form of the face",
        arguments: [("/sdapi/v1/nothing", "detail"), ("/v1/nothing", "error"), ("/api/v1/nothing", "error")])
    func notFound(path: String, key: String) async throws {
        try await Walk().run { client async throws in
            let answer = try await client.ask(.get, path)
            #expect(answer.status == .notFound)
            #expect(try answer.object[key] != nil)
            #expect(answer.text.contains("/openapi.json"))
        }
    }

    @Test("a method that a path has not is answered with those that it has")
    func otherMethods() async throws {
        try await Walk().run { client async throws in
            let answer = try await client.ask(.delete, "/sdapi/v1/txt2img")
            #expect(answer.status == .methodNotAllowed)
            #expect(answer.headers[.allow] == "POST")
            let job = "/api/v1/jobs/00000000000000000000000000000000"
            #expect(try await client.ask(.post, job).headers[.allow] == "DELETE, GET, HEAD, PATCH")
            #expect(try await client.ask(.head, "/healthz").status == .ok)
        }
    }
}
