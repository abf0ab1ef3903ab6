"""Every page in a browser: it loads cleanly, stays within a phone's width, and its theme and search work."""

import pytest

from visiting import OpenPage

PHONE = {"width": 360, "height": 740}


def test_every_page_loads_cleanly_and_does_not_scroll_sideways_on_a_phone(visit: OpenPage, pages: list[str]) -> None:
    opened = visit(viewport=PHONE)
    wide = []
    for name in pages:
        opened.goto(name)
        opened.page.wait_for_load_state("networkidle")
        width = opened.page.evaluate("document.documentElement.scrollWidth")
        if width > PHONE["width"]:
            culprits = opened.page.evaluate(
                "[...document.querySelectorAll('main *')]"
                ".filter((tag) => tag.getBoundingClientRect().right > innerWidth + 1)"
                ".slice(0, 3).map((tag) => tag.outerHTML.slice(0, 120))"
            )
            wide.append(f"{name}: {width} px, by {culprits}")
    assert not wide, "\n".join(wide)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_theme_follows_the_system_and_the_button(visit: OpenPage, scheme: str) -> None:
    page = visit(color_scheme=scheme).page
    ground = "getComputedStyle(document.body).backgroundColor"
    root = page.locator("html")
    assert root.get_attribute("data-theme") == scheme
    before = page.evaluate(ground)
    other = {"light": "dark", "dark": "light"}[scheme]
    for _ in range(3):  # the button goes through light, dark and automatic
        page.locator(".theme-switch-button").first.click()
        if root.get_attribute("data-theme") == other:
            break
    assert root.get_attribute("data-theme") == other
    assert page.evaluate(ground) != before
    page.reload()
    assert root.get_attribute("data-theme") == other


def test_search_finds_the_chapter_on_classification(visit: OpenPage) -> None:
    page = visit("search.html?q=softmax").page
    results = page.locator("#search-results li a")
    results.first.wait_for()
    assert any("classification.html" in (each.get_attribute("href") or "") for each in results.all())
