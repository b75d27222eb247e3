"""A real Chromium with the page of a server: what it complains of and whom it calls is noted, and what it shows can be kept."""
import contextlib
import shutil
import time
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import expect, sync_playwright
from serving import ROOT

SCREENSHOTS = ROOT / "outputs/page"
WINDOW = {"width": 1280, "height": 860}

expect.set_options(timeout=20_000)  # The machine may be busy.


@contextlib.contextmanager
def opened(server, path="/", enter=lambda page: None, **options):
    """A page of the server. When it is closed, nothing may stand in its console as an error, and nobody else may have been called.

    `enter` does what is needed before the page is there.
    """
    program = shutil.which("chromium") or shutil.which("google-chrome")
    assert program, "There is no Chromium. Tests/e2e/setup.sh installs it."
    complaints, hosts = [], set()
    with sync_playwright() as playwright:
        # Its own sandbox needs rights that containers do not give; it shows nothing but our page.
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        try:
            context = browser.new_context(**{"viewport": WINDOW, "locale": "en-GB", **options})
            page = context.new_page()
            page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
            page.on("pageerror", lambda error: complaints.append(f"{error} {error.stack}"))
            page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
            page.complaints = complaints
            page.goto(server.url + path)
            enter(page)
            # The last thing that is filled in; a page that does not start says why.
            starts(page, complaints)
            yield page
        finally:
            browser.close()
    assert not complaints, complaints
    assert hosts - {""} == {urlsplit(server.url).netloc}, hosts


def starts(page, complaints):
    try:
        expect(page.locator("#sampler option").first).to_be_attached()
    except AssertionError as error:
        raise AssertionError(f"the page does not start: {complaints}") from error


def keep(page, name, **options):
    """Writes down what the page looks like."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png", **options)


def go(page, view):
    page.locator(f"nav a[data-view={view}]").click()
    expect(page.locator(f"#{view}")).to_be_visible()


def fill(page, **fields):
    for name, value in fields.items():
        field = page.locator(f"#{name}")
        # It may be folded away.
        field.evaluate("field => field.closest('details')?.setAttribute('open', '')")
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(label=value)
        else:
            field.fill(str(value))


def is_idle(page):
    """Waits until no job is left."""
    expect(page.locator("#activity")).to_be_hidden()


def newest(server):
    return next(iter(server.json("/api/v1/images?limit=1")["items"]), None)


def draw_by_key(page, server):
    """Sends the form by Ctrl+Enter and waits for its picture, which may come sooner than one can see its job."""
    before = newest(server)
    # What comes sooner after the last one is taken for a double click.
    time.sleep(0.3)
    page.keyboard.press("Control+Enter")
    deadline = time.monotonic() + 60
    while newest(server) == before:
        assert time.monotonic() < deadline, "no picture came"
        time.sleep(0.05)
    is_idle(page)
    return newest(server)
