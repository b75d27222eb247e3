@testable import Downloads
import Testing

@Suite("Sources of models, as they are typed")
struct ModelSourceTests {
    static func repository(
        _ name: String, _ file: String? = nil, at revision: String? = nil, on hub: ModelSource.Repository.Hub = .huggingFace
    ) -> ModelSource? {
        let owner = String(name.prefix { $0 != "/" }), rest = String(name.drop { $0 != "/" }.dropFirst())
        return (try? ModelSource.Repository(hub, owner, rest, file: file ?? "", revision: revision, in: name)).map { .repository($0) }
    }

    @Test("every way to name a model is understood", arguments: [
        ("stabilityai/sdxl-turbo", repository("stabilityai/sdxl-turbo")),
        ("  stabilityai/sdxl-turbo/ ", repository("stabilityai/sdxl-turbo")),
        ("org/name@v1.0", repository("org/name", at: "v1.0")),
        ("org/name@refs/pr/3", repository("org/name", at: "refs/pr/3")),
        ("org/name@refs/pr/3/a.safetensors", repository("org/name", "a.safetensors", at: "refs/pr/3")),
        ("org/name/sub/a.safetensors", repository("org/name", "sub/a.safetensors")),
        ("org/name@dev/sub/a.safetensors", repository("org/name", "sub/a.safetensors", at: "dev")),
        ("org/name/sub/a.safetensors@dev", repository("org/name", "sub/a.safetensors", at: "dev")),
        ("hf:org/name", repository("org/name")), ("hf://org/name@dev", repository("org/name", at: "dev")),
        ("huggingface:org/name", repository("org/name")),
        ("modelscope:AI-ModelScope/stable-diffusion-v1-5", repository("AI-ModelScope/stable-diffusion-v1-5", on: .modelScope)),
        ("https://huggingface.co/org/name", repository("org/name")), ("huggingface.co/org/name", repository("org/name")),
        ("https://huggingface.co/org/name/tree/main", repository("org/name", at: "main")),
        ("https://huggingface.co/org/name/tree/main/unet", repository("org/name", at: "main")),
        ("https://huggingface.co/org/name/blob/main/a%20b.safetensors", repository("org/name", "a b.safetensors", at: "main")),
        ("https://huggingface.co/org/name/resolve/abc/sub/a.safetensors?download=true",
            repository("org/name", "sub/a.safetensors", at: "abc")),
        ("https://huggingface.co/org/name/resolve/refs/pr/1/a.safetensors", repository("org/name", "a.safetensors", at: "refs/pr/1")),
        ("https://hf-mirror.com/org/name", repository("org/name")),
        ("https://www.modelscope.cn/models/org/name/summary", repository("org/name", on: .modelScope)),
        ("https://modelscope.cn/models/org/name/resolve/master/a.safetensors",
            repository("org/name", "a.safetensors", at: "master", on: .modelScope)),
        ("https://modelscope.cn/models/org/name/file/view/master/a.safetensors",
            repository("org/name", "a.safetensors", at: "master", on: .modelScope)),
        ("civitai:4384", .civitAIModel(4384)), ("CivitAI:4384@128713", .civitAIVersion(128_713, model: 4384)),
        ("https://civitai.com/models/4384", .civitAIModel(4384)), ("https://civitai.com/models/4384/dreamshaper", .civitAIModel(4384)),
        ("https://civitai.com/models/4384/dreamshaper?modelVersionId=128713", .civitAIVersion(128_713, model: 4384)),
        ("https://civitai.com/api/download/models/128713?type=Model&token=abc", .civitAIVersion(128_713, model: nil)),
        ("A5F58EB1C3", .civitAIHash("a5f58eb1c3")), ("4748a7f6", .civitAIHash("4748a7f6")), ("22D8CB95B807", .civitAIHash("22d8cb95b807")),
        (String(repeating: "aB", count: 32), .civitAIHash(String(repeating: "ab", count: 32))),
        ("urn:air:sd1:checkpoint:civitai:4384@128713", .civitAIVersion(128_713, model: 4384)),
        ("urn:air:sdxl:lora:civitai:328553@368189:layer.safetensor", .civitAIVersion(368_189, model: 328_553)),
        ("air:sdxl:lora:civitai:328553@368189.safetensors", .civitAIVersion(368_189, model: 328_553)),
        ("urn:air:model:civitai:2421", .civitAIModel(2421)),
        ("urn:air:model:huggingface:stabilityai/sdxl-vae", repository("stabilityai/sdxl-vae")),
        ("urn:air:sdxl:vae:huggingface:stabilityai/sdxl-vae@main", repository("stabilityai/sdxl-vae", at: "main")),
        ("https://example.org/a.safetensors?key=1", .address("https://example.org/a.safetensors?key=1")),
        ("http://127.0.0.1:8000/a.safetensors", .address("http://127.0.0.1:8000/a.safetensors")),
    ] as [(String, ModelSource?)])
    func understood(text: String, source: ModelSource?) throws {
        #expect(try ModelSource(text) == #require(source))
    }

    @Test("what names no model is refused with a hint", arguments: [
        ("", "org/name for Hugging Face"), ("anime", "org/name for Hugging Face"), ("123456", "civitai:123456"),
        ("civitai:", "civitai:123@456"),
        ("civitai:abc", "civitai:123@456"), ("civitai:1@2@3", "civitai:123@456"), ("civitai:-1", "civitai:123@456"),
        ("org/../name", "org/name"), ("../name", "org/name"), ("org/", "org/name"), ("/etc/passwd", "org/name"), ("org/na me", "org/name"),
        ("org/name/../../x", "no path"), ("org/name/.git/config", "no path"), ("org/name@", "a branch"), ("org/name/a@", "a branch"),
        ("https://huggingface.co/datasets/org/name", "no page of a model"), ("https://civitai.com/images/1", "no page of a model"),
        ("https://modelscope.cn/home", "no page of a model"), ("https://user:word@example.org/a", "Leave out the user"),
        ("urn:air:dalle:model:openai:dalle@2", "urn:air:sd1"), ("urn:air:", "urn:air:sd1"), ("https://", "no address"),
    ])
    func refused(text: String, hint: String) {
        let error = #expect(throws: DownloadError.self) { try ModelSource(text) }
        #expect(error?.description.contains(hint) == true)
    }

    @Test("a revision is added where there are revisions, and no second one")
    func revision() throws {
        #expect(try ModelSource("org/name").at(revision: "dev") == ModelSource("org/name@dev"))
        #expect(try ModelSource("org/name@dev").at(revision: "dev") == ModelSource("org/name@dev"))
        for (text, revision) in [("org/name@dev", "main"), ("civitai:1", "main"), ("org/name", "")] {
            #expect(throws: DownloadError.self) { try ModelSource(text).at(revision: revision) }
        }
    }
}
