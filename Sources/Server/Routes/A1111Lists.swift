internal import FoundationEssentials
internal import Hummingbird
internal import WebAPI

/// A1111's lists of what there is to choose from.
struct A1111Lists {
    let backend: Backend

    func add(to router: Router<ClientContext>) {
        let group = router.group("/sdapi/v1")
        group.get("sd-models") { _, _ in Response(json: await backend.engine.models().map(ModelItem.init)) }
        group.get("samplers") { _, _ in Response(json: SamplerItem.all) }
        group.get("schedulers") { _, _ in Response(json: SchedulerItem.all) }
        group.get("prompt-styles") { _, _ in Response(json: await backend.engine.promptResources().styles.map(StyleItem.init)) }
        group.get("embeddings") { _, _ in Response(json: EmbeddingsAnswer(await backend.engine.promptResources().embeddings)) }
        group.get("loras") { _, _ in Response(json: await backend.engine.loras.map(LoRAItem.init)) }
        group.get("upscalers") { _, _ in Response(json: await backend.engine.upscalers.map(UpscalerItem.init)) }
        group.get("realesrgan-models") { _, _ in Response(json: RealESRGANItem.items(await backend.engine.upscalers)) }
        group.get("latent-upscale-modes") { _, _ in Response(json: LatentUpscaleItem.all) }
        group.get("scripts") { _, _ in Response(json: ScriptsAnswer()) }
        for name in Self.empty { group.get(.init(name)) { _, _ in Response(json: Data("[]".utf8)) } }
    }

    /// Lists that A1111 has and Easel has not.
    private static let empty = [
        "sd-vae", "hypernetworks", "face-restorers", "script-info", "extensions",
    ]
}
