"""What a reader waits for: how much a page fetches, in how many requests, and whether it moves while it comes."""

import gzip
import hashlib
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

import pytest
from playwright.sync_api import Page, Response

from serve import COMPRESSED
from visiting import OpenPage, soup

PHONE = {"width": 412, "height": 823}
KILOBYTES = {"text": 150, "all": 500}
PICTURE_BOOK = {"data.html": 600}  # a page of pictures, all but the first of which load when they come near
REQUESTS = 16
OURS = {"page.js", "copy.js", "quiz.js", "host.js"}
WATCH = (
    "window.shift = 0; new PerformanceObserver((list) => list.getEntries().forEach((entry) => {"
    "window.shift += entry.value; })).observe({ type: 'layout-shift', buffered: true });"
)


def size(responses: Iterable[Response]) -> float:
    """Kilobytes, with texts compressed as Pages does."""
    total = 0
    for response in responses:
        suffix = PurePosixPath(response.url.split("?")[0]).suffix
        total += len(gzip.compress(response.body()) if suffix in COMPRESSED else response.body())
    return total / 1000


def read_to_the_end(page: Page) -> None:
    """Scroll as a reader does; the page grows while it is laid out."""
    while page.evaluate("scrollY + innerHeight < document.documentElement.scrollHeight - 2"):
        page.mouse.wheel(0, 400)
        page.wait_for_timeout(80)
    page.wait_for_load_state("networkidle")


def test_every_page_is_light_and_stands_still(visit: OpenPage, pages: list[str]) -> None:
    faults = []
    for name in pages:
        opened = visit("genindex.html", viewport=PHONE)
        page = opened.page
        responses: list[Response] = []
        page.goto("about:blank")
        page.on("response", lambda response, responses=responses: responses.append(response))
        opened.goto(name)
        page.evaluate(WATCH)
        page.wait_for_load_state("networkidle")
        own = [each for each in responses if each.url.startswith(opened.address)]
        text = size(each for each in own if each.request.resource_type != "image")
        requests = len(own)
        read_to_the_end(page)
        everything = size(each for each in responses if each.url.startswith(opened.address))
        shift = page.evaluate("window.shift")
        bar = PICTURE_BOOK.get(name, KILOBYTES["all"])
        if text > KILOBYTES["text"] or everything > bar or requests > REQUESTS or shift >= 0.05:
            faults.append(
                f"{name}: {text:.0f} kB and its figures, {requests} requests at first; "
                f"{everything:.0f} kB when read to its end; shift {shift:.3f}"
            )
        page.context.close()
    assert not faults, "\n".join(faults)


def test_pages_load_one_stylesheet_and_no_script_of_the_theme(site: Path, pages: list[str]) -> None:
    # Named by its content, so that no browser shows a page with a style that it has kept from another build.
    version = hashlib.sha256((site / "_static" / "pages.css").read_bytes()).hexdigest()[:8]
    for name in pages:
        page = soup(site / name)
        styles = [str(link["href"]).rpartition("/")[2] for link in page.select("link[rel=stylesheet]")]
        assert styles == [f"pages.css?v={version}"], name
        scripts = {str(script["src"]).rpartition("/")[2].split("?")[0] for script in page.select("script[src]")}
        if name != "search.html":  # it has Sphinx's search, and is weighed above
            assert scripts <= OURS, name
        assert not page.select("link[rel=preload], link[rel=preconnect]"), name


@pytest.mark.parametrize("width", [360, 1280])
def test_sources_far_away_have_the_height_they_will_have(visit: OpenPage, pages: list[str], width: int) -> None:
    heights = "[...document.querySelectorAll('div.highlight[style]')].map((each) => each.offsetHeight)"
    count = 0
    for name in pages:
        opened = visit(name, viewport={"width": width, "height": 740})
        page = opened.page
        reserved = page.evaluate(heights)
        opened.lay_out()
        assert reserved == pytest.approx(page.evaluate(heights), abs=3), name
        count += len(reserved)
    assert count > 10


def test_icons_have_shapes(visit: OpenPage, pages: list[str]) -> None:
    for name in pages:
        page = visit(name).page
        shapes = page.evaluate(
            "[...document.querySelectorAll('[class*=fa-]')].map((i) => getComputedStyle(i).maskImage)"
        )
        assert len(shapes) > 5, name
        assert all("svg" in shape for shape in shapes), name
