"""Live figures in a browser: they wait, start, answer with Python's numbers, and fail gently."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import torch
from bs4 import BeautifulSoup
from playwright.sync_api import Locator, expect

from dlvc.live.figure import bundle
from dlvc.live.loss_landscape import loss
from dlvc.losses import softmax
from visiting import OpenPage

Figures = list[tuple[str, str]]


@pytest.fixture(scope="session")
def figures(site: Path, pages: list[str]) -> Figures:
    """Page and module of every live figure."""
    found = [
        (name, str(tag["module"]))
        for name in pages
        for tag in BeautifulSoup((site / name).read_text(encoding="utf-8"), "html.parser").select("dlvc-live")
    ]
    assert found, "no page of the site has a live figure"
    return found


def start(visit: OpenPage, figures: Figures, module: str, **options: object) -> Locator:
    """Open the first page with such a figure and scroll to it."""
    page = next((name for name, each in figures if each == module), None)
    assert page, f"no page has a live figure {module}"
    figure = visit(page, **options).page.locator(f"dlvc-live[module={module}]").first
    figure.scroll_into_view_if_needed()
    expect(figure).to_have_attribute("data-state", "ready")
    return figure


def state(figure: Locator) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(figure.locator("script").text_content() or "")
    return found


def numbers(text: str) -> list[float]:
    return [float(number) for number in re.findall(r"-?\d+\.?\d*(?:e[+-]?\d+)?", text.replace("−", "-"))]


def test_every_figure_waits_until_it_is_near_and_then_starts(visit: OpenPage, figures: Figures) -> None:
    for name in sorted({page for page, _ in figures}):
        opened = visit(viewport={"width": 1000, "height": 300})
        page = opened.page
        asked: list[str] = []
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        opened.goto(name)
        page.wait_for_load_state("networkidle")
        near, far = set(), set()
        for figure in page.locator("dlvc-live").all():
            distant = figure.evaluate("(tag) => tag.getBoundingClientRect().top > 1000")
            (far if distant else near).add(figure.get_attribute("module"))
            if distant:
                expect(figure).to_have_attribute("data-state", "idle")
        assert not [url for url in asked for module in far - near if f"/{module}.js" in url]
        for figure in page.locator("dlvc-live").all():
            figure.scroll_into_view_if_needed()
            expect(figure).to_have_attribute("data-state", "ready")
            expect(figure.locator("> .dlvc-status")).to_contain_text("Interactive")
            expect(figure.locator("> img")).to_be_hidden()


def test_softmax_answers_to_the_keyboard_with_pythons_numbers(visit: OpenPage, figures: Figures) -> None:
    figure = start(visit, figures, "softmax_temperature")
    given = state(figure)
    logits = torch.tensor(given["logits"], dtype=torch.float64)

    def check(temperature: float) -> None:
        shown = torch.tensor([float(text) for text in figure.locator("output").all_inner_texts()]).double()
        torch.testing.assert_close(shown, softmax(logits, temperature), rtol=0, atol=5.1e-5)

    check(given["temperature"])
    slider = figure.get_by_label("Temperature")
    for keys, temperature in [(["End"], 10.0), (["Home"], 0.1), (["ArrowRight", "ArrowRight"], 10**-0.98)]:
        for key in keys:
            slider.press(key)
        check(temperature)
    first = figure.locator("input").nth(1)
    first.press("Home")
    before = logits[0].item()
    logits[0] = float(first.get_attribute("min") or "nan")
    check(10**-0.98)
    figure.get_by_role("button", name="Reset").press("Enter")
    logits[0] = before
    check(given["temperature"])


def test_ball_answers_to_the_keyboard_with_pythons_numbers(visit: OpenPage, figures: Figures) -> None:
    figure = start(visit, figures, "loss_landscape", reduced_motion="reduce")
    given = state(figure)
    x, y, w = (torch.tensor(given[name], dtype=torch.float64) for name in ("x", "y", "start"))
    report = figure.locator(".dlvc-summary")
    figure.get_by_role("button", name="Cross-entropy").press("Enter")
    for step in range(3):
        w.requires_grad_()
        value = loss("cross_entropy", w, x, y)
        (slope,) = torch.autograd.grad(value, w)
        expected = [step, *w.tolist(), value.item(), slope.norm().item()]
        assert numbers(report.inner_text()) == pytest.approx(expected, rel=1e-4, abs=6e-4)
        figure.get_by_role("button", name="One step").press("Enter")
        w = (w - given["rate"] * slope).detach()
    figure.get_by_role("button", name="Roll the ball").press("Enter")
    assert numbers(report.inner_text())[0] > 3, "with reduced motion the ball is at its end at once"


def test_surface_turns_by_arrow_keys_and_by_dragging(visit: OpenPage, figures: Figures) -> None:
    figure = start(visit, figures, "loss_landscape")
    canvas = figure.locator("canvas")

    def look() -> bytes:
        return canvas.screenshot()

    seen = [look()]
    canvas.press("ArrowLeft")
    seen.append(look())
    canvas.press("ArrowUp")
    seen.append(look())
    canvas.hover()
    page = canvas.page
    page.mouse.down()
    page.mouse.move(300, 300)
    page.mouse.up()
    seen.append(look())
    assert len(set(seen)) == len(seen)


def test_rolling_ends_by_itself(visit: OpenPage, figures: Figures) -> None:
    figure = start(visit, figures, "loss_landscape")
    figure.get_by_role("button", name="Cross-entropy").click()
    figure.get_by_role("button", name="Roll the ball").click()
    expect(figure.get_by_role("button", name="Pause")).to_be_visible()
    expect(figure.get_by_role("button", name="Roll the ball")).to_be_visible(timeout=20_000)
    assert numbers(figure.locator(".dlvc-summary").inner_text())[0] > 10


@pytest.mark.parametrize("width", [360, 1280])
def test_starting_moves_nothing_that_is_being_read(visit: OpenPage, figures: Figures, width: int) -> None:
    for name in sorted({page for page, _ in figures}):
        page = visit(name, viewport={"width": width, "height": 740}).page
        page.evaluate(
            "window.shift = 0; new PerformanceObserver((list) => list.getEntries().forEach((entry) => {"
            "window.shift += entry.value; })).observe({ type: 'layout-shift', buffered: true });"
        )
        for figure in page.locator("dlvc-live").all():
            figure.evaluate("(tag) => scrollTo(0, scrollY + tag.getBoundingClientRect().top - 1500)")
            while figure.evaluate("(tag) => tag.getBoundingClientRect().bottom > 0"):
                page.mouse.wheel(0, 250)
                page.wait_for_timeout(100)
            expect(figure).to_have_attribute("data-state", "ready")
        assert page.evaluate("window.shift") < 0.05, name


def test_without_javascript_the_picture_stands(visit: OpenPage, figures: Figures) -> None:
    for name in sorted({page for page, _ in figures}):
        page = visit(name, javascript=False).page
        for picture in page.locator("dlvc-live > img").all():
            picture.scroll_into_view_if_needed()
            expect(picture).to_be_visible()
            expect(picture).to_have_attribute("alt", re.compile(r"\w+ \w+ \w+"))
            expect(picture).to_have_js_property("complete", True)
            assert picture.evaluate("(image) => image.naturalWidth") > 100


def test_a_failed_load_leaves_the_picture_and_a_sentence(visit: OpenPage, figures: Figures) -> None:
    name, module = figures[0]
    opened = visit()
    opened.page.route(f"**/{module}.js", lambda route: route.abort())
    opened.goto(name)
    figure = opened.page.locator(f"dlvc-live[module={module}]").first
    figure.scroll_into_view_if_needed()
    expect(figure).to_have_attribute("data-state", "failed")
    expect(figure.locator("> .dlvc-status")).to_contain_text("could not be loaded")
    expect(figure.locator("> img")).to_be_visible()
    opened.problems[:] = [problem for problem in opened.problems if "ERR_FAILED" not in problem]


def test_modules_run_from_memory_as_in_jupyter(visit: OpenPage, figures: Figures) -> None:
    for module in sorted({module for _, module in figures}):
        page = start(visit, figures, module).page
        text = page.evaluate(
            """async ([source, state]) => {
                const type = "text/javascript";
                const figure = await import(URL.createObjectURL(new Blob([source], { type })));
                const model = { get: (name) => state[name], set() {}, on() {}, off() {}, save_changes() {} };
                const el = document.body.appendChild(document.createElement("div"));
                const cleanUp = await figure.default.render({ model, el });
                const text = el.innerText;
                cleanUp();
                return text;
            }""",
            [bundle(module), state(page.locator(f"dlvc-live[module={module}]").first)],
        )
        assert "Reset" in text
