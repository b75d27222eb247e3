"""The page's gallery: a thousand pictures, searching, choosing several, comparing two, looking closely, deleting with undo."""
import re
import time
import zipfile
from urllib.parse import quote

import requests
from browser import expect, go, keep, opened

PICTURES = 1000


def check(server):
    draw(server)
    for step in (scrolls, searches, folds, selects, looks_closely, compares, deletes):
        step(server)


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


def draw_one(server, prompt, seed, **fields):
    body = {"prompt": prompt, "width": 64, "height": 64, "steps": 1, "seed": seed, "send_images": False, **fields}
    requests.post(f"{server.url}/sdapi/v1/txt2img", json=body, timeout=60).raise_for_status()


def count(server, query=""):
    return server.json(f"/api/v1/images?limit=1&{query}")["total"]


def last_of_all(server):
    """The last picture of the oldest job: those of a job stand in the order in which they were drawn."""
    before = ""
    while before is not None:
        page = server.json(f"/api/v1/images?limit=200&before={before}")
        before = page["next"]
    return max((item for item in page["items"] if item["job"] == page["items"][-1]["job"]), key=lambda item: item["place"])["id"]


def cell(page, number):
    """A cell of the grid, by its place; a link, or a checkbox while pictures are chosen."""
    return page.locator("#grid a").nth(number)


def scrolls(server):
    with opened(server, "/#/gallery") as page:
        page.evaluate("""() => {
            window.shifts = 0
            new PerformanceObserver(list => { for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifts += entry.value })
                .observe({type: 'layout-shift', buffered: true})
        }""")
        expect(page.locator("#grid a").first).to_be_visible()
        keep(page, "gallery")
        expect(page.locator("#gallery-total")).to_have_text(f"{count(server):,} pictures")
        # Every picture by itself.
        page.locator("#fold").click()
        last_link = f"#/picture/{last_of_all(server)}"
        most = 0
        heap = [page.evaluate("performance.memory.usedJSHeapSize")]
        # Until the last picture of all.
        last = page.locator("#grid a").last
        # A busy machine scrolls slowly.
        end = time.monotonic() + 180
        while time.monotonic() < end:
            page.mouse.wheel(0, 700)
            page.wait_for_timeout(40)
            most = max(most, page.locator("#grid li").count())
            if last.get_attribute("href") == last_link:
                break
        assert last.get_attribute("href") == last_link
        heap.append(page.evaluate("performance.memory.usedJSHeapSize"))
        expect(page.locator(".day-head .count").last).to_have_text(re.compile(r"[\d,]+ pictures"))
        shifts = page.evaluate("window.shifts")
        print(f"        scrolled to the last picture: at most {most} in the document, layout shift {shifts:.4f}, heap {heap[0] / 1e6:.1f} → {heap[1] / 1e6:.1f} MB")
        assert most < 150, most
        assert shifts < 0.01, shifts


def searches(server):
    with opened(server, "/#/gallery") as page:
        draw_one(server, "a violet aubergine", 9007199254740993)
        # It came while the gallery was open.
        expect(page.locator("#grid img").first).to_have_attribute("alt", "a violet aubergine")
        page.locator("#search").fill("aubergine")
        expect(page.locator("#grid li")).to_have_count(1)
        expect(page.locator("#gallery-total")).to_have_text("1 picture")
        page.locator("#search").fill("nothing of the kind")
        expect(page.locator("#gallery-note")).to_have_text("No pictures match. Searched in prompts and all parameters.")
        # Parameters are searched, too; a seed has more digits than numbers of a page.
        page.locator("#search").fill("seed:9007199254740993 size:64x64 sampler:euler")
        expect(page.locator("#grid li")).to_have_count(1)
        # The address has it: for a reload, for Back, and for others.
        expect(page).to_have_url(re.compile(r"#/gallery\?q=seed%3A9007199254740993\+size"))
        page.locator("#filter-days").select_option("week")
        expect(page).to_have_url(re.compile("&days=week$"))
        page.reload()
        expect(page.locator("#grid li")).to_have_count(1)
        expect(page.locator("#search")).to_have_value("seed:9007199254740993 size:64x64 sampler:euler")
        expect(page.locator("#filter-days")).to_have_value("week")
        go(page, "settings")
        go(page, "gallery")
        expect(page).to_have_url(re.compile("&days=week$"))
        page.go_back()
        page.go_back()
        page.go_back()
        expect(page.locator("#filter-days")).to_have_value("")
        expect(page.locator("#grid li")).to_have_count(1)
        page.go_back()
        expect(page.locator("#search")).to_have_value("")
        expect(page.locator("#gallery-total")).to_have_text(f"{count(server):,} pictures")
        page.go_forward()
        page.locator("#filter-clear").click()
        expect(page.locator("#grid li")).not_to_have_count(0)
        # What comes while one looks further below waits for a click.
        page.mouse.move(600, 500)
        page.mouse.wheel(0, 1500)
        page.wait_for_timeout(200)
        top = page.locator("#grid a").first.get_attribute("href")
        draw_one(server, "a violet aubergine", 2)
        expect(page.locator("#fresh")).to_have_text("1 new picture")
        assert page.locator("#grid a").first.get_attribute("href") == top
        page.locator("#fresh").click()
        expect(page.locator("#grid img").first).to_have_attribute("alt", "a violet aubergine")


def folds(server):
    """The pictures of a job are a stack, which a click opens."""
    body = {"prompt": "a stack of plates", "width": 64, "height": 64, "steps": 1, "seed": 50, "runs": 3, "preview_interval": 0}
    job = requests.post(f"{server.url}/api/v1/jobs", json=body, timeout=10).json()["id"]
    while server.json(f"/api/v1/jobs/{job}")["state"] != "done":
        time.sleep(0.1)
    with opened(server, "/#/gallery") as page:
        stack = page.get_by_role("button", name="3 pictures: a stack of plates").first
        expect(stack).to_have_attribute("aria-expanded", "false")
        stack.press("Enter")
        expect(page.locator("#grid .opened")).to_have_count(3)
        # In the order in which they were drawn.
        links = [cell(page, number).get_attribute("href") for number in range(3)]
        assert links == [f"#/picture/{job}-{place}" for place in range(3)], links
        page.keyboard.press("Escape")
        expect(stack).to_be_focused()


def selects(server):
    """Several pictures at once: stars, an album, one file; and they are found by those."""
    forget_choices(server)
    for seed in (7001, 7002, 7003):
        draw_one(server, f"a turnip, number {seed}", seed)
    with opened(server, "/#/gallery", accept_downloads=True) as page:
        bar, chosen = page.locator("#selection"), page.locator("#selection-count")
        cell(page, 0).click(modifiers=["Control"])
        expect(chosen).to_have_text("1 selected")
        cell(page, 2).click(modifiers=["Shift"])
        expect(chosen).to_have_text("3 selected")
        keep(page, "selection")
        expect(bar.get_by_role("button", name="Compare")).to_be_disabled()
        bar.get_by_role("button", name="Favourite").click()
        expect(page.locator(".toast").last).to_have_text("3 pictures added to favourites.")
        bar.get_by_role("button", name="Album").click()
        page.get_by_label("New album").fill("Roots")
        page.keyboard.press("Enter")
        expect(page.locator(".toast").last).to_have_text("3 pictures added to Roots.")
        assert count(server, "favourite=true") == count(server, "album=Roots") == 3
        with page.expect_download() as download:
            bar.get_by_role("button", name="Download").click()
        assert re.fullmatch(r"easel-[\d-]+\.zip", download.value.suggested_filename)
        names = zipfile.ZipFile(download.value.path()).namelist()
        assert len(names) == 3 and all("turnip" in name for name in names), names
        # By the keyboard alone.
        cell(page, 0).focus()
        page.keyboard.press("Space")
        expect(chosen).to_have_text("2 selected")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Shift+ArrowLeft")
        expect(chosen).to_have_text("3 selected")
        page.keyboard.press("Control+a")
        expect(chosen).to_have_text(f"{count(server)} selected")
        page.keyboard.press("Escape")
        expect(bar).to_be_hidden()
        # Filters find them again.
        page.locator("#filter-favourite").click()
        expect(page.locator("#grid li")).to_have_count(3)
        page.locator("#filter-album").select_option("Roots")
        page.locator("#filter-days").select_option("today")
        expect(page.locator("#gallery-total")).to_have_text("3 pictures")
        edits_album(page, server)
        page.locator("#filter-clear").click()
        expect(page.locator("#gallery-total")).to_have_text(f"{count(server):,} pictures")
        # A star is taken by one key.
        cell(page, 0).press("s")
        expect(page.locator("#filter-favourite-count")).to_have_text("2")


def forget_choices(server):
    """Stars and albums of an earlier run in the same folder are no part of this one."""
    for picture in server.json("/api/v1/images?limit=100&favourite=true")["items"]:
        requests.patch(f"{server.url}/api/v1/images/{picture['id']}", json={"is_favourite": False}, timeout=10).raise_for_status()
    for album in server.json("/api/v1/images/facets")["albums"]:
        requests.delete(f"{server.url}/api/v1/albums/{quote(album['name'], safe='')}", timeout=10).raise_for_status()


def edits_album(page, server):
    """The album that is chosen gets another name, and is deleted; its pictures stay."""
    edit, window = page.locator("#album-edit"), page.locator(".album-choice")
    everything = count(server)
    edit.click()
    window.get_by_label("Name of the album").fill("Root & leaf/2")
    page.keyboard.press("Enter")
    expect(page.locator(".toast").last).to_have_text("Album renamed: Root & leaf/2")
    expect(page.locator("#filter-album")).to_have_value("Root & leaf/2")
    expect(page.locator("#gallery-total")).to_have_text("3 pictures")
    assert count(server, "album=Root+%26+leaf%2F2") == 3 and count(server, "album=Roots") == 0
    edit.click()
    window.get_by_role("button", name="Delete album…").click()
    expect(window.get_by_role("button", name="Keep it")).to_be_focused()
    window.get_by_role("button", name="Delete album", exact=True).click()
    expect(page.locator(".toast").last).to_have_text("Album deleted: Root & leaf/2. Its pictures stay.")
    expect(edit).to_be_hidden()
    assert count(server) == everything and not server.json("/api/v1/images/facets")["albums"]


def looks_closely(server):
    with opened(server, "/#/gallery") as page:
        cell(page, 1).click()
        dialog, place = page.locator("#picture"), page.locator("#picture-place")
        expect(place).to_have_text(re.compile(r"2 of \d[\d,]* · 200 %"))
        page.keyboard.press("1")
        expect(place).to_contain_text("100 %")
        page.keyboard.press("0")
        expect(place).to_contain_text("400 %")
        page.keyboard.press("+")
        expect(place).to_contain_text("500 %")
        page.keyboard.press("ArrowLeft")
        expect(place).to_contain_text("1 of")
        page.keyboard.press("i")
        expect(page.locator("#picture-facts")).to_be_hidden()
        page.keyboard.press("i")
        # A value is copied by a click.
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        dialog.locator(".first").get_by_role("button", name="7003").click()
        expect(page.locator(".toast").last).to_have_text("Copied: Seed")
        assert page.evaluate("navigator.clipboard.readText()") == "7003"
        page.locator("#picture-stage").click(position={"x": 20, "y": 300})
        expect(dialog).to_have_class(re.compile("full"))
        page.keyboard.press("f")
        expect(dialog).not_to_have_class(re.compile("full"))
        # The form takes over a part.
        dialog.get_by_role("button", name="Use", exact=True).press("Enter")
        page.keyboard.press("ArrowDown")
        expect(page.get_by_role("menuitem", name="All but the seed")).to_be_focused()
        page.keyboard.press("Escape")
        expect(dialog).to_be_visible()
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()
        # The keyboard is at the picture that was seen last.
        expect(cell(page, 0)).to_be_focused()


def compares(server):
    with opened(server, "/#/gallery") as page:
        for number in (0, 1):
            cell(page, number).click(modifiers=["Control"])
        page.locator("#selection").get_by_role("button", name="Compare").click()
        dialog = page.locator("#compare")
        expect(dialog.get_by_role("row").filter(has_text="Seed")).to_contain_text("7003")
        expect(dialog.get_by_role("row").filter(has_text="Steps")).to_have_count(0)
        keep(page, "compare")
        dialog.get_by_role("button", name="Slider").click()
        border = dialog.get_by_role("slider")
        border.press("End")
        expect(border).to_have_attribute("aria-valuenow", "100")
        border.press("ArrowLeft")
        expect(border).to_have_attribute("aria-valuenow", "98")
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()
        expect(page.locator("#selection-count")).to_have_text("2 selected")


def deletes(server):
    first, second, third = (item["id"] for item in server.json("/api/v1/images?limit=3")["items"])
    exists = lambda picture: requests.get(f"{server.url}/api/v1/images/{picture}", timeout=10).status_code == 200
    with opened(server, "/#/gallery") as page:
        link = lambda picture: page.locator(f"#grid a[href='#/picture/{picture}']")
        shown = lambda picture: expect(page.locator("#picture-image")).to_have_attribute("src", re.compile(picture))
        link(first).click()
        page.locator("#picture").get_by_role("button", name="Delete").click()
        shown(second)
        page.keyboard.press("Delete")
        shown(third)
        # One message for both, in reach while the next picture is shown; Ctrl+Z takes back the last, the button all.
        expect(page.locator(".toast")).to_have_text("2 pictures deletedUndo")
        page.keyboard.press("Control+z")
        shown(second)
        page.get_by_role("button", name="Undo").click()
        shown(first)
        page.keyboard.press("Escape")
        expect(link(first)).to_be_visible()
        assert exists(first)
        link(first).focus()
        page.keyboard.press("Delete")
        expect(link(first)).to_have_count(0)
        expect(link(second)).to_be_focused()
        # A page that is left deletes at once.
        page.goto("about:blank")
        gone = time.monotonic() + 10
        while exists(first):
            assert time.monotonic() < gone, "the picture is still there"
            time.sleep(0.1)
    assert exists(second)
