"""Equations in a browser: the mark opens by keyboard and without a script, leads to real lines, and moves nothing."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from visiting import OpenPage, soup

ROOT = Path(__file__).parents[3]
LIST = "equations.html"


@pytest.fixture(scope="session")
def labelled(site: Path, pages: list[str]) -> dict[str, str]:
    """The page of each labelled equation."""
    found = {
        str(tag["id"]).removeprefix("equation-"): name
        for name in pages
        for tag in soup(site / name).select("div.math[id]")
    }
    assert found, "no page of the site has a labelled equation"
    return found


def test_every_labelled_equation_has_a_mark_and_is_listed(site: Path, labelled: dict[str, str]) -> None:
    for label, name in labelled.items():
        page = soup(site / name)
        box = page.select_one(f"div.math[id=equation-{label}]").parent
        assert box.select_one("details.equation-mark summary"), label
    listed = soup(site / LIST).select(".listed-equation")
    assert {box["id"] for box in listed} == labelled.keys()


def test_every_link_to_a_line_leads_to_a_definition_of_this_repository(site: Path, pages: list[str]) -> None:
    # Of what dlvc.show prints too: there the first line may be a decorator.
    place = re.compile(r"/blob/[^/]+/(code/.+)#L(\d+)")
    count = 0
    for name in pages:
        page = soup(site / name)
        for link in page.select("a[href*='/blob/']"):
            if found := place.search(str(link["href"])):
                line = (ROOT / found[1]).read_text(encoding="utf-8").splitlines()[int(found[2]) - 1].strip()
                assert line.startswith(("def ", "class ", "@")), f"{name}: {link['href']} is {line!r}"
                count += 1
    assert count > 20


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("javascript", [True, False])
def test_a_mark_opens_by_keyboard_and_moves_nothing(
    visit: OpenPage, labelled: dict[str, str], width: int, javascript: bool
) -> None:
    opened = visit(javascript=javascript, viewport={"width": width, "height": 740})
    page = opened.page
    for name in sorted(set(labelled.values())):
        opened.goto(name)
        opened.lay_out()  # the focus scrolls, and what comes near then is not what the mark has moved
        for mark in page.locator(".equation-mark").all():
            formula, summary = mark.locator("xpath=../div"), mark.locator("summary")
            summary.focus()
            before = formula.bounding_box(), page.evaluate("document.documentElement.scrollHeight")
            page.keyboard.press("Enter")
            expect(mark.locator("ul")).to_be_visible()
            assert formula.bounding_box() == pytest.approx(before[0], abs=0.5)  # browsers round parts of pixels
            assert page.evaluate("document.documentElement.scrollHeight") == before[1]
            box = mark.locator("ul").bounding_box()
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width
            assert box["y"] >= before[0]["y"] + before[0]["height"] - 1, "what opens lies over the formula"
            page.keyboard.press("Tab")
            expect(mark.locator("a").first).to_be_focused()
            summary.press("Enter")
            expect(mark.locator("ul")).to_be_hidden()


def test_a_mark_closes_when_one_leaves_it(visit: OpenPage, labelled: dict[str, str]) -> None:
    page = visit(next(iter(labelled.values()))).page
    first, second = page.locator(".equation-mark").all()[:2]
    opened = page.locator(".equation-mark[open]")
    first.locator("summary").click()
    expect(first).to_have_attribute("open", "")
    page.keyboard.press("Escape")
    expect(opened).to_have_count(0)
    expect(first.locator("summary")).to_be_focused()
    first.locator("summary").click()
    second.locator("summary").click()
    expect(opened).to_have_count(1)
    expect(second).to_have_attribute("open", "")
    page.locator("article h1").click()
    expect(opened).to_have_count(0)


def test_a_mark_has_a_name_and_is_not_printed(visit: OpenPage, labelled: dict[str, str]) -> None:
    label, name = next(iter(labelled.items()))
    page = visit(name).page
    mark = page.locator(f".equation:has(#equation-{label}) summary")
    number = page.locator(f"#equation-{label} .eqno").inner_text().removesuffix("#")
    expect(mark).to_have_accessible_name(f"code and test of equation {number}")
    page.emulate_media(media="print")
    expect(mark).to_be_hidden()
    expect(page.locator(f"#equation-{label} .formula")).to_be_visible()
