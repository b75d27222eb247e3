import Files

/// Hugging Face, or a mirror of it.
///
/// Source: huggingface_hub 2.4, `HfApi.model_info(files_metadata=True)` and `hf_hub_url`.
struct HuggingFace {
    let access: HubAccess
    let web: WebClient

    /// Lists a repository.
    func model(_ repository: ModelSource.Repository) async throws(DownloadError) -> HubModel {
        let revision = repository.revision ?? "main"
        let answer = try await web.json(
            "\(access.huggingFace)/api/models/\(repository.name)/revision/\(RepositoryPath.escapedPart(revision))?blobs=true",
            secrets: access.huggingFaceSecrets, asking: repository.name + (repository.revision.map { " at \($0)" } ?? ""))
        // A branch may move between two files; a commit does not.
        let commit = answer["sha"]?.string ?? revision
        let page = "\(access.huggingFace)/\(repository.name)"
        let card = answer["cardData"]
        let tags = answer["tags"]?.strings ?? []
        let files = answer["siblings"]?.elements ?? []
        var model = HubModel(
            hub: "Hugging Face", name: repository.name.lastPathComponent, page: page, revision: commit,
            kind: Self.kind(tags: tags, answer), license: Self.license(card, tags), baseModels: card?["base_model"]?.strings ?? [])
        if let word = card?["instance_prompt"]?.string { model.triggerWords = [word] }
        for file in files {
            guard let path = file["rfilename"]?.string, RepositoryPath.isSafe(path) else { continue }
            model.files.append(HubFile(
                path: path,
                address: "\(page)/resolve/\(RepositoryPath.escapedPart(commit))/\(RepositoryPath.escaped(path))",
                byteCount: file["lfs"]?["size"]?.count ?? file["size"]?.count, sha256: file["lfs"]?["sha256"]?.sha256,
                secrets: access.huggingFaceSecrets))
        }
        return model
    }

    /// A license with a name of its own has the word `other`.
    private static func license(_ card: JSONValue?, _ tags: [String]) -> String? {
        let word = card?["license"]?.strings.first ?? tags.first { $0.hasPrefix("license:") }.map { String($0.dropFirst(8)) }
        guard word == "other" else { return word }
        let parts = [card?["license_name"]?.string, card?["license_link"]?.string].compactMap { $0 }
        return parts.isEmpty ? word : parts.joined(separator: ", ")
    }

    /// Repositories have no type; their authors' tags tell.
    private static func kind(tags: [String], _ answer: JSONValue) -> ModelKind {
        let tags = Set(tags.map { $0.lowercased() })
        if let type = answer["config"]?["diffusers"]?["_class_name"]?.string, type.hasPrefix("Autoencoder") {
            return type == "AutoencoderTiny" ? .tinyVAE : .vae
        }
        if tags.contains("lora") { return .lora }
        if tags.contains("textual_inversion") || tags.contains("textual-inversion") { return .embedding }
        if tags.contains("controlnet") { return .other("ControlNet") }
        if !tags.isDisjoint(with: ["super-resolution", "esrgan", "real-esrgan", "upscaler"]) { return .upscaler }
        return .checkpoint
    }
}
