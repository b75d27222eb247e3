@testable import Downloads
import Foundation
import Testing
import TestSupport

@Suite("Hubs", .timeLimit(.minutes(10)))
struct HubTests {
    static let hash = String(repeating: "ab", count: 32)

    /// Plans with a server that answers these paths, and with tokens for all hubs.
    func plan(
        _ source: String, _ choice: FileChoice = FileChoice(), answers: [String: Answer]
    ) async throws -> (plan: DownloadPlan, requests: [Asked]) {
        let server = FileServer { asked, _ in answers[asked.path] ?? Answer(404) }
        let box = LockedBox<DownloadPlan>()
        try await server.run { address in
            let access = HubAccess(environment: [
                "HF_ENDPOINT": address + "/", "MODELSCOPE_DOMAIN": address, "CIVITAI_ENDPOINT": address, "HF_TOKEN": "hf",
                "CIVITAI_API_TOKEN": "cv",
                "MODELSCOPE_API_TOKEN": "ms",
            ])
            let web = WebClient()
            do {
                box.value = try await DownloadPlan(
                    ModelSource(source.replacing("SERVER", with: address)), named: source, choice: choice, access: access, web: web)
            } catch {
                await web.close()
                throw error
            }
            await web.close()
        }
        return (try #require(box.value), server.requests)
    }

    @Test("Hugging Face: files at the commit with their hashes, the license, the base model; the token goes along")
    func huggingFace() async throws {
        let json = """
            {"id": "org/name", "sha": "c0ffee", "tags": ["diffusers", "lora", "license:other"], "cardData": {"license": "other",
             "license_name": "fair", "license_link": "https://a", "base_model": ["stabilityai/sdxl"],
             "instance_prompt": "in the style of x"}, "siblings": [{"rfilename": "README.md", "size": 12},
             {"rfilename": "../evil", "size": 1}, {"rfilename": "pytorch_lora_weights.safetensors", "size": 1234,
             "lfs": {"sha256": "\(Self.hash.uppercased())", "size": 1234, "pointerSize": 135}}]}
            """
        let (plan, requests) = try await plan(
            "org/name@refs/pr/1", answers: ["/api/models/org/name/revision/refs%2Fpr%2F1?blobs=true": Answer(json: json)])
        #expect(plan.hub == "Hugging Face" && plan.kind == .lora && plan.license == "fair, https://a"
            && plan.baseModels == ["stabilityai/sdxl"])
        #expect(plan.name == "name.safetensors" && plan.revision == "c0ffee" && plan.triggerWords == ["in the style of x"])
        let file = try #require(plan.files.first)
        #expect(file.byteCount == 1234 && file.sha256 == Self.hash)
        #expect(file.address.hasSuffix("/org/name/resolve/c0ffee/pytorch_lora_weights.safetensors"))
        #expect(file.secrets.map(\.1) == ["Bearer hf"] && requests.map { $0.header("Authorization") } == ["Bearer hf"])
    }

    @Test("ModelScope: files with their hashes, license and base model; the token goes along as a cookie")
    func modelScope() async throws {
        let list = """
            {"Code": 200, "Data": {"Files": [{"Path": "unet", "Type": "tree", "Size": 0},
             {"Path": "a b.safetensors", "Type": "blob", "Size": 77, "Sha256": "\(Self.hash)"}]}, "Success": true}
            """
        let about = """
            {"Code": 200, "Data": {"License": "apache-2.0", "BaseModel": ["AI/sdxl"], "AigcType": "LoRA", "TriggerWords": ["w"]}}
            """
        let (plan, requests) = try await plan("modelscope:org/name", answers: [
            "/api/v1/models/org/name?Revision=master": Answer(json: about),
            "/api/v1/models/org/name/repo/files?Revision=master&Recursive=True": Answer(json: list),
        ])
        #expect(plan.kind == .lora && plan.license == "apache-2.0" && plan.baseModels == ["AI/sdxl"] && plan.triggerWords == ["w"])
        #expect(plan.files.map(\.byteCount) == [77] && plan.files.map(\.sha256) == [Self.hash])
        #expect(plan.files[0].address.hasSuffix("/api/v1/models/org/name/repo?Revision=master&FilePath=a%20b.safetensors"))
        #expect(requests.allSatisfy { $0.header("Cookie") == "m_session_id=ms" })
    }

    static let version = """
        {"id": 456, "modelId": 123, "name": "v1", "baseModel": "SDXL 1.0", "trainedWords": ["neon"],
         "model": {"name": "Neon: a/b", "type": "LORA"}, "files": [
          {"name": "train.zip", "type": "Training Data", "sizeKB": 9,
           "downloadUrl": "https://civitai.com/api/download/models/456?type=Training"},
          {"name": "neon.pt", "type": "Model", "sizeKB": 3, "downloadUrl": "https://civitai.com/api/download/models/456?format=Pickle"},
          {"name": "neon.safetensors", "type": "Model", "sizeKB": 8.25, "hashes": {"AutoV2": "CCCCCCCCCC"},
           "downloadUrl": "https://civitai.com/api/download/models/456?size=full"},
          {"name": "../neon.safetensors", "type": "Model", "sizeKB": 6775430.35, "primary": true, "pickleScanResult": "Success",
           "virusScanResult": "Pending", "hashes": {"AutoV2": "ABABABABAB", "SHA256": "\(hash.uppercased())"},
           "downloadUrl": "https://civitai.com/api/download/models/456"}]}
        """
    static let about = """
        {"id": 123, "name": "Neon: a/b", "type": "LORA", "allowNoCredit": false, "allowCommercialUse": ["Image", "Rent"],
         "allowDerivatives": true, "allowDifferentLicense": false, "modelVersions": [\(version)]}
        """
    static let answers = [
        "/api/v1/models/123": Answer(json: about), "/api/v1/model-versions/456": Answer(json: version),
        "/api/v1/model-versions/by-hash/cccccccccc": Answer(json: version),
    ]

    @Test("CivitAI: the primary file by model, version or URN, with hash, permissions and trigger words", arguments: [
        "civitai:123", "civitai:123@456", "urn:air:sdxl:lora:civitai:123@456", "https://civitai.com/models/123?modelVersionId=456",
    ])
    func civitAI(source: String) async throws {
        let (plan, requests) = try await plan(source, answers: Self.answers)
        #expect(plan.kind == .lora && plan.baseModels == ["SDXL 1.0"] && plan.triggerWords == ["neon"] && plan.revision == "456")
        #expect(plan.license == "commercial use: Image, Rent; credit the creator; merges may be shared; merges keep these permissions")
        #expect(plan.name == "neon.safetensors" && plan.files.map(\.sha256) == [Self.hash] && plan.files.map(\.byteCount) == [nil])
        #expect(plan.files.map(\.estimatedByteCount) == [6_938_040_678])
        // The address that the answer names is another server's than the one that was asked.
        #expect(plan.files.map(\.secrets.count) == [0])
        #expect(plan.notes.contains { $0.contains("Left out: neon.safetensors") } && plan.notes.contains { $0.contains("Pending") })
        #expect(requests.allSatisfy { $0.header("Authorization") == "Bearer cv" })
    }

    @Test("CivitAI: a hash means the file that has it; a version belongs to its model")
    func civitAIHash() async throws {
        let (plan, _) = try await plan("CCCCCCCCCC", answers: Self.answers)
        #expect(plan.name == "neon.safetensors" && plan.files.map(\.estimatedByteCount) == [8448])
        await #expect(throws: DownloadError.nothingUsable(
            "civitai:9@456", reason: "Version 456 belongs to model 123: civitai:123@456.")
        ) { _ = try await self.plan("civitai:9@456", answers: Self.answers) }
    }

    @Test("any server: size and name are asked for first; what stands behind a question mark is kept nowhere")
    func plainAddress() async throws {
        let (plan, requests) = try await plan("SERVER/files/a.safetensors?key=secret", answers: [
            "/files/a.safetensors?key=secret": Answer(206, [
                "Content-Range": "bytes 0-0/4711", "Content-Disposition": "attachment; filename=\"../../b c.safetensors\"",
            ], [1]),
        ])
        #expect(plan.name == "b c.safetensors" && plan.files.map(\.byteCount) == [4711]
            && requests.map { $0.header("Range") } == ["bytes=0-0"])
        #expect(!plan.page.contains("secret") && !plan.source.contains("secret"))
        #expect(requests.allSatisfy { $0.header("Authorization") == nil })
    }

    @Test("a hub's refusals say what to do", arguments: [
        ("org/name", "/api/models/org/name/revision/main?blobs=true", Answer(403), "HF_TOKEN"),
        ("org/name", "/api/models/org/name/revision/main?blobs=true", Answer(401, ["X-Error-Code": "RepoNotFound"]), "has no org/name"),
        ("org/name@v9", "", Answer(404), "has no org/name at v9"),
        ("org/name", "/api/models/org/name/revision/main?blobs=true", Answer(500), "status 500"),
        ("org/name", "/api/models/org/name/revision/main?blobs=true", Answer(200, [:], Array("<html>".utf8)), "does not answer with JSON"),
        ("org/name", "/api/models/org/name/revision/main?blobs=true", Answer(json: "[]"), "no files at all"),
        ("civitai:5", "/api/v1/models/5", Answer(json: #"{"id": 5, "modelVersions": []}"#), "no version"),
        ("civitai:5", "/api/v1/models/5", Answer(302, ["Location": "/login?returnUrl=x"]), "token"),
        ("modelscope:org/name", "/api/v1/models/org/name?Revision=master", Answer(json: "{}"), "has no org/name"),
    ] as [(String, String, Answer, String)])
    func refusals(source: String, path: String, answer: Answer, text: String) async {
        let error = await #expect(throws: DownloadError.self) { _ = try await plan(source, FileChoice(file: "a"), answers: [path: answer]) }
        #expect(error?.description.contains(text) == true, "\(error.map(\.description) ?? "")")
    }

    @Test("tokens come from the usual places, the more special one first")
    func tokens() throws {
        let folder = try TemporaryFolder()
        try folder.write("file\n", to: ".cache/huggingface/token")
        try folder.write("home", to: "hf/token")
        try folder.write("two words", to: "bad/token")
        for (variables, token) in [
            (["HF_TOKEN": "a", "HUGGING_FACE_HUB_TOKEN": "b"], "a"), (["HUGGING_FACE_HUB_TOKEN": "b"], "b"), ([:], "file"),
            (["HF_TOKEN": " "], "file"),
            (["HF_HOME": folder.path + "/hf"], "home"), (["HF_HOME": "~/hf"], "home"),
            (["HF_TOKEN_PATH": folder.path + "/hf/token"], "home"),
            (["XDG_CACHE_HOME": folder.path + "/nowhere"], nil), (["HF_HOME": folder.path + "/bad"], nil),
        ] as [([String: String], String?)] {
            let access = HubAccess(environment: variables.merging(["HOME": folder.path]) { $1 })
            #expect(access.huggingFaceSecrets.first?.1 == token.map { "Bearer " + $0 })
        }
        let access = HubAccess(environment: ["HF_ENDPOINT": "https://hf-mirror.com/", "MODELSCOPE_DOMAIN": "www.modelscope.ai"])
        #expect(access.huggingFace == "https://hf-mirror.com" && access.modelScope == "https://www.modelscope.ai"
            && access.civitAISecrets.isEmpty)
    }
}

/// A value that a closure leaves behind.
final class LockedBox<Value: Sendable>: @unchecked Sendable {
    // Written by one task, and read after it has ended.
    var value: Value?
}
