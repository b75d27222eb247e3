import Diffusion
import Foundation
import Generation
import Logging
import Prompting
import Settings
import TestSupport
import Testing
import WebAPI

@testable import Hosting

@Suite("What prompts can name, in a server")
struct PromptResourceTests {
    private let home: TemporaryFolder
    private let folders: UserFolders

    init() throws {
        home = try TemporaryFolder()
        folders = UserFolders(environment: ["XDG_DATA_HOME": home.path, "XDG_CACHE_HOME": home.path + "/cache"])
    }

    private func host(styles: String? = nil) throws -> ModelHost {
        ModelHost(
            LiveSettings(EaselSettings(), file: nil), library: ModelLibrary(folders: []), folders: folders,
            resources: try .open(styles: styles, folders: folders), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    @Test("styles and wildcards are expanded, with the seed as drawing does, and without one token for each wildcard")
    func expanded() async throws {
        try home.write("name,prompt,negative_prompt\nink,\"ink, {prompt}, {night|day}\",photo AND bright\n", to: "easel/styles.csv")
        try home.write("rain\nsnow\nfog\n", to: "easel/wildcards/weather.txt")
        let host = try host()
        var request = PromptRequest("(__weather__:1.2), cat")
        request.styles = ["ink", "nope"]
        let open = try await host.explain(request)
        #expect(open.expanded == "ink, (__weather__:1.2), cat, {night|day}")
        #expect(open.chunks[0].map(\.text) == ["ink", ",", "__weather__", ",", "cat", ",", "{night|day}"])
        #expect(open.chunks[0][2] == .init(text: "__weather__", weight: 1.2) && open.tokenCount == 7)
        #expect(open.parts.map(\.text) == [open.expanded] && open.schedules == [[.init(until: 20, text: open.expanded)]])
        #expect(open.problems.map(\.reason) == [.unknownStyle] && open.problems[0].name == "nope")

        request.seed = 7
        let drawn = try await host.explain(request)
        let resources = try PromptResources.open(folders: folders)
        #expect(drawn.expanded == resources.wildcards.expand("ink, (__weather__:1.2), cat, {night|day}", seed: 7).text)
        #expect(!drawn.expanded.contains("_") && !drawn.expanded.contains("{"))

        request.isNegative = true
        let negative = try await host.explain(request)
        #expect(negative.expanded.hasSuffix(", cat, photo AND bright") && negative.parts.count == 1)
    }

    @Test("a wildcard that is not there is a problem, without the place of the folder", arguments: [nil, 3] as [UInt64?])
    func unknown(seed: UInt64?) async throws {
        try home.write("rain\n", to: "easel/wildcards/weather.txt")
        var request = PromptRequest("__nope__ cat")
        request.seed = seed
        let summary = try await host().explain(request)
        #expect(summary.problems == [.init(.unknownWildcard, "There is no wildcard \"nope\". It stays as typed.", name: "nope")])
        #expect(summary.warnings == ["There is no wildcard \"nope\". It stays as typed."])
        #expect(summary.chunks[0].map(\.text) == ["__", "nope", "__", "cat"])
    }

    @Test("files that come while the server runs are seen, and so are styles that it saves")
    func seen() async throws {
        let host = try host()
        var words = await host.promptResources()
        #expect(words.styles.isEmpty && words.wildcards.isEmpty && words.embeddings.isEmpty)
        try home.write("name,prompt\nink,\"{prompt}, ink\"\n", to: "easel/styles.csv")
        try home.write("rain\n", to: "easel/wildcards/weather.txt")
        words = await host.promptResources()
        #expect(words.styles.map(\.name) == ["ink"] && words.wildcards == ["weather"])
        try await host.saveStyle(.init(name: "oil, old", prompt: "oil \"x\",\n{prompt}", negativePrompt: "photo"), replaces: false)
        words = await host.promptResources()
        #expect(words.styles.map(\.name) == ["ink", "oil, old"] && words.styles[1].prompt == "oil \"x\",\n{prompt}")
        #expect(try StyleLibrary(path: home.path + "/easel/styles.csv").styles.map(\.negativePrompt) == ["", "photo"])
    }

    @Test("the first style makes the file; a name that is taken is refused unless it is to be replaced")
    func clash() async throws {
        let host = try host()
        let style = PromptResourceSummary.Style(name: "ink", prompt: "ink", negativePrompt: "")
        try await host.saveStyle(style, replaces: false)
        let error = await #expect(throws: APIError.self) { try await host.saveStyle(style, replaces: false) }
        #expect(error?.kind == .nameTaken && error?.field == "name" && error?.message.contains("\"ink\"") == true)
        try await host.saveStyle(.init(name: "ink", prompt: "ink 2", negativePrompt: ""), replaces: true)
        #expect(await host.promptResources().styles == [.init(name: "ink", prompt: "ink 2", negativePrompt: "")])
        // Nothing is left beside it.
        #expect(try FileManager.default.contentsOfDirectory(atPath: home.path + "/easel") == ["styles.csv"])
    }

    @Test("a folder of styles gets a styles.csv, a link stays one, and SD.Next's .json is left alone")
    func otherFiles() async throws {
        try home.write(#"{"name": "a", "prompt": "b"}"#, to: "styles/a.json")
        let style = PromptResourceSummary.Style(name: "ink", prompt: "ink", negativePrompt: "")
        try await host(styles: home.path + "/styles").saveStyle(style, replaces: false)
        #expect(try StyleLibrary(path: home.path + "/styles").styles.map(\.name) == ["a", "ink"])

        let file = try home.write("name,prompt\n", to: "other/styles.csv")
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: file)
        try FileManager.default.createSymbolicLink(atPath: home.path + "/link.csv", withDestinationPath: file)
        try await host(styles: home.path + "/link.csv").saveStyle(style, replaces: false)
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: home.path + "/link.csv") == file)
        #expect(try StyleLibrary(path: file).styles.map(\.name) == ["ink"])
        #expect(try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int == 0o640)

        let host = try host(styles: home.path + "/styles/a.json")
        let error = await #expect(throws: APIError.self) { try await host.saveStyle(style, replaces: true) }
        #expect(error?.kind == .failed && error?.message.contains("--styles-file") == true && error?.message.contains(home.path) == false)
        #expect(try FileManager.default.contentsOfDirectory(atPath: home.path + "/styles").sorted() == ["a.json", "styles.csv"])
    }
}
