"""The package webuiapi, as its readme shows it."""
import threading
import time
from pathlib import Path

import webuiapi
from PIL import Image, ImageChops, ImageStat

SMALL = dict(width=64, height=64, steps=3)


def check(server):
    api = webuiapi.WebUIApi(host="127.0.0.1", port=server.port, sampler="Euler a", steps=3)

    answer = api.txt2img(prompt="cute squirrel", negative_prompt="ugly", seed=1003, styles=[], cfg_scale=7, batch_size=2, n_iter=2, **SMALL)
    assert [image.size for image in answer.images] == [(64, 64)] * 4
    assert answer.info["all_seeds"] == [1003, 1004, 1005, 1006] and answer.info["sampler_name"] == "Euler a"
    assert answer.parameters["prompt"] == "cute squirrel"
    again = api.txt2img(prompt="cute squirrel", negative_prompt="ugly", seed=1004, **SMALL)
    assert again.image.tobytes() == answer.images[1].tobytes(), "a seed gives its picture"

    info = api.png_info(answer.images[1])
    assert "Seed: 1004" in info.info and info.info.startswith("cute squirrel\nNegative prompt: ugly\n"), info.info

    assert api.util_get_current_model() in api.util_get_model_names()
    assert "Euler a" in api.util_get_sampler_names() and "karras" in api.util_get_scheduler_names()
    options = api.get_options()
    options["CLIP_stop_at_last_layers"] = 2
    api.set_options(options)
    assert api.get_options()["CLIP_stop_at_last_layers"] == 2
    api.set_options({"CLIP_stop_at_last_layers": 1})
    # By its whole title: the client takes the most similar one for any other name.
    api.util_set_model(api.util_get_current_model(), find_closest=False)
    api.util_wait_for_ready(check_interval=0.1)

    for call in (
        api.get_cmd_flags, api.get_progress, api.get_sd_vae, api.get_upscalers, api.get_latent_upscale_modes, api.get_loras, api.get_hypernetworks,
        api.get_face_restorers, api.get_realesrgan_models, api.get_prompt_styles, api.get_scripts, api.get_embeddings, api.get_memory,
        api.refresh_checkpoints, api.skip,
    ):
        assert call() is not None

    refused(422, api.txt2img, sampler_name="No such sampler", **SMALL)
    pictures_in(api, answer.images)
    extras(api, answer.images)
    refused(501, api.interrogate, image=answer.image)
    interrupting(api)


def pictures_in(api, sources):
    """Pictures are drawn from pictures, and stay as they were where a mask is black."""
    first = api.img2img(images=[sources[0]], prompt="cute squirrel", denoising_strength=0.6, seed=5, cfg_scale=7, **SMALL)
    again = api.img2img(images=[sources[0]], prompt="cute squirrel", denoising_strength=0.6, seed=5, cfg_scale=7, **SMALL)
    assert first.image.size == (64, 64) and first.image.tobytes() == again.image.tobytes(), "a seed gives its picture"
    assert first.info["denoising_strength"] == 0.6 and first.parameters["init_images"] is None, first.parameters
    assert "Denoising strength: 0.6" in first.info["infotexts"][0], first.info["infotexts"]
    assert difference(first.image, sources[0]) > difference(
        api.img2img(images=[sources[0]], prompt="cute squirrel", denoising_strength=0.1, seed=5, **SMALL).image, sources[0]), "strength"

    mask = Image.new("L", (64, 64), 0)
    mask.paste(255, (0, 0, 32, 64))
    for inverted, kept in ((0, (40, 0, 64, 64)), (1, (0, 0, 24, 64))):
        painted = api.img2img(
            images=[sources[1]], mask_image=mask, mask_blur=2, inpainting_fill=2, inpaint_full_res=False, inpainting_mask_invert=inverted,
            prompt="red rocket", denoising_strength=0.9, seed=7, **SMALL).image
        assert difference(painted.crop(kept), sources[1].crop(kept)) == 0, "what the mask does not mark stays"
        drawn = (0, 0, 24, 64) if inverted == 0 else (40, 0, 64, 64)
        assert difference(painted.crop(drawn), sources[1].crop(drawn)) > 0, "what it marks is drawn"
        keep(f"inpainted-{inverted}", painted)
    keep("img2img-source", sources[0]), keep("img2img", first.image)

    both = api.img2img(images=list(sources[:2]), prompt="cute squirrel", denoising_strength=0.6, seed=5, cfg_scale=7, **SMALL)
    assert len(both.images) == 2 and both.images[0].tobytes() == first.image.tobytes(), "each of several is drawn from its own"
    refused(422, api.img2img, images=[sources[0]], prompt="x", denoising_strength=2)
    refused(501, api.img2img, images=[sources[0]], prompt="x", script_name="outpainting mk2", script_args=[])


def extras(api, sources):
    """Pictures are enlarged, by a factor or to a size, one or several."""
    assert [upscaler["name"] for upscaler in api.get_upscalers()][:3] == ["None", "Lanczos", "Nearest"]
    same = api.extra_single_image(image=sources[0])
    assert same.image.tobytes() == sources[0].tobytes() and same.info == "", "None leaves a picture as it is"

    larger = api.extra_single_image(image=sources[0], upscaler_1="lanczos", upscaling_resize=2, gfpgan_visibility=0.5)
    assert larger.image.size == (128, 128) and difference(larger.image.resize((64, 64)), sources[0]) < 8, larger.image.size
    assert "Postprocess upscaler: Lanczos" in larger.info and "gfpgan_visibility" in larger.info, larger.info
    text, done = api.png_info(larger.image).info, larger.image.info["postprocessing"]
    assert text.startswith("cute squirrel") and "Postprocess upscale by: 2" in done, (text, done)

    nearest = api.extra_single_image(image=sources[0], upscaler_1="Nearest", upscaling_resize=2).image
    assert difference(nearest, sources[0].resize((128, 128), Image.Resampling.NEAREST)) == 0, "Nearest repeats pixels"
    both = api.extra_single_image(
        image=sources[0], upscaler_1="Lanczos", upscaler_2="Nearest", extras_upscaler_2_visibility=1, upscaling_resize=2).image
    assert difference(both, nearest) == 0, "the second upscaler is mixed in"

    cut = api.extra_single_image(image=sources[0], upscaler_1="Lanczos", resize_mode=1, upscaling_resize_w=128, upscaling_resize_h=96)
    whole = api.extra_single_image(
        image=sources[0], upscaler_1="Lanczos", resize_mode=1, upscaling_resize_w=128, upscaling_resize_h=96, upscaling_crop=False)
    assert cut.image.size == (128, 96) and whole.image.size == (128, 128), (cut.image.size, whole.image.size)
    assert difference(cut.image, whole.image.crop((0, 16, 128, 112))) == 0, "what is cut is the middle"

    several = api.extra_batch_images(images=list(sources[:3]), upscaler_1="Lanczos", upscaling_resize=1.5)
    assert [image.size for image in several.images] == [(96, 96)] * 3
    assert difference(several.images[1], several.images[2]) > 0, "each is its own"
    refused(422, api.extra_single_image, image=sources[0], upscaler_1="R-ESRGAN 4x+")
    refused(422, api.extra_single_image, image=sources[0], upscaler_1="Lanczos", upscaling_resize=9)
    keep("upscaled", larger.image)


def difference(one, other):
    """The mean difference of two pictures' values."""
    return ImageStat.Stat(ImageChops.difference(one.convert("RGB"), other.convert("RGB"))).sum[0] / one.size[0] / one.size[1]


def keep(name, image):
    """Keeps a picture to be looked at."""
    folder = Path(__file__).resolve().parents[2] / "outputs/pictures-in"
    folder.mkdir(parents=True, exist_ok=True)
    image.save(folder / f"{name}.png")


def interrupting(api):
    """A picture that would take long is cancelled within a step."""
    errors = []

    def draw():
        try:
            api.txt2img(prompt="slow", width=128, height=128, steps=40, n_iter=8)
        except RuntimeError as error:
            errors.append(error)

    drawing = threading.Thread(target=draw)
    drawing.start()
    deadline = time.monotonic() + 30
    while api.get_progress()["state"]["sampling_step"] == 0 and time.monotonic() < deadline:
        time.sleep(0.02)
    progress = api.get_progress()
    assert 0 < progress["progress"] < 1 and progress["state"]["job_count"] == 1, progress
    api.interrupt()
    drawing.join(10)
    assert not drawing.is_alive() and errors and errors[0].args[0] == 409, errors
    api.util_wait_for_ready(check_interval=0.1)


def refused(status, call, **arguments):
    try:
        call(**arguments)
    except RuntimeError as error:
        assert error.args[0] == status, error
    else:
        raise AssertionError(f"{call.__name__} was not refused")
