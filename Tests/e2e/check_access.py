"""The page for everybody: by keyboard, with a screen reader, on a phone, with a password."""
import re

from axe_playwright_python.sync_playwright import Axe
from browser import draw_by_key, expect, fill, go, keep, opened
from serving import Server

VIEWS = ["create", "gallery", "machines", "settings"]
PHONE = {"width": 360, "height": 720}


def check(server):
    is_accessible(server)
    needs_no_mouse(server)
    fits_a_phone(server)
    asks_for_a_password()


def is_accessible(server):
    for scheme in ("light", "dark"):
        with opened(server, color_scheme=scheme) as page:
            fill(page, prompt="a (red:1.4) apple and a [green:1.2] [pear]", width=64, height=64, steps=4)
            page.locator("#prompt-count").click()
            expect(page.locator("#prompt-reading .token").first).to_be_visible()
            draw_by_key(page, server)
            for view in VIEWS:
                go(page, view)
                page.wait_for_timeout(400)
                for details in page.locator(f"#{view} > details, #settings-body > details").all():
                    details.evaluate("details => { details.open = true }")
                keep(page, f"{view}-{scheme}")
                examine(page, f"{view}, {scheme}")
            go(page, "gallery")
            page.locator("#grid a").first.click()
            expect(page.locator("#picture")).to_be_visible()
            examine(page, f"picture, {scheme}")


def examine(page, name):
    found = Axe().run(page).response["violations"]
    serious = [
        f"{name}: {item['id']} ({item['impact']}): {item['help']}: {[node['html'][:120] for node in item['nodes'][:3]]}"
        for item in found if item["impact"] in ("serious", "critical")
    ]
    assert not serious, "\n".join(serious)
    if found:
        print(f"        {name}: {', '.join(item['id'] + ' (' + item['impact'] + ')' for item in found)}")


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


def fits_a_phone(server):
    with opened(server, viewport=PHONE, has_touch=True, is_mobile=True) as page:
        for view in VIEWS:
            go(page, view)
            page.wait_for_timeout(300)
            width = page.evaluate("document.documentElement.scrollWidth")
            assert width <= PHONE["width"], f"{view} is {width} pixels wide"
            keep(page, f"phone-{view}")
        go(page, "gallery")
        page.locator("#grid a").first.click()
        expect(page.locator("#picture-facts")).to_be_visible()
        keep(page, "phone-picture")


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
