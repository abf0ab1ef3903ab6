"""axe finds nothing on any page, light or dark, wide or narrow; a page can be used by keyboard and printed."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from visiting import OpenPage

AXE = Path(__file__).parents[3] / "node_modules" / "axe-core" / "axe.min.js"
RUN = "axe.run({resultTypes: ['violations']})"  # that is all that is read; to gather the rest takes a fifth of the time
# On every page it takes long: so both widths at the same time.
WIDTHS = [pytest.param(width, marks=pytest.mark.xdist_group(f"axe {width}")) for width in (1280, 412)]


def violations(found: dict[str, Any]) -> list[str]:
    return [
        f"{violation['id']}: {node['html'][:150]} {node['failureSummary']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing(visit: OpenPage, pages: list[str], width: int) -> None:
    opened = visit(viewport={"width": width, "height": 823})
    found = []
    for name in pages:
        opened.goto(name)
        opened.lay_out()  # axe sees where elements lie on the page
        opened.page.add_script_tag(path=AXE)
        for scheme in ("light", "dark"):
            opened.page.emulate_media(color_scheme=scheme)
            expect(opened.page.locator("html")).to_have_attribute("data-theme", scheme)
            found += [f"{name}, {scheme}: {each}" for each in violations(opened.page.evaluate(RUN))]
    assert not found, f"{len(found)} violations\n" + "\n".join(found)


def test_the_first_tab_stop_skips_to_the_text(visit: OpenPage) -> None:
    page = visit("foundations/classification.html").page
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to main content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_whatever_has_the_focus_shows_it(visit: OpenPage, pages: list[str]) -> None:
    faint = []
    for name in pages:
        page = visit(name).page
        for _ in range(25):
            page.keyboard.press("Tab")
            tag, outline, shadow = page.evaluate(
                "(() => { const { activeElement } = document, style = getComputedStyle(activeElement);"
                "return [activeElement.outerHTML.slice(0, 100), style.outlineStyle, style.boxShadow]; })()"
            )
            if outline == "none" and shadow == "none" and not tag.startswith("<body"):
                faint.append(f"{name}: {tag}")
    assert not faint, "\n".join(faint)


def test_what_scrolls_sideways_can_be_reached_by_keyboard(visit: OpenPage) -> None:
    page = visit("foundations/classification.html", viewport={"width": 360, "height": 740}).page
    source = page.locator(".cell_input pre").nth(1)
    source.scroll_into_view_if_needed()
    assert source.evaluate("(pre) => pre.scrollWidth > pre.clientWidth")
    expect(source).to_have_attribute("tabindex", "0")


def test_nothing_moves_for_who_asks_for_less_motion(visit: OpenPage) -> None:
    moving = (
        "[...document.querySelectorAll('*')].map((each) => getComputedStyle(each)).filter((style) =>"
        "style.transitionProperty !== 'none' && parseFloat(style.transitionDuration) > 0).length"
    )
    for motion, moves in (("no-preference", True), ("reduce", False)):
        assert (visit("index.html", reduced_motion=motion).page.evaluate(moving) > 0) == moves
