/// A model as its hub describes it.
struct HubModel: Sendable {
    /// `CivitAI`
    var hub: String
    /// The name to keep it under, without an ending.
    var name: String
    /// The page for people.
    var page: String
    /// A commit, or the number of a version.
    var revision: String?
    var kind: ModelKind
    /// In the hub's words.
    var license: String?
    /// What it was made from or for: `stabilityai/stable-diffusion-xl-base-1.0`, `SDXL 1.0`.
    var baseModels: [String] = []
    /// Words that a prompt needs for it.
    var triggerWords: [String] = []
    var files: [HubFile] = []
    /// Sentences for the user.
    var notes: [String] = []
}

/// A file as its hub lists it.
struct HubFile: Sendable {
    /// Its place in the repository.
    var path: String
    var address: String
    /// nil when the hub does not say it exactly.
    var byteCount: Int?
    /// Roughly, where the exact size is not said.
    var estimatedByteCount: Int?
    /// In lower-case hexadecimal; nil when the hub does not say it.
    var sha256: String?
    /// Headers that tell the hub who asks.
    var secrets: [(String, String)] = []
}
