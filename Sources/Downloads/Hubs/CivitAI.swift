import Files

/// CivitAI.
///
/// Source: developer.civitai.com, "Models" and "Model versions".
struct CivitAI {
    let access: HubAccess
    let web: WebClient

    /// The version of a model that its page shows first.
    func model(_ number: Int) async throws(DownloadError) -> HubModel {
        let about = try await answer("models/\(number)", asking: "model \(number)")
        guard let version = about["modelVersions"]?.elements.first else {
            throw .nothingUsable("civitai:\(number)", reason: "The model has no version that is published.")
        }
        return try describe(version, of: about)
    }

    /// A version of a model.
    /// - Parameter model: the model that it was said to belong to.
    func version(_ number: Int, model: Int?) async throws(DownloadError) -> HubModel {
        let version = try await answer("model-versions/\(number)", asking: "version \(number)")
        if let model, let other = version["modelId"]?.count, other != model {
            throw .nothingUsable(
                "civitai:\(model)@\(number)", reason: "Version \(number) belongs to model \(other): civitai:\(other)@\(number).")
        }
        return try describe(version, of: try await parent(of: version))
    }

    /// The version with a file of this hash, and that file alone.
    func version(hash: String) async throws(DownloadError) -> HubModel {
        let version = try await answer("model-versions/by-hash/\(hash)", asking: "file with the hash \(hash)")
        var model = try describe(version, of: try await parent(of: version))
        // Two files of a version may have one name.
        let addresses = (version["files"]?.elements ?? []).filter { file in
            guard case .object(let hashes)? = file["hashes"] else { return false }
            return hashes.values.contains { $0.string?.lowercased() == hash }
        }.compactMap { $0["downloadUrl"]?.string }
        if let address = addresses.first { model.files = model.files.filter { $0.address == address } }
        return model
    }

    private func answer(_ path: String, asking: String) async throws(DownloadError) -> JSONValue {
        try await web.json("\(access.civitAI)/api/v1/\(path)", secrets: access.civitAISecrets, asking: asking)
    }

    /// What users may do stands with the model, not with its versions.
    private func parent(of version: JSONValue) async throws(DownloadError) -> JSONValue {
        guard let number = version["modelId"]?.count else {
            throw .unexpectedAnswer(host: "CivitAI", reason: "does not say which model the version belongs to")
        }
        return try await answer("models/\(number)", asking: "model \(number)")
    }

    private func describe(_ version: JSONValue, of about: JSONValue) throws(DownloadError) -> HubModel {
        guard let number = version["id"]?.count, let model = about["id"]?.count else {
            throw .unexpectedAnswer(host: "CivitAI", reason: "does not describe a model's version")
        }
        let files = (version["files"]?.elements ?? []).filter { file in
            // Training data and configurations are no models.
            ["model", "pruned model", "vae"].contains(file["type"]?.string?.lowercased() ?? "model")
        }
        let isPrimary: (JSONValue) -> Bool = { $0["primary"] == true }
        var described = HubModel(
            hub: "CivitAI", name: SafeFileName.name(about["name"]?.string ?? "", fallback: "civitai-\(model)"),
            page: "\(access.civitAI)/models/\(model)?modelVersionId=\(number)", revision: "\(number)",
            kind: ModelKind(civitAI: about["type"]?.string ?? version["model"]?["type"]?.string ?? "unknown"), license: Self.license(about),
            baseModels: version["baseModel"]?.strings ?? [], triggerWords: version["trainedWords"]?.strings ?? [])
        // The file that the page's button fetches comes first.
        for file in files.filter(isPrimary) + files.filter({ !isPrimary($0) }) {
            let address = file["downloadUrl"]?.string ?? version["downloadUrl"]?.string
            guard let name = file["name"]?.string, let address else { continue }
            // Sizes are told in kibibytes, and some are rounded: the hash decides.
            let kibibytes: Double? = switch file["sizeKB"] {
            case .number(let value)?: value
            case .integer(let value)?: Double(value)
            default: nil
            }
            described.files.append(HubFile(
                path: Self.fileName(name), address: address,
                estimatedByteCount: kibibytes.flatMap { Int(exactly: ($0 * 1024).rounded()) }.flatMap { $0 < 0 ? nil : $0 },
                sha256: file["hashes"]?["SHA256"]?.sha256,
                // An answer cannot send the token anywhere else.
                secrets: address.hasPrefix(access.civitAI + "/") ? access.civitAISecrets : []))
            for scan in ["pickleScanResult", "virusScanResult"] where file[scan]?.string.map({ $0 != "Success" }) == true {
                described.notes.append("CivitAI's scan of \(name) says \(file[scan]?.string ?? "nothing") (\(scan)).")
            }
        }
        if version["earlyAccessEndsAt"]?.string != nil {
            described.notes.append("This version is in early access: CivitAI may want payment first.")
        }
        return described
    }

    /// A name that every disk can live with, with its ending.
    private static func fileName(_ name: String) -> String {
        let ending = name.pathExtension
        guard !ending.isEmpty else { return SafeFileName.name(name, fallback: "model") }
        return SafeFileName.name(name.deletingPathExtension, fallback: "model") + "." + SafeFileName.name(ending, fallback: "bin")
    }

    /// CivitAI has no licenses but four permissions.
    private static func license(_ about: JSONValue) -> String? {
        var parts: [String] = []
        if let uses = about["allowCommercialUse"]?.strings.filter({ $0 != "None" }) {
            parts.append(uses.isEmpty ? "no commercial use" : "commercial use: \(uses.joined(separator: ", "))")
        }
        if case .bool(let isFree)? = about["allowNoCredit"] { parts.append(isFree ? "no credit needed" : "credit the creator") }
        if case .bool(let isAllowed)? = about["allowDerivatives"] {
            parts.append(isAllowed ? "merges may be shared" : "no sharing of merges")
        }
        if case .bool(let isAllowed)? = about["allowDifferentLicense"] {
            parts.append(isAllowed ? "merges may have other permissions" : "merges keep these permissions")
        }
        return parts.isEmpty ? nil : parts.joined(separator: "; ")
    }
}
