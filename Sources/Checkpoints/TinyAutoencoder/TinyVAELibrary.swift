import Files
import FoundationEssentials
public import Generation

/// The places where tiny VAEs lie: folders, or a single file for all models.
public struct TinyVAELibrary: Sendable, Hashable {
    /// Folders with files that are named as their makers name them, such as `taesd_decoder.pth`; or files. The first that has something
    /// for a model counts.
    public let paths: [String]

    /// - Parameter paths: of folders or files; they need not be there.
    public init(paths: [String]) { self.paths = paths }

    /// The files of a family's tiny VAE: one with both halves, or one for each half. None when there is none.
    ///
    /// Which models a file fits is not in it, so that its name decides: `taesd` or `taesdxl`, with `_encoder`, `_decoder` or nothing
    /// behind it. safetensors come before `.pth`.
    public func files(for family: Family) -> [String] {
        paths.lazy.map { Self.files(for: family, at: $0) }.first { !$0.isEmpty } ?? []
    }

    private static func files(for family: Family, at path: String) -> [String] {
        if PathKind(path) == .file { return [path] }
        let stem = family.traits.tinyVAE
        let names = Set((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [])
        func file(_ stem: String) -> String? {
            ["safetensors", "pth"].map { "\(stem).\($0)" }.first(where: names.contains).map { "\(path)/\($0)" }
        }
        let halves = [file(stem + "_encoder"), file(stem + "_decoder")].compactMap(\.self)
        if halves.count == 2 { return halves }
        if let both = file(stem) { return [both] }
        let inFolder = "\(path)/\(stem)/diffusion_pytorch_model.safetensors"
        return PathKind(inFolder) == .file ? [inFolder] : halves
    }
}

/// A checkpoint's tiny VAE: what was found for its family.
public struct TinyVAE: Sendable {
    /// Places where it was looked for.
    public let library: TinyVAELibrary
    private let paths: [String]
    private let family: Family
    /// Its networks; nil when there are none, or none that can be used.
    public let file: NetworkFile<TinyAutoencoderConfiguration>?
    private let problem: CheckpointError?

    /// Looks for the tiny VAE of a checkpoint. One that cannot be used is told of when somebody asks for it.
    init(in library: TinyVAELibrary, for family: Family, latentChannels: Int, scaleFactor: Int) {
        self.library = library
        self.family = family
        paths = library.files(for: family)
        do throws(CheckpointError) {
            guard !paths.isEmpty else {
                (file, problem) = (nil, nil)
                return
            }
            let file = try NetworkFile(tinyAutoencoder: paths)
            let configuration = file.network.configuration
            for (key, own, expected) in [
                ("latent_channels", configuration.latentChannels, latentChannels), ("scale_factor", configuration.scaleFactor, scaleFactor),
            ] where own != expected {
                throw .invalidSetting(file: file.name, key: key, value: "\(own)", expected: "\(expected), as the model's VAE")
            }
            (self.file, problem) = (file, nil)
        } catch {
            (file, problem) = (nil, error)
        }
    }

    /// Whether one of its networks can be used: `tinyDecoder` or `tinyEncoder`.
    public func has(_ network: NetworkID) -> Bool { error(for: network) == nil }

    /// Why one of its networks cannot be used; nil when it can.
    public func error(for network: NetworkID) -> CheckpointError? {
        if let problem { return problem }
        let isThere = network == .tinyEncoder ? file?.network.configuration.hasEncoder : file?.network.configuration.hasDecoder
        let half = network == .tinyEncoder ? "encoder" : "decoder"
        return isThere == true ? nil : .missingTinyVAE(folder: library.paths.first ?? "", name: "\(family.traits.tinyVAE)_\(half)")
    }

    /// Whether the same files would be found and opened now.
    var isCurrent: Bool { library.files(for: family) == paths && (file?.files.allSatisfy(\.file.isCurrent) ?? true) }
}
