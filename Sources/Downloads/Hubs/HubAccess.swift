import Files
public import FoundationEssentials

/// Addresses of the hubs, and the tokens that say who asks, from the places where their own programs keep them.
///
/// A token goes to its hub alone, and into no message, log or file.
public struct HubAccess: Sendable {
    /// `https://huggingface.co`, or the mirror that `HF_ENDPOINT` names; without a slash at the end.
    let huggingFace: String
    let modelScope: String
    let civitAI: String
    private let huggingFaceToken: String?
    private let modelScopeToken: String?
    private let civitAIToken: String?

    /// Reads `HF_ENDPOINT`, `HF_TOKEN`, `HUGGING_FACE_HUB_TOKEN`, `HF_TOKEN_PATH`, `HF_HOME`, `MODELSCOPE_DOMAIN`, `MODELSCOPE_API_TOKEN`,
    /// `CIVITAI_ENDPOINT` and `CIVITAI_API_TOKEN`; Hugging Face's token also from `~/.cache/huggingface/token`.
    /// - Parameter environment: variables by name.
    ///
    /// Source: huggingface_hub 2.4, `constants.py` and `utils/_auth.py`; modelscope 1.40, `hub/utils/utils.py`.
    public init(environment: [String: String] = ProcessInfo.processInfo.environment) {
        func value(_ names: String...) -> String? {
            names.lazy.compactMap { environment[$0]?.trimmed }.first { !$0.isEmpty }
        }
        func address(_ text: String) -> String {
            let text = text.contains("://") ? text : "https://" + text
            return String(text.reversed().drop { $0 == "/" }.reversed())
        }
        let home = value("HOME") ?? ""
        func path(_ text: String) -> String { text.hasPrefix("~/") ? home + text.dropFirst() : text }
        huggingFace = address(value("HF_ENDPOINT") ?? "https://huggingface.co")
        modelScope = address(value("MODELSCOPE_DOMAIN") ?? "https://www.modelscope.cn")
        civitAI = address(value("CIVITAI_ENDPOINT") ?? "https://civitai.com")
        let folder = value("HF_HOME").map(path) ?? (value("XDG_CACHE_HOME") ?? home + "/.cache") + "/huggingface"
        let file = value("HF_TOKEN_PATH").map(path) ?? folder + "/token"
        huggingFaceToken = value("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN") ?? Self.token(inFile: file)
        modelScopeToken = value("MODELSCOPE_API_TOKEN")
        civitAIToken = value("CIVITAI_API_TOKEN", "CIVITAI_TOKEN")
    }

    /// The servers of the hubs, or of the mirrors that stand for them.
    public var hosts: [String] { [huggingFace, modelScope, civitAI].map(\.serverName).filter { !$0.isEmpty } }

    private static func token(inFile path: String) -> String? {
        guard let bytes = try? OpenFile.contents(of: path, atMost: 4096) else { return nil }
        let token = String(decoding: bytes, as: UTF8.self).trimmed
        // A header ends at a line's end.
        return token.isEmpty || token.contains(where: \.isWhitespace) ? nil : token
    }

    /// The headers that tell Hugging Face who asks.
    var huggingFaceSecrets: [(String, String)] { Self.bearer(huggingFaceToken) }
    var civitAISecrets: [(String, String)] { Self.bearer(civitAIToken) }
    /// ModelScope knows people by the cookie that its own program sends.
    var modelScopeSecrets: [(String, String)] { modelScopeToken.map { [("Cookie", "m_session_id=\($0)")] } ?? [] }

    private static func bearer(_ token: String?) -> [(String, String)] { token.map { [("Authorization", "Bearer \($0)")] } ?? [] }

    /// The way to be let in.
    static func hint(forHost host: String) -> String {
        if host.contains("civitai") {
            "Make a key under civitai.com/user/account and set CIVITAI_API_TOKEN to it; models in early access need to be bought first."
        } else if host.contains("modelscope") {
            "Make a token under modelscope.cn/my/myaccesstoken and set MODELSCOPE_API_TOKEN to it."
        } else {
            "For Hugging Face and its mirrors: accept the conditions on the model's page, make a token under "
                + "huggingface.co/settings/tokens, and set HF_TOKEN to it."
        }
    }
}
