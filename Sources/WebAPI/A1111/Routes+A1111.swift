import Files
import Settings

extension Route {
    static let ofA1111: [Route] =
        [
            Route(
                .post, path("txt2img"), "Draws pictures from a text, and answers when they are done",
                body: .init(name: "TextToImageRequest", schema: A1111Request.fields(of: .textToImage).schema(isOpen: true)),
                answer: .json(A1111Answer.self), errors: drawing + [.notImplemented]),
            Route(
                .post, path("img2img"),
                "Draws pictures from pictures and a text, perhaps where a mask is white, and answers when they are done",
                body: .init(name: "ImageToImageRequest", schema: A1111Request.fields(of: .imageToImage).schema(isOpen: true)),
                answer: .json(A1111Answer.self), errors: drawing + [.notImplemented]),
            Route(
                .get, path("progress"), "Tells what is being drawn, with a preview",
                parameters: [.query("skip_current_image", "leaves the preview out", .flag)], answer: .json(ProgressAnswer.self)),
            Route(.get, path("options"), "Lists every option: A1111's and SD.Next's names, and Easel's settings", answer: .anyObject),
            Route(
                .post, path("options"), "Changes some options, or all that were listed; unknown ones are ignored",
                body: .init(name: "Options", schema: .map(of: .any)), errors: [.unavailable]),
            Route(
                .post, path("png-info"), "Reads the parameters that stand in a picture's file",
                body: .init(name: "PictureInfoRequest", schema: PictureInfoRequest.fields.schema(isOpen: true)),
                answer: .json(PictureInfoAnswer.self)),
            Route(.get, path("sd-models"), "Lists the models", answer: .list(of: ModelItem.self)),
            Route(.get, path("samplers"), "Lists the samplers", answer: .list(of: SamplerItem.self)),
            Route(.get, path("schedulers"), "Lists the schedules of noise", answer: .list(of: SchedulerItem.self)),
            Route(.get, path("prompt-styles"), "Lists the styles", answer: .list(of: StyleItem.self)),
            Route(.get, path("embeddings"), "Lists the textual inversions", answer: .json(EmbeddingsAnswer.self)),
            Route(.get, path("loras"), "Lists the LoRAs", answer: .list(of: LoRAItem.self)),
            Route(.get, path("upscalers"), "Lists the upscalers of pictures", answer: .list(of: UpscalerItem.self)),
            Route(
                .get, path("realesrgan-models"), "Lists the upscalers that A1111 has a name for", answer: .list(of: RealESRGANItem.self)),
            Route(
                .post, path(ExtrasRequest.Kind.single.rawValue), "Enlarges a picture, and answers when it is done",
                body: .init(name: "ExtrasRequest", schema: ExtrasRequest.fields(of: .single).schema(isOpen: true)),
                answer: .json(ExtrasAnswer.self), errors: drawing),
            Route(
                .post, path(ExtrasRequest.Kind.batch.rawValue), "Enlarges pictures, and answers when they are done",
                body: .init(name: "ExtrasBatchRequest", schema: ExtrasRequest.fields(of: .batch).schema(isOpen: true)),
                answer: .json(ExtrasBatchAnswer.self), errors: drawing),
            Route(.get, path("latent-upscale-modes"), "Lists the ways to enlarge latents", answer: .list(of: LatentUpscaleItem.self)),
            Route(.get, path("scripts"), "Lists scripts: none", answer: .json(ScriptsAnswer.self)),
            Route(.get, path("memory"), "Tells how much memory is used, in bytes", answer: .json(MemoryAnswer.self)),
            Route(.get, path("cmd-flags"), "Tells how the server was started", answer: .json(CommandFlagsAnswer.self)),
        ] + ofSDNext + emptyLists + actions + toCome

    private static let ofSDNext = [
        Route(.get, path("checkpoint"), "Tells of the current model, as SD.Next does", answer: .json(CheckpointAnswer.self)),
        Route(
            .post, path("checkpoint"), "Loads a model, and makes it the current one",
            parameters: [.query("sd_model_checkpoint", "its title, name or hash")], answer: .json(CheckpointLoadedAnswer.self),
            errors: [.unavailable]),
        Route(.get, path("modules"), "Lists the networks of the current model, and where they run", answer: .json(ModulesAnswer.self)),
        Route(
            .get, path("history"), "Lists the latest jobs, the oldest first", parameters: [.query("id", "only this job")],
            answer: .list(of: HistoryItem.self)),
        Route(.get, path("system-info/status"), "Tells what is done, with what, and since when", answer: .json(SystemStatusAnswer.self)),
        Route(
            .get, path("log"), "Sends the latest lines of the log, without prompts, places and clients",
            parameters: [.query("lines", "how many; 0: all", .whole.with("minimum", .integer(0))), .query("clear", "forgets them", .flag)],
            answer: .list(of: String.self)),
    ]

    /// Routes of things that are not here.
    private static let emptyLists = [
        ("sd-vae", "VAEs in files of their own"),
        ("hypernetworks", "hypernetworks"), ("face-restorers", "face restorers"), ("script-info", "scripts"),
        ("extensions", "extensions"),
    ].map { Route(.get, path($0), "Lists \($1): none", answer: .list(of: EmptyAnswer.self)) }

    private static let actions = [
        ("interrupt", "Ends what is being drawn; finished pictures are answered and kept"),
        ("skip", "Ends the run of n_iter that is being drawn, and goes on with the next"),
        ("refresh-checkpoints", "Looks for models, styles, wildcards and textual inversions anew"),
        ("refresh-loras", "As refresh-checkpoints"),
        ("refresh-vae", "As refresh-checkpoints: there are no VAEs by themselves"),
        ("refresh-embeddings", "As refresh-checkpoints"),
        ("reload-checkpoint", "Loads the current model"), ("unload-checkpoint", "Lets go of what is loaded; the next job loads again"),
        ("server-restart", "Stops the server, for what started it to start it again"), ("server-stop", "Stops the server"),
    ].map { Route(.post, path($0), $1, errors: $0 == "reload-checkpoint" ? [.unavailable] : []) }

    /// The answer 501, or the fault of the request.
    private static let toCome = [
        ("interrogate", "Is to come: describes a picture"),
    ].map { Route(.post, path($0), $1, body: .init(name: "AnyObject", schema: .map(of: .any)), errors: [.notImplemented]) }

    private static func path(_ name: String) -> String { "/sdapi/v1/" + name }

    /// Errors of routes that wait for pictures.
    static let drawing: [APIError.Kind] = [.cancelled, .queueFull, .failed, .unavailable]
}
