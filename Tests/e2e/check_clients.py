"""What Open WebUI, SillyTavern and LibreChat ask for, in the order in which they do, with what they read of the answers."""
import base64
import json
import socket
import time

import requests


def check(server):
    session = requests.Session()
    session.hooks["response"].append(lambda answer, **_: answer.raise_for_status())
    open_webui(server, session)
    silly_tavern(server, session)
    libre_chat(server, session)
    gone(server, session)


def open_webui(server, session):
    api = server.url + "/sdapi/v1"
    options = session.get(f"{api}/options").json()
    models = session.get(f"{api}/sd-models").json()
    assert options["sd_model_checkpoint"] in [model["title"] for model in models] and models[0]["model_name"]
    options["sd_model_checkpoint"] = models[0]["title"]
    session.post(f"{api}/options", json=options)
    answer = session.post(
        f"{api}/txt2img", json={"prompt": "a cat", "batch_size": 2, "width": 64, "height": 64, "steps": 2, "negative_prompt": ""}).json()
    assert len(answer["images"]) == 2 and all(is_png(image) for image in answer["images"])
    json.loads(answer["info"])


def silly_tavern(server, session):
    api = server.url + "/sdapi/v1"
    session.get(f"{api}/options")
    for name in ("samplers", "schedulers", "upscalers", "latent-upscale-modes", "sd-vae"):
        assert isinstance(session.get(f"{api}/{name}").json(), list)
    session.post(f"{api}/options", json={"sd_model_checkpoint": session.get(f"{api}/sd-models").json()[0]["title"]})
    for _ in range(100):
        progress = session.get(f"{api}/progress").json()
        if progress["progress"] == 0.0 and progress["state"]["job_count"] == 0:
            break
        time.sleep(0.1)
    else:
        raise AssertionError("the server did not come to rest")
    answer = session.post(f"{api}/txt2img", json={
        "prompt": "portrait", "negative_prompt": "lowres", "sampler_name": "DPM++ 2M", "scheduler": "Karras", "steps": 3, "cfg_scale": 7, "width": 64,
        "height": 64, "restore_faces": False, "enable_hr": False, "hr_upscaler": "Latent", "hr_scale": 1.5, "hr_additional_modules": [],
        "denoising_strength": 0.7, "hr_second_pass_steps": 0, "override_settings": {"CLIP_stop_at_last_layers": 2, "sd_vae": "Automatic"},
        "override_settings_restore_afterwards": True, "clip_skip": 2, "save_images": True, "send_images": True, "do_not_save_grid": False,
        "do_not_save_samples": False,
    }).json()
    assert is_png(answer["images"][0]) and "Clip skip: 2" in json.loads(answer["info"])["infotexts"][0]
    session.post(f"{api}/interrupt")


def libre_chat(server, session):
    answer = session.post(f"{server.url}/sdapi/v1/txt2img", json={
        "prompt": "photo", "negative_prompt": "blurry", "cfg_scale": 4.5, "steps": 3, "width": 64, "height": 64, "sampler_index": "DPM++ 2M Karras",
    }).json()
    info = json.loads(answer["info"])
    assert (info["width"], info["height"]) == (64, 64) and isinstance(info["seed"], int)
    assert "Sampler: DPM++ 2M, Schedule type: Karras" in info["infotexts"][0]


def gone(server, session):
    """Who leaves no longer wants the picture."""
    body = json.dumps({"prompt": "nobody waits for this", "width": 128, "height": 128, "steps": 40, "n_iter": 8}).encode()
    before = len(cancelled(server, session))
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(
            b"POST /sdapi/v1/txt2img HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        time.sleep(0.5)
    deadline = time.monotonic() + 10
    while len(cancelled(server, session)) == before:
        assert time.monotonic() < deadline, "the job of a client that has gone is drawn"
        time.sleep(0.1)


def cancelled(server, session):
    return session.get(f"{server.url}/api/v1/jobs", params={"state": "cancelled", "limit": 200}).json()["items"]


def is_png(text):
    return base64.b64decode(text, validate=True).startswith(b"\x89PNG\r\n\x1a\n")
