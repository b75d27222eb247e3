"""The page's gallery: a thousand pictures, searching, deleting with undo."""
import re
import time

import requests
from browser import expect, keep, opened

PICTURES = 1000


def check(server):
    draw(server)
    scrolls(server)
    searches(server)
    deletes(server)


def draw(server):
    """As many pictures as the figure asks for, the smallest that there are."""
    missing = PICTURES - count(server)
    body = {"width": 64, "height": 64, "steps": 1, "runs": 8, "preview_interval": 0}
    for number in range(0, max(0, missing), 8):
        requests.post(f"{server.url}/api/v1/jobs", json={**body, "prompt": f"a pear, number {number}", "seed": number}, timeout=10).raise_for_status()
    deadline = time.monotonic() + 300
    while server.json("/api/v1/jobs?state=queued&limit=1")["items"] or server.json("/api/v1/jobs?state=running&limit=1")["items"]:
        assert time.monotonic() < deadline, "the pictures were not drawn"
        time.sleep(0.5)
    assert count(server) >= PICTURES


def count(server):
    found, before = 0, ""
    while before is not None:
        page = server.json(f"/api/v1/images?limit=200&before={before}")
        found, before = found + len(page["items"]), page["next"]
    return found


def scrolls(server):
    with opened(server, "/#/gallery") as page:
        page.evaluate("""() => {
            window.shifts = 0
            new PerformanceObserver(list => { for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifts += entry.value })
                .observe({type: 'layout-shift', buffered: true})
        }""")
        expect(page.locator("#grid a").first).to_be_visible()
        keep(page, "gallery")
        most = 0
        heap = [page.evaluate("performance.memory.usedJSHeapSize")]
        # Until the last picture of all, which knows how many they are.
        last = page.locator("#grid li").last
        for _ in range(1000):
            page.mouse.wheel(0, 700)
            page.wait_for_timeout(40)
            most = max(most, page.locator("#grid li").count())
            if last.get_attribute("aria-posinset") == last.get_attribute("aria-setsize"):
                break
        heap.append(page.evaluate("performance.memory.usedJSHeapSize"))
        shown = last.get_attribute("aria-posinset")
        shifts = page.evaluate("window.shifts")
        print(f"        scrolled to picture {shown}: at most {most} in the document, layout shift {shifts:.4f}, heap {heap[0] / 1e6:.1f} → {heap[1] / 1e6:.1f} MB")
        assert int(shown) >= PICTURES and most < 150
        assert shifts < 0.01, shifts


def searches(server):
    body = {"prompt": "a violet aubergine", "width": 64, "height": 64, "steps": 1, "seed": 1}
    with opened(server, "/#/gallery") as page:
        requests.post(f"{server.url}/sdapi/v1/txt2img", json={**body, "send_images": False}, timeout=60).raise_for_status()
        # It came while the gallery was open.
        expect(page.locator("#grid img").first).to_have_attribute("alt", "a violet aubergine")
        page.locator("#search").fill("aubergine")
        expect(page.locator("#grid li")).to_have_count(1)
        page.locator("#search").fill("nothing of the kind")
        expect(page.locator("#gallery-note")).to_have_text("No pictures match.")
        page.locator("#search").fill("")
        expect(page.locator("#grid li")).not_to_have_count(0)
        # What comes while one looks further below waits for a click.
        page.mouse.move(600, 500)
        page.mouse.wheel(0, 1500)
        page.wait_for_timeout(200)
        place = page.locator("#grid li").first.get_attribute("aria-posinset")
        requests.post(f"{server.url}/sdapi/v1/txt2img", json={**body, "send_images": False}, timeout=60).raise_for_status()
        expect(page.locator("#fresh")).to_have_text("1 new picture")
        assert page.locator("#grid li").first.get_attribute("aria-posinset") == place
        page.locator("#fresh").click()
        expect(page.locator("#grid img").first).to_have_attribute("alt", "a violet aubergine")


def deletes(server):
    first, second = (item["id"] for item in server.json("/api/v1/images?limit=2")["items"])
    exists = lambda picture: requests.get(f"{server.url}/api/v1/images/{picture}", timeout=10).status_code == 200
    with opened(server, "/#/gallery") as page:
        page.locator(f"#grid a[href='#/picture/{first}']").click()
        page.locator("#picture").get_by_role("button", name="Delete").click()
        expect(page.locator("#picture-image")).to_have_attribute("src", re.compile(second))
        # In reach, while the next picture is shown.
        page.get_by_role("button", name="Undo").click()
        page.keyboard.press("Escape")
        expect(page.locator("#gallery")).to_be_visible()
        expect(page.locator(f"#grid a[href='#/picture/{first}']")).to_be_visible()
        assert exists(first)
        page.locator(f"#grid a[href='#/picture/{first}']").focus()
        page.keyboard.press("Delete")
        expect(page.locator(f"#grid a[href='#/picture/{first}']")).to_have_count(0)
        expect(page.locator(f"#grid a[href='#/picture/{second}']")).to_be_focused()
        # A page that is left deletes at once.
        page.goto("about:blank")
        gone = time.monotonic() + 10
        while exists(first):
            assert time.monotonic() < gone, "the picture is still there"
            time.sleep(0.1)
    assert exists(second)
