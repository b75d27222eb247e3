import Checkpoints
import Files
public import Fleet
import Foundation
public import Generation
public import Jobs
import Settings

/// Tells workers on other machines what to draw with. No device is used for it.
extension ModelHost {
    /// - Returns: the model of a name, by what is in it.
    /// - Throws: `InvalidRequest` for a name that no model has, and for a form that workers do not take.
    func fleetModel(named name: String) async throws -> FleetModel {
        guard let model = library.listing().models.first(where: { $0.name == name }) else { throw Self.unknown(name) }
        if !model.isFolder {
            guard model.path.hasSuffix(".safetensors") else { throw Self.unfit(name) }
            return FleetModel(sha256: try await hash(ofFile: model.path), bytes: Self.size(ofFile: model.path), name: name)
        }
        var files: [FleetModel.File] = []
        for path in Self.files(ofFolder: model.path) {
            let file = model.path + "/" + path
            files.append(.init(path: path, sha256: try await hash(ofFile: file), bytes: Self.size(ofFile: file)))
        }
        guard files.contains(where: { $0.path.hasSuffix(".safetensors") }) else { throw Self.unfit(name) }
        return FleetModel(files: files, name: name)
    }

    private static func unfit(_ name: String) -> InvalidRequest {
        InvalidRequest(
            field: "model", "Other machines take .safetensors files, and diffusers folders of them. Convert it first: easel models convert "
                + "\(name)")
    }

    private func hash(ofFile path: String) async throws -> ContentHash {
        guard let hash = await hashMemory.compute(ofFile: path).flatMap({ ContentHash($0) }) else {
            throw InvalidRequest(field: "model", "The model's file \(URL(filePath: path).lastPathComponent) cannot be read.")
        }
        return hash
    }

    private static func size(ofFile path: String) -> Int { FileIdentity(path)?.byteCount ?? 0 }

    /// Files of a diffusers folder that a worker needs, as paths below it.
    private static func files(ofFolder path: String) -> [String] {
        (FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? [])
            .filter { FleetModel.isPart($0) }.sorted()
    }

    /// The models whose hashes are known, with their paths. None is computed.
    public func knownModels() async -> [ContentHash: String] {
        var known: [ContentHash: String] = [:]
        for model in library.listing().models {
            if model.isFolder {
                let files = Self.files(ofFolder: model.path).map { path in
                    let file = model.path + "/" + path
                    return (path, hashMemory.hash(ofFile: file).flatMap { ContentHash($0) }, Self.size(ofFile: file))
                }
                guard !files.isEmpty, files.allSatisfy({ $0.1 != nil }) else { continue }
                let parts = files.compactMap { path, hash, bytes in hash.map { FleetModel.File(path: path, sha256: $0, bytes: bytes) } }
                known[FleetModel(files: parts).sha256] = model.path
            } else if let hash = hashMemory.hash(ofFile: model.path).flatMap({ ContentHash($0) }) {
                known[hash] = model.path
            }
        }
        return known
    }

    /// A file of a listed model that workers take, by its content. No hash is computed.
    /// - Parameter sha256: in lower-case hexadecimal, or anything else.
    /// - Returns: its path; nil when no such file is known.
    func fileOfModel(withHash sha256: String) -> String? {
        guard ContentHash(sha256) != nil else { return nil }
        return library.listing().models.lazy.flatMap { model -> [String] in
            if model.isFolder { return Self.files(ofFolder: model.path).map { model.path + "/" + $0 } }
            return model.path.hasSuffix(".safetensors") ? [model.path] : []
        }.first { hashMemory.hash(ofFile: $0) == sha256 }
    }

    /// Computes the hashes that are not known yet, model after model.
    public func learnHashes() async {
        for model in library.listing().models where !Task.isCancelled { _ = try? await fleetModel(named: model.name) }
    }

    /// The name of a group: model and size. What a machine compiles for it is the machine's own affair.
    static func fleetGroup(of request: JobRequest) -> CompileGroup {
        CompileGroup(model: request.model, shape: "\(request.generation.width)×\(request.generation.height)")
    }

    /// The settings that pictures depend on and that are not in requests.
    var settingsOfPictures: [String: String] { ["prediction": settings.current.prediction.rawValue] }
}

/// The models of a front.
struct FrontHost: FrontModels {
    let host: ModelHost

    func group(of request: JobRequest) async -> CompileGroup { ModelHost.fleetGroup(of: request) }

    func validate(_ request: JobRequest) async throws {
        guard request.generation.upscaling.mode == .off, request.generation.inputPictures.isEmpty else {
            throw InvalidRequest(
                field: "init_images", "Workers on other machines draw from words alone for now. Ask a server without --queue.")
        }
        try await host.validate(request)
    }

    func model(named name: String) async throws -> FleetModel { try await host.fleetModel(named: name) }

    func settings(forModel name: String) async -> (pictures: [String: String], networks: [String: String]) {
        let settings = await host.settingsOfPictures
        return (settings, settings)
    }

    func resources() async throws -> ContentHash? { nil }
}
