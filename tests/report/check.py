"""Looks at reports in headless Chromium: python tests/report/check.py REPORT.html ... [--screenshots FOLDER]

Needs Debian's package chromium and `pip install playwright==1.65.2` (its own browser is not used). Each report is opened
from the disk with the network closed; what is wrong is printed, and the exit code is then 1.
"""

import argparse
import pathlib
import sys
import time

from playwright.sync_api import sync_playwright

LARGEST_BYTES = 3_000_000
LONGEST_LOAD_S = 1.0

# Places of charts that are drawn as shapes, of all kinds of reports.
CHARTS = ["marginals", "pair-plot", "feature-chart", "direction-chart", "difference-charts", "correlation-chart",
          "classifier-chart", "population", "effect-charts", "shrinkage"]

# Whether a canvas has pixels that are not all the same.
IS_DRAWN = """canvas => {
    const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
    for (let place = 4; place < pixels.length; place += 4)
        if (pixels[place + 3] !== pixels[3] || pixels[place] !== pixels[0]) return true;
    return false;
}"""


class Report:
    """One report in one window."""

    def __init__(self, browser, path, width, height, scheme="light"):
        self.problems = []
        self.page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
        self.page.on("console", lambda message: message.type in ("error", "warning") and self.say(f"console: {message.text}"))
        self.page.on("pageerror", lambda error: self.say(f"error of the script: {error}"))
        self.page.on("request", self.requested)
        self.address = path.absolute().as_uri()
        started = time.perf_counter()
        self.page.goto(self.address, wait_until="load")
        self.page.wait_for_selector("html[data-drawn=yes]", timeout=20_000)
        self.seconds = time.perf_counter() - started

    def say(self, problem):
        self.problems.append(problem)

    def requested(self, request):
        if request.url != self.address and not request.url.startswith(("data:", "blob:")):
            self.say(f"asks for {request.url}")

    def expect(self, is_right, problem):
        if not is_right:
            self.say(problem)

    def check_charts(self):
        page = self.page
        canvases = page.query_selector_all(".uplot canvas")
        for canvas in canvases:
            self.expect(canvas.evaluate(IS_DRAWN), "a chart is blank")
        for name in CHARTS:
            place = page.query_selector(f"#{name}")
            if place and page.evaluate("name => document.getElementById(name).offsetParent !== null", name):
                shapes = page.evaluate("name => document.querySelectorAll(`#${name} svg path, #${name} svg rect, #${name} svg circle`).length", name)
                self.expect(shapes > 0, f"nothing is drawn in {name}")
        bad = page.evaluate("() => [...document.querySelectorAll('svg *')].filter(own => [...own.attributes].some(a => a.name !== 'href' && /NaN|undefined/.test(a.value))).length")
        self.expect(bad == 0, f"{bad} shapes have places that are no numbers")
        return len(canvases)

    def pixels(self):
        """What the first predicted sweep looks like."""
        return self.page.evaluate("() => document.querySelector('.sweep .uplot canvas').toDataURL()")

    def check_zoom(self):
        box = self.page.query_selector(".sweep .u-over")
        if not box:
            return
        box.scroll_into_view_if_needed()
        before, place = self.pixels(), box.bounding_box()
        middle = place["y"] + place["height"] / 2
        self.page.mouse.move(place["x"] + 0.2 * place["width"], middle)
        self.page.mouse.down()
        self.page.mouse.move(place["x"] + 0.5 * place["width"], middle, steps=5)
        self.page.mouse.up()
        self.page.mouse.move(1, 1)
        self.page.wait_for_timeout(100)
        zoomed = self.pixels()
        self.expect(zoomed != before, "dragging does not zoom")
        box.dblclick()
        self.page.mouse.move(1, 1)
        self.page.wait_for_timeout(100)
        self.expect(self.pixels() != zoomed, "a double click does not zoom out")

    def check_keyboard(self):
        page = self.page
        page.keyboard.press("Tab")
        self.expect(page.evaluate("() => document.activeElement.className") == "skip", "the first stop of the keyboard is not the skip link")
        if not page.query_selector(".sweep"):
            return
        page.focus(".sweep")
        page.keyboard.press("0")
        page.wait_for_timeout(60)
        before = self.pixels()
        for key in ["+", "ArrowRight"]:
            page.keyboard.press(key)
            page.wait_for_timeout(60)
            after = self.pixels()
            self.expect(after != before, f"the key {key} does nothing")
            before = after
        page.keyboard.press("0")
        unnamed = page.evaluate("() => [...document.querySelectorAll('button, input, svg[role=img], [tabindex=\"0\"]')].filter(own => !(own.getAttribute('aria-label') || own.textContent.trim() || own.closest('label'))).length")
        self.expect(unnamed == 0, f"{unnamed} controls or pictures have no name")
        captions = page.evaluate("() => [...document.querySelectorAll('table')].filter(own => !own.caption).length")
        self.expect(captions == 0, f"{captions} tables have no caption")

    def check_choices(self):
        """Choices of another side or parameter draw something else."""
        for field, chart in [("other-choice", "marginals"), ("shrinkage-choice", "shrinkage"), ("pair-choice", "pair-plot")]:
            boxes = self.page.query_selector_all(f"#{field} input")
            if len(boxes) < 2 or not boxes[-1].is_visible():
                continue
            shapes = "name => document.getElementById(name).innerHTML"
            before = self.page.evaluate(shapes, chart)
            boxes[-1].focus()
            self.page.keyboard.press("Space")
            self.expect(self.page.evaluate(shapes, chart) != before, f"{field} changes nothing")
            boxes[0 if field != "pair-choice" else -1].click()

    def check_theme(self):
        colour = "() => getComputedStyle(document.body).backgroundColor"
        before = self.page.evaluate(colour)
        self.page.click("#theme")
        self.expect(self.page.evaluate(colour) != before, "the button does not change between light and dark")
        self.page.click("#theme")

    def check_width(self):
        excess = self.page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
        self.expect(excess <= 0, f"the page is {excess} pixels wider than the window")


def check(browser, path, screenshots):
    """All that is wrong with a report."""
    problems = []
    size = path.stat().st_size
    if size > LARGEST_BYTES:
        problems.append(f"{size} bytes are more than {LARGEST_BYTES}")
    desktop = Report(browser, path, 1280, 900)
    charts = desktop.check_charts()
    if desktop.seconds > LONGEST_LOAD_S:
        problems.append(f"opens in {desktop.seconds:.2f} s")
    for look in [desktop.check_width, desktop.check_keyboard, desktop.check_zoom, desktop.check_choices, desktop.check_theme]:
        look()
    dark = Report(browser, path, 1280, 900, "dark")
    dark.check_charts()
    phone = Report(browser, path, 375, 740)
    phone.check_charts()
    phone.check_width()
    if screenshots:
        screenshots.mkdir(parents=True, exist_ok=True)
        for report, name in [(desktop, "light"), (dark, "dark"), (phone, "phone")]:
            report.page.screenshot(path=screenshots / f"{path.parent.name}_{name}.png", full_page=True)
        desktop.page.pdf(path=screenshots / f"{path.parent.name}.pdf", format="A4")
    for report in [desktop, dark, phone]:
        problems += report.problems
        report.page.close()
    print(f"{path}: {size / 1e6:.2f} MB, opens in {desktop.seconds:.2f} s, {charts} canvases, {'fine' if not problems else 'WRONG'}")
    for problem in dict.fromkeys(problems):
        print(f"  {problem}")
    return not problems


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("reports", nargs="+", type=pathlib.Path)
    parser.add_argument("--screenshots", type=pathlib.Path)
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    options = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=options.chromium, args=["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND"])
        are_fine = [check(browser, path, options.screenshots) for path in options.reports]
        browser.close()
    sys.exit(0 if all(are_fine) else 1)


if __name__ == "__main__":
    main()
