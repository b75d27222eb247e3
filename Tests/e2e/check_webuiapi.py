"""The package webuiapi, as its readme shows it."""
import threading
import time

import webuiapi

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
    refused(501, api.img2img, images=[answer.image], prompt="x")
    refused(501, api.extra_single_image, image=answer.image)
    refused(501, api.interrogate, image=answer.image)
    interrupting(api)


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
