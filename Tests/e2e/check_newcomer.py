"""A newcomer's first quarter of an hour on the page, in both languages: from an example to pictures that are found, compared and kept as a preset."""
from browser import expect, fill, go, is_idle, keep, opened
from serving import Server

#: What the buttons are called.
WORDS = {
    "en-GB": {"save": "Save", "compare": "Compare", "cancelled": "Cancelled.", "unclosed": "never closed", "generate": "Generate", "batch": "Batch"},
    "zh-CN": {"save": "保存", "compare": "对比", "cancelled": "已中止。", "unclosed": "没有闭合", "generate": "生成", "batch": "批"},
}
PHONE = {"width": 390, "height": 844}


def check(server):
    for locale, words in WORDS.items():
        own = Server(settings={"openvino_accuracy": "f32", "max_requests_per_second": 0, "preview_steps": 2})
        try:
            own.wait_ready()
            walk(own, locale, words)
            phone(own, locale)
        finally:
            assert own.stop() == 0


def walk(server, locale, words):
    with opened(server, locale=locale) as page:
        # Nothing is drawn yet: the model's own examples are there to click.
        example = page.locator("#canvas .empty .row button").first
        expect(example).to_be_visible()
        keep(page, f"newcomer-{locale}")
        prompt = example.inner_text()
        watch_shifts(page)
        example.click()
        expect(page.locator("#prompt")).to_have_value(prompt)
        expect(page.locator("#steps")).to_have_value("12")
        expect(page.locator("#canvas .cell:not(.preview) img")).to_be_visible()
        is_idle(page)
        # Four more, which come one by one where their previews were.
        page.locator("#counts button[value='4']").click()
        page.locator("#generate").click()
        expect(page.locator("#canvas .cell")).to_have_count(4)
        expect(page.locator("#status")).to_contain_text(words["batch"])
        is_idle(page)
        expect(page.locator("#canvas .cell:not(.preview) img")).to_have_count(4)
        shifts = page.evaluate("window.shifts")
        print(f"        {locale}: layout shift during two jobs {shifts:.3f}")
        assert shifts <= 0.02, shifts
        keep(page, f"newcomer-four-{locale}")

        # One of them is found again by its seed.
        seed = server.json("/api/v1/images?limit=5")["items"][1]["seed"]
        go(page, "gallery")
        page.locator("#search").fill(f"seed:{seed}")
        expect(page.locator("#grid li")).to_have_count(1)
        page.locator("#search").fill("")
        page.locator("#fold").click()
        expect(page.locator("#grid li")).to_have_count(5)
        # Two are compared.
        page.locator("#select").click()
        page.locator("#grid li a").nth(0).click()
        page.locator("#grid li a").nth(1).click()
        page.locator("#selection").get_by_role("button", name=words["compare"]).click()
        expect(page.locator("#compare")).to_be_visible()
        keep(page, f"newcomer-compare-{locale}")
        page.keyboard.press("Escape")
        expect(page.locator("#compare")).to_be_hidden()

        # Settings are kept as a preset.
        go(page, "create")
        fill(page, steps=5, cfg_scale=3)
        page.locator("#presets").click()
        page.locator("#preset-name").fill("quick")
        page.locator("#sheet").get_by_role("button", name=words["save"], exact=True).click()
        page.keyboard.press("Escape")
        fill(page, steps=9)
        page.locator("#presets").click()
        page.locator("#sheet").get_by_role("button", name="quick").first.click()
        expect(page.locator("#steps")).to_have_value("5")

        # A job is cancelled; another goes on while the page is loaded again.
        fill(page, steps=40, pictures=8)
        page.locator("#generate").click()
        expect(page.locator("#progress")).to_be_visible()
        page.locator("#cancel").click()
        expect(page.locator(".toast").last).to_contain_text(words["cancelled"])
        is_idle(page)
        page.wait_for_timeout(400)
        page.locator("#generate").click()
        expect(page.locator("#progress")).to_be_visible()
        page.reload()
        expect(page.locator("#progress")).to_be_visible()
        expect(page.locator("#canvas .cell")).to_have_count(8)
        page.locator("#cancel").click()
        is_idle(page)

        # A long prompt is read in chunks, and what is odd about it is told.
        fill(page, prompt=", ".join(f"(word{number}:1.1)" for number in range(40)) + ", (open")
        page.locator("#prompt-count").click()
        expect(page.locator("#prompt-reading .chunk").nth(1)).to_be_visible()
        expect(page.locator("#prompt-problem")).to_contain_text(words["unclosed"])
        expect(page.locator("#generate")).to_be_in_viewport()


def phone(server, locale):
    with opened(server, locale=locale, viewport=PHONE, has_touch=True, is_mobile=True) as page:
        expect(page.locator("#generate")).to_be_in_viewport()
        expect(page.locator("#canvas .cell").first).to_be_in_viewport()
        fill(page, prompt="red heart on a white background", steps=4, pictures=1)
        page.evaluate("scrollTo(0, 0)")
        watch_shifts(page)
        page.locator("#generate").tap()
        is_idle(page)
        expect(page.locator("#acts a[download]")).to_be_visible()
        shifts = page.evaluate("window.shifts")
        assert shifts <= 0.02, shifts
        page.evaluate("scrollTo(0, 0)")
        expect(page.locator("#canvas .cell").first).to_be_in_viewport()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        keep(page, f"newcomer-phone-{locale}")
        # The tabs are at the thumb, below Generate; an open keyboard takes their place, and hides no prompt.
        tabs, bar = page.locator("nav").bounding_box(), page.locator(".go").bounding_box()
        assert tabs["y"] + tabs["height"] == PHONE["height"] and bar["y"] + bar["height"] == tabs["y"], (tabs, bar)
        page.locator("#negative_prompt").tap()
        page.set_viewport_size({**PHONE, "height": PHONE["height"] - 320})
        expect(page.locator("nav")).to_be_hidden()
        field, bar = page.locator("#negative_prompt").bounding_box(), page.locator(".go").bounding_box()
        assert 0 <= field["y"] and field["y"] + field["height"] <= bar["y"], (field, bar)
        page.set_viewport_size(PHONE)
        page.locator("nav a[data-view=gallery]").tap()
        expect(page.locator("#grid a").first).to_be_in_viewport()


def watch_shifts(page):
    page.evaluate("""() => {
        window.shifts = 0
        new PerformanceObserver(list => { for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifts += entry.value })
            .observe({type: 'layout-shift', buffered: false})
    }""")
