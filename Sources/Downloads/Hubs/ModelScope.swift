import Files

/// ModelScope.
///
/// Source: modelscope 1.40, `hub/file_download.py`, `hub/info.py`; the list of files is that of `HubApi.get_model_files`.
struct ModelScope {
    let access: HubAccess
    let web: WebClient

    /// Lists a repository.
    func model(_ repository: ModelSource.Repository) async throws(DownloadError) -> HubModel {
        let revision = repository.revision ?? "master"
        let base = "\(access.modelScope)/api/v1/models/\(repository.name)"
        let query = "Revision=\(RepositoryPath.escapedPart(revision))"
        let asked = repository.name + (repository.revision.map { " at \($0)" } ?? "")
        let about = try await web.json("\(base)?\(query)", secrets: access.modelScopeSecrets, asking: asked)
        let list = try await web.json("\(base)/repo/files?\(query)&Recursive=True", secrets: access.modelScopeSecrets, asking: asked)
        guard let files = list["Data"]?["Files"]?.elements else {
            let message = list["Message"]?.string.map { ": \($0)" } ?? ""
            throw .unexpectedAnswer(host: "ModelScope", reason: "lists no files of \(asked)\(message)")
        }
        var model = HubModel(
            hub: "ModelScope", name: repository.name.lastPathComponent, page: "\(access.modelScope)/models/\(repository.name)",
            revision: revision, kind: Self.kind(about["Data"]), license: about["Data"]?["License"]?.string,
            baseModels: about["Data"]?["BaseModel"]?.strings ?? [])
        model.triggerWords = about["Data"]?["TriggerWords"]?.strings ?? []
        for file in files where file["Type"]?.string != "tree" {
            guard let path = file["Path"]?.string, RepositoryPath.isSafe(path) else { continue }
            model.files.append(HubFile(
                path: path, address: "\(base)/repo?\(query)&FilePath=\(RepositoryPath.escaped(path))", byteCount: file["Size"]?.count,
                sha256: file["Sha256"]?.sha256, secrets: access.modelScopeSecrets))
        }
        return model
    }

    private static func kind(_ about: JSONValue?) -> ModelKind {
        let words = [about?["AigcType"]?.string, about?["ModelType"]?.strings.joined(separator: " ")].compactMap { $0?.lowercased() }
        if words.contains(where: { $0.contains("lora") }) { return .lora }
        if words.contains(where: { $0.contains("vae") }) { return .vae }
        return .checkpoint
    }
}
