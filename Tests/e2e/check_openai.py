"""The package openai, with this server's address in place of OpenAI's."""
import base64
import io
from pathlib import Path

import openai
import requests
from PIL import Image


def check(server):
    client = openai.OpenAI(base_url=server.url + "/v1", api_key="none", max_retries=0)
    small = dict(size="64x64", extra_body={"steps": 2, "seed": 7, "negative_prompt": "blurry", "sampler": "Euler a"})

    answer = client.images.generate(prompt="a lighthouse", n=2, response_format="b64_json", **small)
    assert len(answer.data) == 2 and answer.created > 1_700_000_000
    first = base64.b64decode(answer.data[0].b64_json)
    assert first.startswith(b"\x89PNG") and answer.data[0].revised_prompt == "a lighthouse"

    address = client.images.generate(prompt="a lighthouse", model="dall-e-3", **small).data[0].url
    assert pixels(requests.get(address, timeout=10).content) == pixels(first), "a seed gives its picture"
    picture = client.images.generate(prompt="a boat", model="gpt-image-1", output_format="webp", **small).data[0].b64_json
    assert base64.b64decode(picture)[8:12] == b"WEBP"

    address = client.images.generate(prompt="a boat", output_format="jpeg", response_format="url", **small).data[0].url
    assert requests.get(address, timeout=10).content.startswith(b"\xff\xd8\xff"), "an address of a JPEG gives one"

    streams(client)

    models = client.models.list().data
    assert client.models.retrieve(models[0].id).owned_by == "easel"

    refused(openai.BadRequestError, "size", client.images.generate, prompt="x", size="65x64")
    refused(openai.BadRequestError, "n", client.images.generate, prompt="x", n=11)
    refused(openai.NotFoundError, "model", client.images.generate, prompt="x", size="64x64", model="no-such-model")
    refused(openai.NotFoundError, "model", client.models.retrieve, model="no-such-model")
    edits(client, first)


def edits(client, source):
    """Pictures are drawn from files; what is transparent in a mask is drawn anew."""
    extra = {"steps": 3, "seed": 7, "sampler": "Euler a"}
    file = ("source.png", source)
    whole = client.images.edit(image=file, prompt="a boat", response_format="b64_json", extra_body=extra)
    assert Image.open(io.BytesIO(base64.b64decode(whole.data[0].b64_json))).size == (64, 64), "the picture's size"
    assert client.images.edit(image=[file, file], prompt="a boat", model="gpt-image-1", extra_body=extra).data[0].b64_json == whole.data[0].b64_json

    original = Image.open(io.BytesIO(source)).convert("RGB")
    mask = original.convert("RGBA")
    mask.putalpha(Image.new("L", (64, 64), 255))
    mask.paste((0, 0, 0, 0), (0, 0, 32, 64))
    written = io.BytesIO()
    mask.save(written, "PNG")
    answer = client.images.edit(image=file, mask=("mask.png", written.getvalue()), prompt="a red rocket", response_format="b64_json", extra_body=extra)
    painted = Image.open(io.BytesIO(base64.b64decode(answer.data[0].b64_json))).convert("RGB")
    assert painted.crop((48, 0, 64, 64)).tobytes() == original.crop((48, 0, 64, 64)).tobytes(), "what is opaque stays"
    assert painted.crop((0, 0, 24, 64)).tobytes() != original.crop((0, 0, 24, 64)).tobytes(), "what is transparent is drawn"
    keep("edit-source", original), keep("edit-masked", painted)

    events = list(client.images.edit(image=file, prompt="a boat", stream=True, partial_images=1, extra_body={**extra, "steps": 6}))
    assert [event.type for event in events] == ["image_edit.partial_image", "image_edit.completed"], events
    assert all(Image.open(io.BytesIO(base64.b64decode(event.b64_json))).size == (64, 64) for event in events) and events[-1].size == "64x64"
    still = client.images.edit(image=file, prompt="a boat", response_format="b64_json", extra_body={**extra, "steps": 6})
    assert pixels(base64.b64decode(events[-1].b64_json)) == pixels(base64.b64decode(still.data[0].b64_json)), "the stream's picture is the same"

    varied = client.images.create_variation(image=file, n=2, response_format="b64_json", size="64x64", extra_body={"steps": 3})
    assert len(varied.data) == 2 and varied.data[0].b64_json != varied.data[1].b64_json
    keep("variation", Image.open(io.BytesIO(base64.b64decode(varied.data[0].b64_json))))
    refused(openai.BadRequestError, "image", client.images.edit, image=("x.png", b"no picture"), prompt="x")
    refused(openai.BadRequestError, "mask", client.images.edit, image=file, mask=("x.png", b"no picture"), prompt="x")


def keep(name, image):
    """Keeps a picture to be looked at."""
    folder = Path(__file__).resolve().parents[2] / "outputs/pictures-in"
    folder.mkdir(parents=True, exist_ok=True)
    image.save(folder / f"{name}.png")


def streams(client):
    """A picture comes with previews before it, and is the one that comes without a stream."""
    extra = {"steps": 6, "seed": 7, "negative_prompt": "blurry", "sampler": "Euler a"}
    events = list(client.images.generate(prompt="a lighthouse", size="64x64", stream=True, partial_images=2, extra_body=extra))
    assert [event.type for event in events] == ["image_generation.partial_image"] * 2 + ["image_generation.completed"], events
    assert [event.partial_image_index for event in events[:2]] == [0, 1]
    files = [base64.b64decode(event.b64_json) for event in events]
    assert all(Image.open(io.BytesIO(file)).size == (64, 64) for file in files)
    assert events[-1].usage.total_tokens == 0 and events[-1].size == "64x64" and events[-1].output_format == "png"
    whole = client.images.generate(prompt="a lighthouse", size="64x64", response_format="b64_json", extra_body=extra)
    assert pixels(files[-1]) == pixels(base64.b64decode(whole.data[0].b64_json)), "the stream's picture is the same"
    refused(openai.BadRequestError, "n", client.images.generate, prompt="x", size="64x64", n=2, stream=True)
    refused(openai.BadRequestError, "partial_images", client.images.generate, prompt="x", size="64x64", stream=True, partial_images=4)


def pixels(file):
    return Image.open(io.BytesIO(file)).tobytes()


def refused(kind, field, call, **arguments):
    try:
        call(**arguments)
    except kind as error:
        assert error.param == field and error.code, error
    else:
        raise AssertionError(f"{call.__name__} was not refused")
