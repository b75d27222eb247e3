"""The page for everybody: by keyboard, with a screen reader, on a phone, with a password."""
import re

from axe_playwright_python.sync_playwright import Axe
from browser import WINDOW, draw_by_key, expect, fill, go, keep, opened
from parts import parts
from serving import Server

PHONE = {"width": 390, "height": 844}
#: The window at 200 %, and the narrowest one.
ZOOMED, NARROW = {"width": 640, "height": 430}, {"width": 320, "height": 640}


def check(server):
    is_accessible(server)
    needs_no_mouse(server)
    asks_for_a_password()


def is_accessible(server):
    """All that opens, in each language, theme and kind of window once; narrower windows have to hold it, too."""
    import requests
    for seed in range(2):
        requests.post(f"{server.url}/sdapi/v1/txt2img", timeout=60, json={
            "prompt": "a pear", "width": 64, "height": 64, "steps": 2, "seed": seed, "send_images": False}).raise_for_status()
    for name, narrow, options in (
        ("en-light", ZOOMED, {"color_scheme": "light", "viewport": WINDOW}),
        ("zh-dark", NARROW, {"color_scheme": "dark", "locale": "zh-CN", "viewport": PHONE, "has_touch": True, "is_mobile": True}),
    ):
        with opened(server, reduced_motion="reduce", **options) as page:
            for part in parts(page, server):
                keep(page, f"{part}-{name}")
                examine(page, f"{part}, {name}")
                if part == "recipe" and options["viewport"] is WINDOW:
                    # The form scrolls by itself, however much of it is unfolded.
                    height = page.evaluate("document.documentElement.scrollHeight")
                    assert height < 1.5 * WINDOW["height"], f"the page is {height} pixels high"
                small = page.evaluate(SMALL_TARGETS)
                assert not small, f"{part}, {name}: smaller than 24 pixels: {small}"
                for size in (narrow, options["viewport"]):
                    page.set_viewport_size(size)
                    fits(page, f"{part}, {name}")


#: What is pressed and smaller than a fingertip. What is hidden for the eye is reached by its label.
SMALL_TARGETS = """() => [...(document.querySelector('dialog[open]') ?? document).querySelectorAll('a, button, input, select, summary, textarea, [role=slider]')]
    .filter(element => element.checkVisibility({visibilityProperty: true}) && !element.matches('.hidden, .skip'))
    .map(element => [element, (element.matches('[type=checkbox]') ? element.closest('label') ?? element : element).getBoundingClientRect()])
    .filter(([, {width, height}]) => width && height && Math.min(width, height) < 23.5)
    .map(([element, {width, height}]) => `${element.outerHTML.slice(0, 80)} ${width}×${height}`)"""


def fits(page, name):
    """Nothing is wider than the window, once all has followed its size."""
    for _ in range(40):
        wide, window = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        if wide <= window:
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"{name}: {wide} pixels wide in a window of {window}")


def examine(page, name):
    found = Axe().run(page).response["violations"]
    assert not found, "\n".join(
        f"{name}: {item['id']} ({item['impact']}): {item['help']}: {[node['html'][:120] for node in item['nodes'][:3]]}" for item in found)


def needs_no_mouse(server):
    with opened(server) as page:
        page.keyboard.press("Tab")
        expect(page.locator(".skip")).to_be_focused()
        page.keyboard.press("Enter")
        for _ in range(8):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.id") == "prompt":
                break
        expect(page.locator("#prompt")).to_be_focused()
        page.keyboard.press("Control+A")
        page.keyboard.type("typed")
        for _ in range(40):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.id") == "steps":
                break
        page.keyboard.press("Control+A")
        page.keyboard.type("3")
        draw_by_key(page, server)
        go(page, "gallery")
        page.locator("#search").focus()
        for _ in range(16):
            page.keyboard.press("Tab")
            if page.evaluate("(document.activeElement.getAttribute('href') ?? '').startsWith('#/picture/')"):
                break
        first = page.evaluate("document.activeElement.getAttribute('href')")
        page.keyboard.press("ArrowRight")
        second = page.evaluate("document.activeElement.getAttribute('href')")
        assert first.startswith("#/picture/") and second.startswith("#/picture/") and first != second
        page.keyboard.press("Enter")
        expect(page.locator("#picture")).to_be_visible()
        page.keyboard.press("ArrowLeft")
        expect(page.locator("#picture-image")).to_have_attribute("src", f"/api/v1/images/{first.removeprefix('#/picture/')}.png")
        page.keyboard.press("Escape")
        expect(page.locator("#picture")).to_be_hidden()
        # Closing it was no step of its own: the browser goes back, a moment later.
        expect(page).to_have_url(re.compile("#/gallery$"))
        page.locator(".skip").focus()
        page.keyboard.press("Enter")
        expect(page.locator("#main")).to_be_focused()
        expect(page.locator("#gallery")).to_be_visible()


def log_in(page, name, password):
    """Fills in the form, which needs no script, in Chinese and in English."""
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    examine(page, "log-in, zh")
    page.locator("#name").fill(name)
    page.locator("#password").fill("guess")
    page.keyboard.press("Enter")
    expect(page.locator("#problem")).to_have_text("用户名或密码不正确。")
    expect(page.locator("#password")).to_be_focused()
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading")).to_have_text("Log in")
    examine(page, "log-in")
    keep(page, "login")
    page.goto(page.url.split("?")[0] + "#/gallery")
    page.locator("#name").fill(name)
    page.locator("#password").fill(password)
    page.keyboard.press("Enter")


def asks_for_a_password():
    server = Server(settings={"openvino_accuracy": "f32"}, options=["--auth", "me:secret"])
    try:
        with opened(server, "/#/gallery", enter=lambda page: log_in(page, "me", "secret"), locale="zh-CN") as page:
            # The form brings people back to where they wanted to be.
            expect(page.locator("#gallery")).to_be_visible()
            expect(page.locator("#account-name")).to_have_text("me")
            page.locator("#language").select_option("en")
            go(page, "create")
            fill(page, prompt="guarded", width=64, height=64, steps=2)
            page.keyboard.press("Control+Enter")
            expect(page.locator("#canvas .cell img")).to_be_visible()
            page.get_by_role("button", name="Log out").click()
            expect(page.locator(".login")).to_be_visible()
            page.goto(server.url)
            expect(page.locator(".login")).to_be_visible()
            # The model was being loaded; the first password was wrong; the session is over.
            page.complaints[:] = [text for text in page.complaints if not re.search("status of (503|403|401)", text)]
        import requests
        for path in ("/", "/page/main.js"):
            answer = requests.get(server.url + path, timeout=10)
            assert answer.status_code == 401 and answer.headers["WWW-Authenticate"].startswith("Basic"), path
    finally:
        assert server.stop() == 0
