"""The page, as somebody uses it who makes pictures: generate, watch, cancel, come back, reproduce, look after devices."""
import json
import re
import struct
from pathlib import Path

import requests
from browser import draw_by_key, expect, fill, go, is_idle, keep, newest, opened
from serving import ROOT

SMALL = {"width": 64, "height": 64, "steps": 4}
LONG = {"width": 128, "height": 128, "steps": 40, "pictures": 8}


def check(server):
    for step in (
        figures, generates, batches, shows_errors_in_place, reads_prompts, names_loras, weighs, compares_values, remembers, goes_on_forever, cancels,
        survives_reload, survives_restart, reproduces, grades, takes_dropped_pictures, begins_with_pictures, begins_with_several, repaints, upscales, offers_what_suits, gets_models, looks_after_devices, changes_settings, changes_language, poses,
    ):
        step(server)


def figures(server):
    """Printed, not asserted: what the page weighs, and when it shows something."""
    draw(server, "a red apple", 3)
    index = requests.get(server.url, timeout=10).text
    # What a visit begins with: other views load when they are asked for, and one language of two.
    files = {path: len(requests.get(server.url + path, timeout=10).content) for path in set(re.findall(r"/page/[\w./-]+", index)) | {"/", "/page/words-en.js"}}
    with opened(server) as page:
        page.add_init_script("""(() => {
            const look = () => {
                if (document.querySelector('#model-name')?.textContent && document.querySelector('#sampler option') && document.querySelector('#canvas img')?.complete) {
                    window.shownAt = performance.now()
                } else {
                    requestAnimationFrame(look)
                }
            }
            requestAnimationFrame(look)
        })()""")
        # Now it is in the browser's cache, as on all visits but the first.
        page.reload()
        expect(page.locator("#canvas img").first).to_be_visible()
        page.wait_for_timeout(500)
        paint, data = page.evaluate("[performance.getEntriesByName('first-contentful-paint')[0]?.startTime, window.shownAt]")
    print(f"        {len(files)} files, {sum(files.values()) / 1000:.0f} kB; first paint {paint:.0f} ms, with form and newest picture {data:.0f} ms")
    assert sum(files.values()) < 260_000, files


def draw(server, prompt, count, **fields):
    for number in range(count):
        job = requests.post(f"{server.url}/sdapi/v1/txt2img", json={
            "prompt": prompt, "width": 64, "height": 64, "steps": 2, "seed": number, "send_images": False, **fields}, timeout=60)
        job.raise_for_status()


def generates(server):
    with opened(server) as page:
        expect(page.locator("#readiness")).to_have_text("demo")
        fill(page, prompt="red apple", **{**SMALL, "width": 128, "height": 128, "steps": 30}, seed=106, cfg_scale=5)
        page.locator("#generate").click()
        expect(page.locator("#status")).to_have_text(re.compile(r"Step \d+ of 30 · [\d.]+ (s/step|steps/s) · "))
        expect(page.locator("#canvas .preview img")).to_be_visible()
        before = page.locator("#canvas .cell").bounding_box()
        keep(page, "watch")
        expect(page.locator("#progress")).to_have_js_property("max", 1)
        expect(page.locator("#activity")).to_contain_text("%")
        assert re.match(r"\d+ % · red apple – Easel", page.title()), page.title()
        is_idle(page)
        expect(page.locator("#canvas .cell")).to_have_attribute("aria-label", "Picture 1: red apple")
        # The picture is where its preview was.
        assert page.locator("#canvas .cell").bounding_box() == before
        assert page.title() == "Easel"
        picture = newest(server)
        assert (picture["seed"], picture["width"]) == (106, 128)


def batches(server):
    """Several pictures, and several jobs at once."""
    with opened(server) as page:
        fill(page, prompt="first", **LONG)
        page.locator("#generate").click()
        fill(page, prompt="second", **SMALL, pictures=4, batch_size=2)
        expect(page.locator("#generate")).to_contain_text("Generate 4")
        page.wait_for_timeout(400)
        # A double click is one.
        page.locator("#generate").dblclick()
        page.wait_for_timeout(400)
        page.locator("#generate").click()
        rows = page.locator("#jobs .job")
        expect(rows).to_have_count(3)
        expect(rows.nth(1).locator(".status")).to_have_text("Next in the queue")
        expect(rows.nth(2).locator(".status")).to_have_text("1 job before this one")
        expect(rows.nth(0).locator(".title")).to_have_text("first")
        keep(page, "queue")
        rows.nth(0).get_by_role("button", name="Cancel").click()
        expect(page.locator(".toast").last).to_contain_text("Cancelled.")
        is_idle(page)
        expect(page.locator("#canvas .cell")).to_have_count(4)
        # One of them alone, with what can be done with it; then all again.
        page.locator("#canvas .cell").nth(2).click()
        expect(page.locator("#canvas .cell")).to_have_count(1)
        expect(page.locator("#acts")).to_contain_text("4 steps")
        page.get_by_role("button", name="All of them").click()
        expect(page.locator("#canvas .cell")).to_have_count(4)


def compares_values(server):
    """Fields with several values are a grid: one job for each combination, of one seed, and a sheet of all."""
    with opened(server) as page:
        fill(page, prompt="grid", **SMALL)
        for name, text in (("steps", "2, 3"), ("sampler", "Euler, dpm++ 2m")):
            page.locator(f"#several-{name}").click()
            page.locator(f"[data-several={name}]").fill(text)
        expect(page.locator("#generate")).to_contain_text("Generate 4 × 1 = 4")
        # Three are as many as there may be.
        page.locator("#several-cfg_scale").click()
        page.locator("#several-schedule").click()
        expect(page.locator(".toast").last).to_contain_text("Three fields")
        page.locator("#several-cfg_scale").click()
        page.locator("#generate").click()
        expect(page.locator("#canvas .heading")).to_have_text(["Sampler: Euler", "Sampler: DPM++ 2M", "Steps: 2", "Steps: 3"])
        expect(page.locator("#canvas .cell:not(.preview) img")).to_have_count(4)
        is_idle(page)
        keep(page, "grid")
        with page.expect_download() as download:
            page.get_by_role("link", name="Save sheet").click()
        assert Path(download.value.path()).read_bytes().startswith(b"\x89PNG"), download.value
        page.get_by_role("button", name="View sheet").click()
        expect(page.locator("#sheet .grid-sheet")).to_be_visible()
        keep(page, "grid-sheet")
        page.keyboard.press("Escape")
        items = server.json("/api/v1/images?limit=4")["items"]
        assert len({item["seed"] for item in items}) == 1, items
        told = sorted(re.search(r"Steps: (\d+), Sampler: ([^,]+),", item["infotext"]).groups() for item in items)
        assert told == [("2", "DPM++ 2M"), ("2", "Euler"), ("3", "DPM++ 2M"), ("3", "Euler")], told
        page.locator("[data-several=sampler]").fill("Euler, Nonsense")
        page.locator("#generate").click()
        expect(page.locator("#error-sampler")).to_contain_text("“Nonsense”")


def remembers(server):
    """Recipes and prompts of before, presets, and the seed."""
    with opened(server) as page:
        fill(page, prompt="remembered cat", **SMALL, cfg_scale=3)
        draw_by_key(page, server)
        page.locator("#seed-lock").click()
        expect(page.locator("#seed")).to_have_value(str(newest(server)["seed"]))
        draw_by_key(page, server)
        expect(page.locator("#same")).to_be_visible()
        page.locator("#seed-lock").click()
        expect(page.locator("#seed")).to_have_value("")
        page.locator("#presets").click()
        page.locator("#preset-name").fill("quick")
        page.get_by_role("button", name="Save", exact=True).click()
        page.keyboard.press("Escape")
        fill(page, prompt="another", steps=9, cfg_scale=7)
        page.locator("#presets").click()
        page.locator("#sheet").get_by_role("button", name=re.compile("^quick")).click()
        assert [page.locator(f"#{name}").input_value() for name in ("prompt", "steps", "cfg_scale")] == ["another", "4", "3"]
        page.locator(".toast").last.get_by_role("button", name="Undo").click()
        expect(page.locator("#steps")).to_have_value("9")
        page.locator("#history").click()
        keep(page, "history")
        page.locator("#sheet").get_by_role("button", name=re.compile("^remembered cat")).first.click()
        assert [page.locator(f"#{name}").input_value() for name in ("prompt", "steps")] == ["remembered cat", "4"]
        page.locator("#prompt").fill("")
        page.keyboard.press("Alt+ArrowUp")
        expect(page.locator("#prompt")).to_have_value("remembered cat")


def weighs(server):
    """Ctrl+arrows change the weight of a word, and the browser's undo takes it back."""
    with opened(server) as page:
        prompt = page.locator("#prompt")
        prompt.fill("a red apple")
        prompt.evaluate("field => field.setSelectionRange(3, 3)")
        for keys, expected in (("Control+ArrowUp", "a (red:1.1) apple"), ("Control+ArrowUp", "a (red:1.2) apple"), ("Control+Shift+ArrowDown", "a (red:1.15) apple"),
                               ("Control+z", "a (red:1.2) apple"), ("Control+ArrowDown", "a (red:1.1) apple"), ("Control+ArrowDown", "a red apple")):
            page.keyboard.press(keys)
            expect(prompt).to_have_value(expected)
        prompt.fill("((bright)) [dark] (x:1.4)")
        expect(page.locator("#prompt-shade span")).to_have_text(["(", "(bright)", ")", "[dark]", "(x:1.4)"])


def shows_errors_in_place(server):
    with opened(server) as page:
        fill(page, prompt="x", width=100, height=64)
        page.locator("#generate").click()
        error = page.locator("#error-width")
        expect(error).to_have_text(re.compile(r"Width: 100 is not a multiple of 8\."))
        # Below the whole row.
        width, height = error.bounding_box()["width"], page.locator("#height").bounding_box()
        assert width > 300 and error.bounding_box()["y"] >= height["y"] + height["height"], width
        expect(page.locator("#width")).to_be_focused()
        fill(page, width=64, steps=900)
        page.wait_for_timeout(400)  # A double click is one.
        page.keyboard.press("Control+Enter")
        expect(page.locator("#error-steps")).to_contain_text("setting max_steps")
        expect(error).to_have_count(0)
        keep(page, "error")
        # The browser writes refused requests into its console by itself.
        page.complaints[:] = [text for text in page.complaints if "status of 422" not in text]


def reads_prompts(server):
    """A prompt of two chunks is shown as such, and is no reason to compile."""
    prompt = ", ".join(["a (red:1.3) apple", "a [green] pear"] + [f"word{number}" for number in range(30)])
    with opened(server) as page:
        fill(page, prompt="a (red:1.3) apple", **SMALL)
        expect(page.locator("#prompt-count")).to_have_text("3/75 tokens")
        page.locator("#prompt-count").click()
        expect(page.locator("#prompt-reading .token").nth(1)).to_have_attribute("title", "× 1.3")
        fill(page, prompt="[cat:dog:2]")
        expect(page.locator("#prompt-reading .note")).to_have_text(["1–2 cat", "3–4 dog"])
        page.locator("#advanced summary").click()
        page.locator("#schedule_counting").select_option("a1111")
        expect(page.locator("#prompt-reading .note")).to_have_text(["1–3 cat", "4 dog"])
        page.locator("#schedule_counting").select_option("")
        before = server.json("/api/v1/compilations")
        fill(page, prompt=prompt)
        expect(page.locator("#prompt-count")).to_have_text(re.compile(r"\d+/150 tokens in 2 chunks"))
        expect(page.locator("#prompt-reading .chunk")).to_have_count(2)
        assert int(page.locator("#prompt-count").inner_text().split("/")[0]) >= 100
        keep(page, "prompt")
        draw_by_key(page, server)
        after = server.json("/api/v1/compilations")
        assert len(after["history"]) == len(before["history"]), after["history"][len(before["history"]):]


def names_loras(server):
    """A file that was put into the folder is listed, its tag comes into the prompt, and its picture says what it was drawn with."""
    unet = ROOT / "Models/demo/unet/diffusion_pytorch_model.safetensors"
    with unet.open("rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
    layer = "mid_block.attentions.0.transformer_blocks.0.attn2.to_v"
    rows, columns = header[f"{layer}.weight"]["shape"]
    key = "lora_unet_" + layer.replace(".", "_")
    down, up = struct.pack(f"<{columns}f", *[0.5 * (-1) ** i for i in range(columns)]), struct.pack(f"<{rows}f", *[0.5] * rows)
    text = json.dumps({
        "__metadata__": {"ss_base_model_version": "sd_v1", "ss_tag_frequency": json.dumps({"set": {"stripes": 3}})},
        f"{key}.lora_down.weight": {"dtype": "F32", "shape": [1, columns], "data_offsets": [0, len(down)]},
        f"{key}.lora_up.weight": {"dtype": "F32", "shape": [rows, 1], "data_offsets": [len(down), len(down) + len(up)]},
    }).encode()
    folder = Path.home() / ".local/share/easel/loras"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "stripes.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + down + up)
    with opened(server) as page:
        fill(page, prompt="a red apple", seed=5, **SMALL)
        plain = pixels(server, draw_by_key(page, server))
        page.get_by_role("button", name="+ LoRA").click()
        sheet = page.locator("#sheet")
        expect(sheet).to_contain_text("Stable Diffusion 1")
        keep(page, "loras")
        sheet.get_by_role("button", name=re.compile("stripes Stable")).click()
        sheet.get_by_role("button", name="stripes", exact=True).click()
        page.keyboard.press("Escape")
        expect(page.locator("#prompt")).to_have_value("a red apple, <lora:stripes:1>, stripes")
        fill(page, prompt="a red apple <lora:stripes:1> <lora:gone:1>")
        expect(page.locator("#prompt-problem")).to_have_text("There is no LoRA “gone” that can be used.")
        drawn = draw_by_key(page, server)
        assert 'Lora hashes: "stripes: ' in drawn["infotext"], drawn["infotext"]
        assert 'Ignored: "<lora:gone:1>"' in drawn["infotext"], drawn["infotext"]
        assert pixels(server, drawn) != plain
        fill(page, prompt="")
        page.locator("#prompt").press_sequentially("<str")
        page.keyboard.press("Enter")
        expect(page.locator("#prompt")).to_have_value("<lora:stripes:1>")


def goes_on_forever(server):
    """Another seed each time, until it is stopped; a reload or a cancelled job ends it."""
    with opened(server) as page:
        round_, stopped = page.locator("#forever-round"), page.locator(".toast").last
        fill(page, prompt="endless", **SMALL)
        page.locator("#generate-more").click()
        page.get_by_role("menuitem", name="Generate forever").click()
        expect(round_).to_have_text(re.compile("round [3-9]"))
        keep(page, "forever")
        page.locator("#forever-stop").click()
        expect(stopped).to_have_text("Generating forever has stopped.")
        is_idle(page)
        drawn = server.json("/api/v1/images?q=endless")["total"]
        page.wait_for_timeout(500)
        items = server.json("/api/v1/images?q=endless")
        assert items["total"] == drawn >= 3 and len({item["seed"] for item in items["items"]}) == drawn, drawn
        fill(page, **LONG)
        for end in (lambda: page.keyboard.press("Escape"), page.reload):
            page.locator("#generate").click(button="right")
            page.keyboard.press("Enter")
            expect(round_).to_have_text("round 1")
            expect(page.locator("#status")).to_contain_text("Step")
            end()
            expect(page.locator("#forever")).to_be_hidden()
        page.locator("#cancel").click()
        is_idle(page)


def cancels(server):
    with opened(server) as page:
        fill(page, prompt="cancelled by key", **LONG)
        page.keyboard.press("Control+Enter")
        expect(page.locator("#status")).to_contain_text("Step")
        page.keyboard.press("Escape")
        is_idle(page)
        page.wait_for_timeout(400)
        page.locator("#generate").click()
        page.locator("#cancel").click()
        is_idle(page)
        assert [job["state"] for job in server.json("/api/v1/jobs?limit=2")["items"]] == ["cancelled", "cancelled"]


def survives_reload(server):
    with opened(server) as page:
        fill(page, prompt="here again", **LONG)
        page.keyboard.press("Control+Enter")
        expect(page.locator("#status")).to_contain_text("Step")
        page.reload()
        expect(page.locator("#status")).to_contain_text("Step")
        expect(page.locator("#canvas .cell")).to_have_count(8)
        expect(page.locator("#prompt")).to_have_value("here again")
        page.locator("#cancel").click()
        is_idle(page)


def survives_restart(server):
    """The server is killed while a job waits for it, and started again: the page says so, finds its way back, and the job is done."""
    from serving import Server, free_port

    own = Server(port=free_port())
    own.wait_ready()
    try:
        with opened(own) as page:
            fill(page, prompt="drawn twice", width=128, height=128, steps=100)
            page.keyboard.press("Control+Enter")
            expect(page.locator("#status")).to_contain_text("Step")
            own.kill()
            expect(page.locator("#connection")).to_be_visible()
            expect(page.locator("#readiness")).to_have_text("No connection")
            keep(page, "lost")
            own = Server(data=own.data, port=own.port)
            expect(page.locator("#connection")).to_be_hidden()
            is_idle(page)
            expect(page.locator("#canvas .cell")).to_have_attribute("aria-label", "Picture 1: drawn twice")
            page.complaints[:] = [text for text in page.complaints if "ERR_" not in text and "503" not in text]
    finally:
        own.stop()


def reproduces(server):
    """A picture's settings go back into the form and give the same picture."""
    draw(server, "a (blue:1.2) circle", 1, negative_prompt="red", sampler_name="DPM++ 2M Karras", steps=5, cfg_scale=4.5, seed=77)
    first = newest(server)
    with opened(server) as page:
        page.locator("#canvas .cell").first.click()
        dialog = page.locator("#picture")
        expect(dialog).to_be_visible()
        expect(dialog.locator(".first")).to_contain_text("DPM++ 2M Karras")
        assert page.title() == "a (blue:1.2) circle – Easel", page.title()
        keep(page, "picture")
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        dialog.get_by_role("button", name="Copy parameters").click()
        expect(page.locator(".toast").last).to_have_text("Parameters copied.")
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied.startswith("a (blue:1.2) circle\nNegative prompt: red\nSteps: 5, Sampler: DPM++ 2M, Schedule type: Karras"), copied
        with page.expect_download() as download:
            dialog.get_by_role("link", name="Download").click()
        assert download.value.suggested_filename == "77-a-blue-circle.png", download.value.suggested_filename
        use_all(page)
        expect(dialog).to_be_hidden()
        # The form is filled a moment after that.
        expect(page.locator("#prompt")).to_have_value("a (blue:1.2) circle")
        values = {name: page.locator(f"#{name}").input_value() for name in (
            "prompt", "negative_prompt", "sampler", "schedule", "steps", "cfg_scale", "seed", "width")}
        assert values == {
            "prompt": "a (blue:1.2) circle", "negative_prompt": "red", "sampler": "DPM++ 2M", "schedule": "karras", "steps": "5", "cfg_scale": "4.5",
            "seed": "77", "width": "64"}, values
        second = draw_by_key(page, server)
    assert second["id"] != first["id"]
    assert pixels(server, first) == pixels(server, second)


def use_all(page):
    page.locator("#picture").get_by_role("button", name="Use", exact=True).click()
    page.get_by_role("menuitem", name="All settings").click()


def pixels(server, picture):
    import io

    from PIL import Image
    return Image.open(io.BytesIO(requests.get(server.url + picture["url"], timeout=10).content)).tobytes()


def grades(server):
    """Fields for grading are folded away; those of a picture come back with its other settings, and are seen then."""
    draw(server, "a graded circle", 1, seed=78, grading_vignette=0.5, grading_shadows_tint="#336699")
    with opened(server) as page:
        expect(page.locator("#grading_vignette")).to_be_hidden()
        page.locator("#canvas .cell").first.click()
        use_all(page)
        expect(page.locator("#grading_vignette")).to_be_visible()
        expect(page.locator("#hdr_color")).to_be_hidden()
        names = ("grading_vignette", "grading_shadows_tint", "grading_highlights_tint", "grading_hue", "hdr_clamp")
        values = [page.locator(f"#{name}").input_value() for name in names]
        assert values == ["0.5", "#336699", "#ffffff", "", ""], values


DROP = """([name, type, bytes, left = 0]) => {
    const files = new DataTransfer()
    files.items.add(new File([new Uint8Array(bytes)], name, {type}))
    const options = {dataTransfer: files, bubbles: true, cancelable: true, clientX: left}
    for (const kind of ['dragover', 'drop']) document.body.dispatchEvent(new DragEvent(kind, options))
}"""


def takes_dropped_pictures(server):
    draw(server, "dropped", 1, steps=7, seed=12345, sampler_name="Euler a")
    file = requests.get(server.url + newest(server)["url"], timeout=10).content
    with opened(server, "/#/gallery") as page:
        page.evaluate(DROP, ["apple.png", "image/png", list(file)])
        expect(page.locator("#create")).to_be_visible()
        expect(page.locator("#prompt")).to_have_value("dropped")
        assert [page.locator(f"#{name}").input_value() for name in ("steps", "seed", "sampler")] == ["7", "12345", "Euler a"]
        page.evaluate(DROP, ["notes.txt", "text/plain", [65]])
        expect(page.locator(".toast").last).to_contain_text("notes.txt is not a picture")
        # Parameters can be pasted, too, also an older A1111's; a prompt with weights is no such text.
        paste = """(field, text) => {
            const data = new DataTransfer()
            data.setData('text/plain', text)
            return field.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true}))
        }"""
        prompt = page.locator("#prompt")
        taken = not prompt.evaluate(paste, "pasted\nNegative prompt: bad\nSteps: 9, Sampler: DPM++ 2M Karras, CFG scale: 3, Seed: 18446744073709551615, Size: 64x128")
        names = ("prompt", "negative_prompt", "steps", "sampler", "schedule", "seed", "height", "noise")
        values = [page.locator(f"#{name}").input_value() for name in names]
        assert taken and values == ["pasted", "bad", "9", "DPM++ 2M", "karras", "18446744073709551615", "128", "philox"], values
        assert prompt.evaluate(paste, "a (red:1.2) apple, a (blue:1.3) sky, (green:1.1) tree")
        # A1111 writes the state of its checkboxes, Easel a rule's name and an axis; what a text does not tell is empty again.
        names = ("original_size", "crop_top_left", "target_size", "clip_skip_sdxl", "tiling")
        for told, expected in [
            ('Original size: 1024x768, Crop top left: "0,128", Target size: 640x512, Clip skip SDXL: forge', ["1024x768", "0,128", "640x512", "forge", ""]),
            ("Clip skip SDXL: True, Tiling: True", ["", "", "", "a1111-l", "both"]),
            ("Tiling: y", ["", "", "", "", "y"]),
            ("Clip skip SDXL: False", ["", "", "", "", ""]),
        ]:
            assert not prompt.evaluate(paste, f"told\nSteps: 9, Sampler: Euler, Seed: 1, {told}")
            values = [page.locator(f"#{name}").input_value() for name in names]
            assert values == expected, values
        # Options of samplers are told by A1111's names, and SD.Next's samplers are diffusers'.
        names = ("sampler", "schedule", "subseed", "subseed_strength", "seed_resize_from", "eta", "s_min_uncond_all", "uni_pc_variant", "solver_order")
        for told, expected in [
            ("Sampler: Euler a, Schedule type: Automatic, Variation seed: 18446744073709551615, Variation seed strength: 0.25, Seed resize from: 512x640, Eta: 0.5, NGMS all steps: True",
             ["Euler a", "automatic", "18446744073709551615", "0.25", "512x640", "0.5", "true", "", ""]),
            ("Sampler: UniPC, Eta DDIM: 0.2, UniPC variant: bh2, UniPC order: 2", ["UniPC", "automatic", "", "", "", "0.2", "", "bh2", "2"]),
            ("Sampler: UniPC, App: SD.Next", ["UniPC bh2", "automatic", "", "", "", "", "", "", ""]),
        ]:
            assert not prompt.evaluate(paste, f"told\nSteps: 9, Seed: 1, {told}")
            values = [page.locator(f"#{name}").input_value() for name in names]
            assert values == expected, (told, values)
        # The second pass, and what a mask was for; an upscaler that is not known here stays as it is.
        names = ("strength", "hires_scale", "hires_width", "hires_height", "hires_upscaler", "hires_sampler", "masked_content", "only_masked")
        for told, expected in [
            ("Denoising strength: 0.4, Hires sampler: DPM++ 2M, Hires upscale: 1.7, Hires upscaler: 4x_Unknown",
             ["0.4", "1.7", "", "", "4x_Unknown", "DPM++ 2M", "", ""]),
            ("Denoising strength: 0.5, Hires resize: 128x96, Hires upscaler: Latent", ["0.5", "", "128", "96", "Latent", "", "", ""]),
            ("Denoising strength: 0.6, Masked content: latent noise, Inpaint area: Only masked", ["0.6", "", "", "", "Latent", "", "noise", "true"]),
        ]:
            assert not prompt.evaluate(paste, f"told\nSteps: 9, Sampler: Euler, Seed: 1, {told}")
            values = [page.locator(f"#{name}").input_value() for name in names]
            assert values == expected, (told, values)
        page.locator("#sampler").select_option("Euler")
        expect(page.locator("#schedule option").first).to_have_attribute("label", "Automatic")
        page.locator("#sampler").select_option("DPM++ 2M SDE")
        expect(page.locator("#schedule option").first).to_have_attribute("label", "Exponential (Automatic)")


def request_of(server, picture):
    """What a picture was drawn from, as its job has it."""
    return server.json(f"/api/v1/jobs/{picture['job']}")["request"]


def gist(page, part):
    return page.locator(f"#{part} > summary .gist")


def begins_with_pictures(server):
    """A picture that is dropped on the right half, and one of the gallery; a strength of several values; extending; before and after."""
    draw(server, "red apple", 1, width=128, height=64)
    source = newest(server)
    file = requests.get(server.url + source["url"], timeout=10).content
    with opened(server) as page:
        page.locator("#source > summary").click()
        expect(page.get_by_text("Drop or paste a picture here")).to_be_visible()
        page.evaluate(DROP, ["portrait.png", "image/png", list(file), 1270])
        expect(gist(page, "source")).to_have_text("portrait.png · strength 0.75")
        expect(page.locator("#source-view .thumb img")).to_have_js_property("naturalWidth", 128)
        # The size follows: what is drawn anew is no larger than what the model draws.
        assert [page.locator(f"#{name}").input_value() for name in ("width", "height")] == ["128", "64"]
        fill(page, prompt="green apple", steps=4, strength=0.6)
        expect(page.locator("#strength-note")).to_have_text("3 of 4 steps are done.")
        expect(page.locator("#strength-range")).to_have_value("0.6")
        keep(page, "source")
        drawn = draw_by_key(page, server)
        request = request_of(server, drawn)
        assert len(request["source_pictures"]) == 1 and request["strength"] == 0.6 and (drawn["width"], drawn["height"]) == (128, 64), request
        # It is still there at the next visit, and goes when it is removed.
        page.reload()
        expect(gist(page, "source")).to_have_text("portrait.png · strength 0.6")
        page.locator("#several-strength").click()
        page.locator("[data-several=strength]").fill("0.3, 0.9")
        expect(gist(page, "source")).to_have_text("portrait.png · strength 0.3, 0.9")
        page.locator("#generate").click()
        expect(page.locator("#canvas .heading")).to_have_text(["Denoising strength: 0.3", "Denoising strength: 0.9"])
        is_idle(page)
        assert [request_of(server, picture)["strength"] for picture in server.json("/api/v1/images?limit=2")["items"]] == [0.9, 0.3]
        page.get_by_role("button", name="Remove", exact=True).first.click()
        expect(gist(page, "source")).to_have_text("none")
        page.locator("#several-strength").evaluate("button => button.click()")
        assert "source_pictures" not in {name for name, value in request_of(server, draw_by_key(page, server)).items() if value}
    with opened(server, f"/#/picture/{drawn['id']}") as page:
        # Its source picture lies upon it.
        page.locator("#picture [data-do=compare]").click()
        page.get_by_role("menuitem", name="Its source picture").click()
        expect(page.locator("#compare-slider")).to_be_visible()
        expect(page.locator("#compare-over img")).to_have_attribute("src", re.compile(request["source_pictures"][0]))
        page.keyboard.press("Escape")
        # All settings of a picture are those of its source picture, too.
        page.locator("#picture [data-do=use]").click()
        page.get_by_role("menuitem", name="All settings").click()
        expect(gist(page, "source")).to_have_text("Source picture · strength 0.6")
    with opened(server, f"/#/picture/{source['id']}") as page:
        page.locator("#picture [data-do=vary]").click()
        page.get_by_role("menuitem", name="Extend it").click()
        expect(page.locator("#prompt")).to_have_value("red apple")
        page.get_by_role("button", name="Left: 64 pixels more").click()
        fill(page, extend_top=32)
        expect(gist(page, "source")).to_have_text(re.compile("strength 0.9 · Extend"))
        expect(page.locator("#source-extend-part")).to_contain_text("128×64 → 192×96")
        fill(page, steps=2)
        drawn = draw_by_key(page, server)
        request = request_of(server, drawn)
        assert [request[name] for name in ("extend_left", "extend_top", "masked_content", "strength")] == [64, 32, "noise", 0.9], request
        expect(page.locator("#width")).to_have_value(str(drawn["width"]))


def begins_with_several(server):
    """Several files are one batch with a picture of each; sizes follow as the server has them."""
    sizes = json.loads((ROOT / "Tests/Fixtures/processing/drawable_sizes.json").read_text())
    draw(server, "a pear", 2, width=128, height=64)
    draw(server, "a pear", 1, width=64, height=64)
    pictures = server.json("/api/v1/images?limit=3")["items"]
    files = [{"name": f"{number}.png", "mimeType": "image/png", "buffer": requests.get(server.url + picture["url"], timeout=10).content}
             for number, picture in enumerate(pictures)]
    with opened(server) as page:
        drawn = page.evaluate("""async sizes => {
            const { drawable } = await import(document.querySelector('script[src$="/main.js"]').src.replace('main.js', 'source.js'))
            return sizes.map(size => drawable(size, size.native_size))
        }""", sizes)
        assert [[size["width"], size["height"]] for size in drawn] == [size["drawn"] for size in sizes]
        fill(page, prompt="red apple", seed=5, steps=4)
        page.locator("#source > summary").click()
        page.locator("#source-file").set_input_files(files)
        strip = page.locator(".source-strip li")
        expect(strip).to_have_count(3)
        expect(page.locator("#generate")).to_contain_text("Generate 3")
        # They have different proportions.
        expect(page.locator("#resize_mode")).to_have_value("crop")
        strip.first.get_by_role("button", name="Remove 0.png").click()
        expect(strip).to_have_count(2)
        page.locator("#source-more summary").click()
        fill(page, noise_multiplier="0.9")
        keep(page, "source-several")
        request = request_of(server, draw_by_key(page, server))
        assert len(request["source_pictures"]) == request["batch_size"] == 2 and request["noise_multiplier"] == 0.9, request
        # All settings of its picture are those of both sources.
        page.locator("#noise_multiplier").fill("")
        page.goto(f"{server.url}/#/picture/{newest(server)['id']}")
        use_all(page)
        expect(page.locator("#noise_multiplier")).to_have_value("0.9")
        expect(strip).to_have_count(2)
        strip.first.get_by_role("button").click()
        expect(page.locator(".source-strip")).to_be_hidden()
        expect(page.locator("#source-repaint")).to_be_visible()


def repaints(server):
    """A mask by the pointer, with undoing, and by numbers alone; it stays when the painter is left."""
    draw(server, "red apple", 1)
    with opened(server) as page:
        page.locator("#acts").get_by_role("button", name="Vary").click()
        page.get_by_role("menuitem", name="Repaint a part").click()
        canvas, painted = page.locator(".painter-canvas"), page.locator(".painter").get_by_role("status")
        expect(painted).to_have_text("Nothing is painted yet.")
        box = canvas.bounding_box()
        middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.mouse.move(*middle)
        page.mouse.down()
        page.mouse.move(middle[0] + 60, middle[1], steps=4)
        page.mouse.up()
        expect(painted).to_have_text(re.compile(r"^\d+ % is painted."))
        stroke = painted.text_content()
        keep(page, "painter")
        page.keyboard.press("i")
        expect(painted).not_to_have_text(stroke)
        page.keyboard.press("Control+z")
        expect(painted).to_have_text(stroke)
        page.keyboard.press("Control+z")
        expect(painted).to_have_text("Nothing is painted yet.")
        page.keyboard.press("Control+Shift+z")
        expect(painted).to_have_text(stroke)
        before = page.locator("#painter-size").input_value()
        page.keyboard.press("]")
        assert int(page.locator("#painter-size").input_value()) > int(before)
        # Escape leaves, and cancels no job.
        page.keyboard.press("Escape")
        expect(canvas).to_be_hidden()
        expect(gist(page, "source")).to_contain_text("· Mask")
        fill(page, steps=2, mask_blur=2)
        request = request_of(server, draw_by_key(page, server))
        assert request["mask"] and request["mask_blur"] == 2, request
        # Sent while it is being painted: the painter is left first.
        page.get_by_role("button", name="Paint", exact=True).click()
        page.get_by_role("button", name="Clear", exact=True).click()
        page.locator(".painter summary").click()
        for name, value in (("x", 0), ("y", 0), ("width", 32), ("height", 64)):
            page.locator(f"#painter-{name}").fill(str(value))
        page.locator(".painter-numbers").get_by_role("button", name="Paint").click()
        expect(painted).to_have_text("50 % is painted.")
        other = request_of(server, draw_by_key(page, server))
        assert other["mask"] not in (None, request["mask"]), other
        expect(canvas).to_be_hidden()
        page.locator("#source-mask-acts").get_by_role("button", name="Remove").click()
        expect(gist(page, "source")).not_to_contain_text("Mask")


def upscales(server):
    """Hires fix; a picture that is enlarged without drawing, and compared with what it was; one that is drawn anew in tiles."""
    with opened(server) as page:
        fill(page, prompt="red apple", **{**SMALL, "steps": 2})
        page.locator("#hires summary").click()
        page.get_by_role("button", name="2×", exact=True).click()
        expect(page.locator("#hires-size")).to_have_text("Finished picture: 128×128")
        fill(page, hires_upscaler="Lanczos", strength=0.5, hires_prompt="green apple")
        expect(gist(page, "hires")).to_have_text("2× · 128×128 · Lanczos · strength 0.5")
        drawn = draw_by_key(page, server)
        assert drawn["width"] == 128 and "Hires prompt: green apple, Hires upscale: 2, Hires upscaler: Lanczos" in drawn["infotext"], drawn
        keep(page, "hires")
        page.get_by_role("button", name="Off", exact=True).click()
        expect(gist(page, "hires")).to_have_text("Off")
        assert "Hires" not in draw_by_key(page, server)["infotext"]
        # All settings of it, with the second pass.
        page.locator("#roll button").nth(1).click()
        page.locator("#acts").get_by_role("button", name="Use").click()
        page.get_by_role("menuitem", name="All settings").click()
        expect(gist(page, "hires")).to_have_text("2× · 128×128 · Lanczos · strength 0.5")
        page.get_by_role("button", name="Newest").click()
        page.get_by_role("button", name="Off", exact=True).click()
        page.locator("#acts").get_by_role("button", name="Vary").click()
        page.get_by_role("menuitem", name="Upscale…").click()
        sheet, before = page.locator("#sheet"), server.json("/api/v1/images?limit=1")["items"][0]
        expect(sheet).to_contain_text("64×64 → 128×128")
        expect(sheet).to_contain_text("easel/upscalers")
        sheet.get_by_role("button", name="To a size").click()
        expect(sheet.get_by_role("button", name="Upscale", exact=True)).to_be_disabled()
        sheet.get_by_label("Width").fill("96")
        expect(sheet).to_contain_text("64×64 → 96×96")
        sheet.get_by_role("button", name="4×").click()
        keep(page, "upscale")
        sheet.get_by_role("button", name="Upscale", exact=True).click()
        page.get_by_role("button", name="Compare").click()
        expect(page.locator("#compare-slider")).to_be_visible()
        keep(page, "upscaled")
        page.keyboard.press("Escape")
        enlarged = server.json("/api/v1/images?limit=1")["items"][0]
        assert (enlarged["width"], enlarged["prompt"], enlarged["model"]) == (256, before["prompt"], "Lanczos"), enlarged
        assert "Postprocess upscale by: 4, Postprocess upscaler: Lanczos" in enlarged["infotext"], enlarged
        page.locator("#acts").get_by_role("button", name="Vary").click()
        page.get_by_role("menuitem", name="Upscale…").click()
        sheet.get_by_role("button", name="2×").click()
        sheet.get_by_role("button", name="Draw anew instead…").click()
        expect(gist(page, "source")).to_contain_text("strength 0.35 · 2×")
        expect(page.locator("#source-upscale")).to_contain_text("Result: 512×512")
        keep(page, "redraw")


def offers_what_suits(server):
    """A model that draws in few steps has its settings offered. Nothing is filled in unasked."""
    suits = {"name": "SDXL Lightning", "found_by": "by its name", "steps": 4, "min_steps": 4, "max_steps": 4, "cfg_scale": 1.5, "min_cfg_scale": 1,
             "max_cfg_scale": 2.5, "sampler": "Euler a", "schedule": "sgm_uniform"}
    with opened(server) as page:
        expect(page.locator("#suits")).to_be_hidden()
        answer = server.json("/api/v1/models")
        for model in answer["models"]:
            model["suits"] = suits
        page.route("**/api/v1/models", lambda route: route.fulfill(json=answer))
        page.reload()
        expect(page.locator("#suits-text")).to_have_text("SDXL Lightning, it seems: Steps 4 · CFG 1–2.5 · Euler a · SGM Uniform")
        expect(page.locator("#steps")).to_have_value("12")
        keep(page, "suits")
        page.get_by_role("button", name="Use what suits this model").click()
        values = [page.locator(f"#{name}").input_value() for name in ("steps", "cfg_scale", "sampler", "schedule")]
        assert values == ["4", "1.5", "Euler a", "sgm_uniform"], values
        page.locator("#language").select_option("zh")
        expect(page.locator("#suits-use")).to_have_text("使用适合此模型的设置")


def gets_models(server):
    """The list of models tells what each drew last. A server that allows it fetches models: what they are is shown first, then how they come."""
    draw(server, "a red apple", 1)
    plan = {
        "id": "1", "source": "org/anime", "state": "planned", "name": "anime-xl.safetensors", "kind": "checkpoint", "hub": "Hugging Face",
        "page": "https://huggingface.co/org/anime", "license": "openrail++", "base_models": ["stabilityai/stable-diffusion-xl-base-1.0"],
        "trigger_words": [], "notes": ["Left out: 3 files of 12 GB."], "files": [{"path": "anime-xl.safetensors", "bytes": 6_938_040_682}],
        "bytes": 6_938_040_682, "bytes_done": 0, "added_at": "2026-11-30T12:00:00Z",
    }
    coming = {**plan, "state": "fetching", "bytes_done": 2_400_000_000, "bytes_per_second": 41_000_000}
    failed = {**plan, "id": "2", "name": "broken.safetensors", "state": "failed", "error": "The disk is full.", "failure_reason": "disk_full",
              "failure_values": {"value": 7000, "max": 120}}
    for name, words, options in (
        ("get", {"open": "Get a model …", "look": "Look", "fetch": "Fetch it (6.94 GB)", "left": "left", "cancel": "Cancel anime-xl.safetensors",
                 "off": "model_downloads", "full": "120 MB"}, {}),
        ("get.zh", {"open": "下载模型…", "look": "查看", "fetch": "下载（6.94 GB）", "left": "剩余", "cancel": "取消下载 anime-xl.safetensors",
                    "off": "model_downloads", "full": "120 MB"},
         {"locale": "zh-CN", "viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}),
    ):
        with opened(server, **options) as page:
            sheet = page.locator("#sheet")
            page.locator("#model").click()
            expect(sheet.locator("img.preview").first).to_be_visible()
            keep(page, f"models{name.removeprefix('get')}")
            sheet.get_by_role("button", name=words["open"]).click()
            expect(sheet).to_contain_text(words["off"])
            page.keyboard.press("Escape")

            page.route("**/api/v1/downloads", lambda route: route.fulfill(json={"is_allowed": True, "downloads": [failed]}))
            page.route("**/api/v1/downloads/1", lambda route: route.fulfill(json={**coming, "state": "cancelled"}))
            page.route("**/api/v1/models/look", lambda route: route.fulfill(json=plan))
            page.route("**/api/v1/models/get", lambda route: route.fulfill(status=202, json=coming))
            page.locator("#model").click()
            sheet.get_by_role("button", name=words["open"]).click()
            expect(sheet).to_contain_text(words["full"])
            page.locator("#get-source").fill("org/anime")
            sheet.get_by_role("button", name=words["look"], exact=True).click()
            expect(page.locator("#get-plan")).to_contain_text("openrail++")
            keep(page, f"{name}.plan")
            sheet.get_by_role("button", name=words["fetch"]).click()
            expect(page.locator("#get-plan")).to_be_empty()
            expect(sheet).to_contain_text(words["left"])
            keep(page, name)
            sheet.get_by_role("button", name=words["cancel"]).click()
            expect(sheet.locator("progress:visible")).to_have_count(0)


def looks_after_devices(server):
    # The view's name of earlier versions still leads there.
    with opened(server, "/#/devices") as page:
        expect(page.locator(".machine .sentence")).to_contain_text("CPU")
        expect(page.locator(".machine .sentence")).to_contain_text("GB of memory")
        page.get_by_role("button", name="Check now").click()
        expect(page.locator("#comparison .overlay img")).to_have_count(2, timeout=120_000)
        expect(page.locator("#comparison .same")).to_contain_text("No difference")
        expect(page.locator(".machine .sentence")).to_contain_text("same picture as the reference (checked")
        slider = page.get_by_role("slider")
        slider.fill("80")
        assert page.locator(".overlay img").last.evaluate("image => image.style.clipPath") == "inset(0px 20% 0px 0px)"
        expect(page.locator("#machine-tables table").first).to_be_hidden()
        page.locator("#machines summary").click()
        expect(page.locator("#machine-tables table").first).to_contain_text("UNet")
        expect(page.locator(".charts .chart circle")).not_to_have_count(0)
        stray = page.locator("#machine-tables").evaluate("body => [...body.childNodes].filter(node => node.nodeType === Node.TEXT_NODE).map(node => node.data)")
        assert not stray, stray
        keep(page, "machines", full_page=True)
        page.get_by_role("button", name="Clear compiled models").click()
        expect(page.locator(".toast").last).to_contain_text("removed")
        # What the next picture waits for is told, and why.
        go(page, "create")
        fill(page, prompt="compiled anew", **SMALL)
        # A compile may be over sooner than one can look.
        page.evaluate("""() => {
            window.said = []
            new MutationObserver(() => { for (const status of document.querySelectorAll('#status')) window.said.push(status.textContent) })
                .observe(document.getElementById('now'), {childList: true, subtree: true, characterData: true})
        }""")
        draw_by_key(page, server)
        said = page.evaluate("window.said")
        assert any(re.match(r"Compiling the .+ for CPU \(.+\): any size", status) for status in said), said
        go(page, "machines")
        expect(page.locator(".machine .sentence")).to_contain_text("s per step")
        expect(page.get_by_role("button", name="Reload model")).to_be_enabled()
        page.get_by_role("button", name="Reload model").click()
        expect(page.locator(".toast").last).to_contain_text("recompiled", timeout=60_000)
        page.get_by_role("button", name="Unload model").click()
        expect(page.locator(".machine .sentence")).to_contain_text("demo is not loaded")
        page.get_by_role("button", name="Load now").click()
        expect(page.locator(".machine .sentence")).to_contain_text("CPU", timeout=60_000)


def changes_settings(server):
    with opened(server, "/#/settings") as page:
        steps = page.locator("#setting-preview_steps")
        steps.fill("many")
        page.locator("#keep").uncheck()
        page.get_by_role("button", name="Apply").click()
        error = page.locator(".setting[data-field=preview_steps] .error")
        expect(error).to_have_text("“Preview every” cannot be “many”. Use a whole number from 0 to 1,000.")
        # Neither the bar at the top nor the one at the bottom hides the field.
        expect(steps).to_be_focused()
        assert steps.evaluate("field => { const { x, y } = field.getBoundingClientRect(); return document.elementFromPoint(x + 9, y + 9) === field }")
        steps.fill("3")
        page.get_by_role("button", name="Apply").click()
        expect(page.locator(".toast").last).to_have_text("Settings changed.")
        expect(page.locator("#about-preview_steps")).to_contain_text("changed here")
        keep(page, "settings", full_page=True)
        # What is typed and not applied yet stays, whatever is shown anew.
        steps.fill("2")
        page.locator("#language").select_option("zh")
        left = page.locator("#settings-body").evaluate("""body => [...body.querySelectorAll('label, legend, .note')].map(place => place.textContent)
            .filter(text => /[a-z]{3} [a-z]{3}/i.test(text.replace(/[A-Z][\\w.+-]*/g, '')))""")
        assert not left, f"English on the Chinese page: {left}"
        page.locator("#language").select_option("en")
        go(page, "machines")
        go(page, "settings")
        expect(steps).to_have_value("2")
        steps.press("Enter")
        expect(page.locator(".toast").last).to_have_text("Settings changed.")
        finds_and_resets(page)
        page.complaints[:] = [text for text in page.complaints if "status of 422" not in text]


def finds_and_resets(page):
    page.locator("#settings-search").fill("disk space")
    expect(page.locator(".setting:visible")).to_have_count(1)
    space = page.locator("#setting-disk_cache_bytes")
    expect(space).to_have_value("20 GB")
    space.fill("1.5 GB")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("#about-disk_cache_bytes")).to_contain_text("changed here")
    expect(space).to_have_value("1.5 GB")
    page.get_by_role("button", name="Reset “Disk space for compiled models” to 20 GB").click()
    expect(space).to_have_value("20 GB")
    expect(space).to_be_focused()
    page.locator("#settings-search").fill("")
    # Devices are picked, in order.
    row = page.locator(".setting[data-field=openvino_devices]")
    row.locator("select").select_option("CPU")
    expect(row.locator("li")).to_have_text(["1. CPU✕"])
    row.get_by_role("button", name="Remove CPU").click()
    expect(row).to_contain_text("Automatic")


def changes_language(server):
    with opened(server) as page:
        expect(page.locator("html")).to_have_attribute("lang", "en")
        page.locator("#language").select_option("zh")
        expect(page.locator("#generate")).to_contain_text("生成")
        page.reload()
        expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
        missing = page.evaluate("""async () => {
            const [en, zh] = (await Promise.all(['en', 'zh'].map(language => import(`/page/words-${language}.js`)))).map(words => words.default)
            // Parameters have their English names in English.
            return [...Object.keys(en).filter(key => !(key in zh)), ...Object.keys(zh).filter(key => !(key in en) && !key.startsWith('parameter.'))]
        }""")
        assert not missing, missing
        go(page, "settings")
        keep(page, "settings-zh")
        go(page, "create")
        keep(page, "create-zh")
    with opened(server, locale="zh-CN") as page:
        expect(page.locator("#generate")).to_contain_text("生成")


def poses(server):
    """For the README, in both languages, with as many pictures as the page shows."""
    prompts = ["penguin on a light blue background", "sunflower on a green background", "robot on an orange background",
               "strawberry on a white background", "ghost on a purple background", "sailboat on a turquoise background", "red apple on a white background",
               "rocket on a blue background", "cat face on a pink background", "hot beverage on a brown background", "red heart on a white background",
               "house on a light blue background", "dog face on a yellow background"]
    for number, prompt in enumerate(prompts):
        draw(server, prompt, 1, width=128, height=128, steps=12, cfg_scale=4, seed=number + 1)
    for name, locale in (("page", "en-GB"), ("page.zh-CN", "zh-CN")):
        with opened(server, locale=locale) as page:
            fill(page, prompt="a (red apple:1.3) on a [white] background", negative_prompt="blurry", cfg_scale=4, width=128, height=128, steps=30, pictures=4)
            page.evaluate("for (const part of document.querySelectorAll('#form details')) part.open = part.id === 'sampling-main'")
            page.locator("#generate").click()
            expect(page.locator("#canvas .preview img").first).to_be_visible()
            page.wait_for_timeout(1000)
            page.evaluate("scrollTo(0, 0)")
            keep(page, name)
            page.keyboard.press("Escape")
            is_idle(page)
