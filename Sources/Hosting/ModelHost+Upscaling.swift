import Checkpoints
public import WebAPI

// The upscalers that requests can name.
extension ModelHost {
    // The files are read beside the models, not in turn with them.
    public nonisolated var upscalers: [UpscalerSummary] {
        get async {
            // One that cannot be read is listed, so that its error is told to the one who asks for it.
            upscalerLibrary.entries.map { UpscalerSummary(name: $0.name, path: $0.path, scale: upscalerLibrary.scale(of: $0) ?? 1) }
        }
    }

    public nonisolated var upscalerFolders: [String] { get async { upscalerLibrary.folders } }
}
