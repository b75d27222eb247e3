import Diffusion
public import Foundation
import Generation
public import Hosting
import ImageCodecs
import Settings

/// Draws one picture with the bundled model.
public func draw(_ prompt: String, into file: URL, folders: UserFolders = UserFolders()) async throws {
    var settings = EaselSettings()
    settings.openvinoAccuracy = .f32
    let opener = try ModelOpener(settings, folders: folders)
    let pipeline = try await opener.open(ModelLibrary().find("demo"))

    var request = GenerationRequest(prompt: prompt)
    (request.width, request.height, request.steps, request.cfgScale) = (128, 128, 12, 4)
    let result = try await pipeline.generate(request) { event in print(event) }
    try Data(result.images[0].encoded(as: .png)).write(to: file)
}
