import Generation

/// An upscaler of pictures that requests can name.
public struct UpscalerSummary: Sendable, Hashable {
    /// The name under which requests ask for it: `Lanczos`, or a file's name without its extension.
    public var name: String
    /// The path of its file; nil for those that need none.
    public var path: String?
    /// How many times as large its network makes each side in one go; 1 for those without a network, which take any factor.
    public var scale: Int

    /// Makes the summary of an upscaler; without a path it is one that needs no file.
    public init(name: String, path: String? = nil, scale: Int = 1) {
        self.name = name
        self.path = path
        self.scale = scale
    }

    /// The name of its file without the place, which is not told over a network; nil for those that need none.
    var file: String? { path.flatMap { $0.split(separator: "/").last.map(String.init) } }

    /// The upscalers that every engine has.
    public static let builtIn = UpscalerName.builtIn.map { UpscalerSummary(name: $0) }
}

/// The answer to `GET /api/v1/upscalers`.
public struct UpscalersAnswer: Codable, Sendable {
    /// An upscaler that requests can name.
    public struct Upscaler: Codable, Sendable {
        /// The name under which requests ask for it.
        public var name: String
        /// The name of its file; null for those that need none.
        @OrNull public var file: String?
        /// How many times as large its network makes each side in one go; null for those without a network, which take any factor.
        @OrNull public var scale: Int?
    }

    /// None, which leaves pictures as they are, then those without a network, then the files in order of their names.
    public var upscalers: [Upscaler]
    /// The absolute paths of the folders in which upscalers' files are looked for.
    public var folders: [String]

    /// Makes the answer from the upscalers as they are known now.
    public init(_ upscalers: [UpscalerSummary], folders: [String]) {
        self.upscalers = upscalers.map { Upscaler(name: $0.name, file: $0.file, scale: $0.path == nil ? nil : $0.scale) }
        self.folders = folders
    }
}
