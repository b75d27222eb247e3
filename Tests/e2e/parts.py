"""Every view of the page and every part of it that opens, one after another, found by ids alone: in whatever language and window."""
import requests
from browser import expect, fill, go

SMALL = {"width": 64, "height": 64, "steps": 2}


def parts(page, server):
    """Yields the name of each once it is there. There have to be two pictures that are 64 pixels wide."""
    for shown in (recipe, refusal, sources, painter, upscaling, queue, grid, sheets, gallery, large, machines, settings):
        yield from shown(page, server)


def menu(page, button, item):
    """Opens the menu of a button and takes one of its items."""
    button.click()
    page.locator("[role=menuitem]").nth(item).click()


def pick(page, name, number):
    """Chooses by place, for the words are of one language."""
    page.locator(f"#{name}").select_option(index=number)


def unfold(page, place):
    page.locator(place).evaluate_all("parts => { for (const part of parts) part.open = true }")


def shut(page):
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)


def recipe(page, server):
    fill(page, prompt="a (red:1.4) apple, [green:1.2] [pear] <lora:none:1> (", **SMALL)
    page.locator("#prompt-count").click()
    expect(page.locator("#prompt-reading .token").first).to_be_visible()
    expect(page.locator("#prompt-problem")).not_to_be_empty()
    page.locator("#hires > summary").click()
    page.locator("#hires-scales button").nth(2).click()
    unfold(page, "#form details:not([hidden])")
    expect(page.locator("#hires_upscaler option")).not_to_have_count(6)
    yield "recipe"
    page.locator("#generate-more").click()
    yield "menu"
    page.keyboard.press("Escape")
    page.locator("#hires-scales button").first.click()


def refusal(page, server):
    fill(page, prompt="apple", **{**SMALL, "width": 63})
    page.locator("#generate").click()
    expect(page.locator("#error-width")).to_be_visible()
    # The browser writes refused requests into its console by itself.
    page.complaints[:] = [text for text in page.complaints if "status of 422" not in text]
    yield "refusal"
    fill(page, **SMALL)


def files(server):
    items = server.json("/api/v1/images?limit=100")["items"]
    return [{"name": f"{item['id']}.png", "mimeType": "image/png", "buffer": requests.get(server.url + item["url"], timeout=10).content}
            for item in items if item["width"] == 64][:2]


def sources(page, server):
    yield "source-none"
    page.locator("#source-file").set_input_files(files(server))
    expect(page.locator(".source-strip li")).to_have_count(2)
    pick(page, "upscaling", 1)
    yield "source-several"
    page.locator(".source-strip button").first.click()
    pick(page, "upscaling", 0)
    page.locator(".source-some .row button").nth(2).click()
    page.locator("#source-extend .joined .side").nth(1).click()
    yield "source-extend"
    page.locator("#source-extend-acts button").click()


def painter(page, server):
    page.locator("#source-repaint").click()
    expect(page.locator(".painter-canvas")).to_be_visible()
    unfold(page, ".painter details")
    for name, value in (("x", 0), ("y", 0), ("width", 32), ("height", 64)):
        page.locator(f"#painter-{name}").fill(str(value))
    page.locator(".painter-numbers button").first.click()
    expect(page.locator(".painter [role=status]")).to_contain_text("50")
    yield "painter"
    page.keyboard.press("Escape")
    expect(page.locator("#source-mask-part")).to_be_visible()
    pick(page, "soft_inpainting", 1)
    pick(page, "only_masked", 1)
    unfold(page, "#source details")
    yield "mask"


def upscaling(page, server):
    page.locator(".source-some .row button").nth(3).click()
    sheet = page.locator("#sheet")
    expect(sheet.locator("#upscale-method option")).not_to_have_count(0)
    sheet.locator(".segments button").nth(2).click()
    sheet.locator("#upscale-width").fill("96")
    yield "upscale"
    shut(page)
    page.locator(".source-some .row button").last.click()
    expect(page.locator("#source-repaint")).to_be_hidden()


def queue(page, server):
    fill(page, prompt="a long one", width=128, height=128, steps=40, pictures=8)
    menu(page, page.locator("#generate-more"), 0)
    for _ in range(2):
        page.wait_for_timeout(400)  # A double click is one.
        page.locator("#generate").click()
    expect(page.locator("#jobs .job")).to_have_count(3)
    expect(page.locator("#canvas .preview img").first).to_be_visible()
    yield "queue"
    page.locator("#forever-stop").click()
    page.locator("#queue-acts button").last.click()
    page.locator("#cancel").click()
    expect(page.locator("#activity")).to_be_hidden()
    yield "toasts"


def grid(page, server):
    fill(page, prompt="grid", **SMALL, pictures=1)
    for name, values in (("steps", "1, 2"), ("cfg_scale", "3, 5"), ("seed", "7, 8")):
        page.locator(f"#several-{name}").click()
        page.locator(f"[data-several={name}]").fill(values)
    page.locator("#generate").click()
    expect(page.locator("#canvas .cell:not(.preview) img")).to_have_count(8)
    expect(page.locator("#activity")).to_be_hidden()
    yield "grid"
    page.locator("#acts button").first.click()
    expect(page.locator(".grid-sheet")).to_have_js_property("complete", True)
    yield "grid-sheet"
    shut(page)
    for name in ("steps", "cfg_scale", "seed"):
        page.locator(f"#several-{name}").click()


def sheets(page, server):
    for name in ("model", "history", "styles-add", "presets"):
        page.locator(f"#{name}").click()
        expect(page.locator("#sheet")).to_be_visible()
        if name == "model":
            # Where one's own go.
            expect(page.locator("#sheet code").first).to_contain_text("/")
        if name == "presets":
            page.locator("#preset-name").fill("quick")
            page.locator("#preset-name").press("Enter")
            expect(page.locator("#sheet .side")).to_be_visible()
        yield f"sheet-{name}"
        shut(page)
    page.locator("#generate").focus()
    page.keyboard.press("?")
    yield "sheet-keys"
    shut(page)


def gallery(page, server):
    go(page, "gallery")
    expect(page.locator("#grid a").first).to_be_visible()
    page.locator("#fold").click()
    page.locator("#filter-days").select_option("own")
    yield "gallery"
    pick(page, "filter-days", 0)
    page.locator("#select").click()
    page.locator("#grid [role=checkbox]").first.click()
    page.locator("#selection [data-do=album]").click()
    expect(page.locator(".album-choice")).to_be_visible()
    yield "selection"
    page.keyboard.press("Escape")
    page.locator("#selection [data-do=done]").click()
    page.locator("#search").fill("no such picture")
    expect(page.locator("#gallery-note")).not_to_be_empty()
    yield "gallery-none"
    page.locator("#search").fill("")
    expect(page.locator("#grid a").first).to_be_visible()


def large(page, server):
    one, two, *_ = [item["id"] for item in server.json("/api/v1/images?limit=2")["items"]]
    page.evaluate("address => { location.hash = address }", f"#/picture/{one}")
    expect(page.locator("#picture-facts .first")).to_be_visible()
    unfold(page, "#picture details")
    yield "picture"
    page.locator("#picture [data-do=vary]").click()
    yield "picture-menu"
    page.keyboard.press("Escape")
    page.evaluate("address => { location.hash = address }", f"#/compare/{one}/{two}")
    expect(page.locator("#compare-facts table")).to_be_visible()
    for way in ("sides", "slider"):
        page.locator(f"#compare [data-do={way}]").click()
        yield f"compare-{way}"
    # The way back leads over the picture.
    page.locator("#compare [data-do=close]").click()
    expect(page.locator("#picture")).to_be_visible()
    page.locator("#picture [data-do=close]").click()
    expect(page.locator("dialog[open]")).to_have_count(0)


def machines(page, server):
    go(page, "machines")
    page.locator("#check").click()
    expect(page.locator("#comparison > *").first).to_be_visible()
    unfold(page, "#machines details")
    expect(page.locator("#machine-tables table").first).to_be_visible()
    yield "machines"


def settings(page, server):
    go(page, "settings")
    expect(page.locator("#setting-preview_steps")).to_be_attached()
    unfold(page, "#settings-body > details")
    page.locator("#setting-preview_steps").fill("many")
    page.locator("#settings-form [type=submit]").click()
    expect(page.locator(".setting .error")).to_be_visible()
    page.complaints[:] = [text for text in page.complaints if "status of 422" not in text]
    yield "settings"
    page.locator("#setting-preview_steps").fill("2")
