"""Live figures in a browser: they wait, start, answer with Python's numbers, and fail gently."""

import gzip
import re
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from onnx import numpy_helper
from playwright.sync_api import Locator, Route, expect
from torch import Tensor
from torch.utils.data import TensorDataset

from dlvc.figures.theme import percent
from dlvc.live import Classifier, DrawAndClassify, export
from dlvc.live.figure import bundle
from dlvc.live.loss_landscape import loss
from dlvc.losses import softmax
from dlvc.models import MLP, SoftmaxRegression
from visiting import OpenPage, eventually, farthest, running, soup, state

Figures = list[tuple[str, str]]
ADD_UP_SHIFTS = """window.shift = 0;
    new PerformanceObserver((list) => list.getEntries().forEach((entry) => { window.shift += entry.value; }))
        .observe({ type: "layout-shift", buffered: true });"""


@pytest.fixture(scope="session")
def figures(site: Path, pages: list[str]) -> Figures:
    """Page and module of every live figure."""
    found = [(name, str(tag["module"])) for name in pages for tag in soup(site / name).select("dlvc-live")]
    assert found, "no page of the site has a live figure"
    return found


def start(visit: OpenPage, figures: Figures, module: str, **options: object) -> Locator:
    """Open the first page with such a figure and scroll to it."""
    page = next((name for name, each in figures if each == module), None)
    assert page, f"no page has a live figure {module}"
    return running(visit(page, **options).page.locator(f"dlvc-live[module={module}]").first)


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


def shown(figure: Locator) -> Tensor:
    """The probabilities of the bars, which say in words what they show."""
    # Read at once, for the next answer may come at any time.
    found: list[tuple[float, str]] = figure.evaluate(
        """(figure) => [...figure.querySelectorAll(".dlvc-bar")].filter((bar) => bar.checkVisibility()).map((bar) => [
            Number(bar.querySelector("rect").getAttribute("width")), bar.parentElement.querySelector("output").value,
        ])"""
    )
    assert [words for _, words in found] == [percent(float(p)) for p, _ in found]
    return torch.tensor([p for p, _ in found], dtype=torch.float64)


def test_softmax_answers_to_the_keyboard_with_pythons_numbers(visit: OpenPage, figures: Figures) -> None:
    figure = start(visit, figures, "softmax_temperature")
    given = state(figure)
    logits = torch.tensor(given["logits"], dtype=torch.float64)

    def check(temperature: float) -> None:
        torch.testing.assert_close(shown(figure), softmax(logits, temperature), rtol=0, atol=1e-9)

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
    expect(figure.get_by_role("button", name="Roll the ball")).to_be_visible(timeout=60_000)
    assert numbers(figure.locator(".dlvc-summary").inner_text())[0] > 10


@pytest.mark.parametrize("width", [360, 1280])
def test_starting_moves_nothing_that_is_being_read(visit: OpenPage, figures: Figures, width: int) -> None:
    for name in sorted({page for page, _ in figures}):
        page = visit(name, viewport={"width": width, "height": 740}).page
        page.evaluate(ADD_UP_SHIFTS)
        for figure in page.locator("dlvc-live").all():
            figure.evaluate("(tag) => scrollTo(0, scrollY + tag.getBoundingClientRect().top - 1500)")
            while figure.evaluate("(tag) => tag.getBoundingClientRect().bottom > 0"):
                page.mouse.wheel(0, 250)
                page.wait_for_timeout(100)
            expect(figure).to_have_attribute("data-state", "ready")
        assert page.evaluate("window.shift") < 0.05, name


@pytest.mark.parametrize("width", [360, 1280])
def test_rushing_past_moves_nothing(visit: OpenPage, figures: Figures, width: int) -> None:
    for name in sorted({page for page, _ in figures}):
        page = visit(name, viewport={"width": width, "height": 740}).page
        page.evaluate(ADD_UP_SHIFTS)
        page.mouse.move(width / 2, 300)
        while page.evaluate("scrollY + innerHeight < document.documentElement.scrollHeight"):
            page.mouse.wheel(0, 1500)
            page.wait_for_timeout(50)
        for figure in page.locator("dlvc-live").all():
            figure.scroll_into_view_if_needed()
            expect(figure).to_have_attribute("data-state", "ready")
        assert page.evaluate("window.shift") < 0.05, name


def height(figure: Locator) -> float:
    found: float = figure.evaluate("(tag) => tag.getBoundingClientRect().height")
    return found


@pytest.mark.parametrize("width", [320, 360, 412, 768, 1280])
def test_a_figure_is_as_high_in_all_its_states(visit: OpenPage, figures: Figures, width: int) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    for name in sorted({page for page, _ in figures}):
        opened = visit(viewport={"width": width, "height": 740})
        held.clear()
        modules = re.compile(r"/live/(?!host)\w+\.js")
        opened.page.route(modules, lambda route: route.abort())
        opened.page.route(modules, hold)  # the later one goes first
        opened.goto(name)
        opened.lay_out()
        places = opened.page.locator("dlvc-live").all()
        heights = [height(figure) for figure in places]
        for figure, idle in zip(places, heights, strict=True):
            figure.scroll_into_view_if_needed()
            expect(figure).to_have_attribute("data-state", "loading")
            assert height(figure) == idle, f"{figure.get_attribute('module')} while it loads"
        opened.page.unroute(modules, hold)  # a figure that asks only now must not wait for ever
        for route in held:
            route.abort()
        for figure, idle in zip(places, heights, strict=True):
            expect(figure).to_have_attribute("data-state", "failed")
            assert height(figure) == idle, f"{figure.get_attribute('module')} when it has failed"
        opened.problems[:] = [problem for problem in opened.problems if "ERR_FAILED" not in problem]
        opened.page.unroute_all()
        opened.goto(name)
        for figure, idle in zip(opened.page.locator("dlvc-live").all(), heights, strict=True):
            figure.scroll_into_view_if_needed()
            expect(figure).to_have_attribute("data-state", "ready")
            wanted = f"{figure.get_attribute('module')} has another height when it is ready: set it in its `room`"
            assert height(figure) == idle, wanted


def test_a_figure_has_room_enough_in_columns_between_telephone_and_desk(visit: OpenPage, figures: Figures) -> None:
    missing = """async (figures) => {
        for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
        return figures.map((tag) => [
            tag.getAttribute("module"),
            tag.querySelector(":scope > div").offsetHeight - parseFloat(getComputedStyle(tag, "::before").height),
        ]);
    }"""
    for name in sorted({page for page, _ in figures}):
        page = visit(name).page
        places = page.locator("dlvc-live")
        for figure in places.all():
            running(figure)
        for width in range(540, 720, 20):
            page.set_viewport_size({"width": width, "height": 740})
            lacking = [module for module, pixels in places.evaluate_all(missing) if pixels > 1]
            assert not lacking, f"{lacking} need more than their `room` in a window of {width} pixels"


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


DRAWING = "draw_and_classify"
LATE = ("page_kernel.js", "onnxruntime/", ".onnx", ".gz")  # what only the first touch may load


def network_state(figure: Locator) -> Locator:
    return figure.locator(".dlvc-state")


def files(site: Path, figures: Figures, name: str) -> tuple[Path, Path]:
    """A network's file, and that of its pictures."""
    page = site / next(page for page, module in figures if module == DRAWING)
    tags = soup(page).select("dlvc-file")
    found = {tag["name"]: (page.parent / str(tag["src"])).resolve() for tag in tags}
    return found[f"{name}.onnx"], found[f"{name}.gz"]


def pytorchs(network: Path) -> MLP:
    """The network of this book that has a file's weights."""
    initializers = onnx.load(network).graph.initializer
    weights = {each.name: torch.tensor(numpy_helper.to_array(each)) for each in initializers}
    model = MLP((1, 28, 28), [len(weights["layers.0.bias"])], len(weights["layers.2.bias"]))
    model.load_state_dict({name: weights[name] for name in model.state_dict()})
    return model


@pytest.mark.parametrize("place", [0, 1])
def test_drawing_gives_pytorchs_probabilities(visit: OpenPage, figures: Figures, site: Path, place: int) -> None:
    figure = start(visit, figures, DRAWING)
    network = state(figure)["networks"][place]
    written, packed = files(site, figures, network["name"])
    assert written.stat().st_size <= 500_000
    assert packed.stat().st_size <= 300_000
    file = gzip.decompress(packed.read_bytes())
    examples, count = network["examples"], network["examples"] + network["bank"]
    assert examples >= 32
    pictures = torch.tensor(np.frombuffer(file, np.uint8, examples * 784)).view(-1, 1, 28, 28).float() / 255
    labels = np.frombuffer(file, np.uint8, examples, count * 784)
    # What PyTorch said when the chapter was executed, and what it says now to the file's weights.
    recorded = torch.tensor(np.frombuffer(file, np.float32, offset=count * 785)).view(examples, -1)
    with torch.no_grad():
        torch.testing.assert_close(pytorchs(written)(pictures), recorded, rtol=0, atol=1e-4)
    figure.get_by_role("button", name=network["name"].capitalize()).click()
    for label, logits in zip(labels, recorded, strict=True):
        figure.get_by_role("button", name=network["classes"][label], exact=True).click()
        expected = softmax(logits.double())
        assert eventually(lambda expected=expected: farthest(shown(figure), expected) < 1e-4), shown(figure)
        expect(figure.locator(".dlvc-summary")).to_contain_text(f"true label: {network['classes'][label]}")
    expect(network_state(figure)).to_have_attribute("data-state", "ready")
    expect(network_state(figure)).to_contain_text(f"On {examples} test pictures")


def test_swapped_networks_are_noticed(visit: OpenPage, figures: Figures, site: Path) -> None:
    figure = start(visit, figures, DRAWING)
    digits, _ = files(site, figures, "digits")
    figure.page.route("**/*-garments.onnx", lambda route: route.fulfill(path=digits))
    figure.get_by_role("button", name="bag").click()
    expect(figure).to_have_attribute("data-state", "failed")
    expect(figure.locator("> img")).to_be_visible()


def test_nothing_of_the_network_is_loaded_before_the_first_touch(visit: OpenPage, figures: Figures, site: Path) -> None:
    opened = visit()
    asked: list[str] = []
    opened.page.on("request", lambda request: asked.append(request.url))
    opened.goto(next(page for page, module in figures if module == DRAWING))
    figure = opened.page.locator(f"dlvc-live[module={DRAWING}]")
    figure.scroll_into_view_if_needed()
    expect(figure).to_have_attribute("data-state", "ready")
    given = state(figure)
    opened.page.wait_for_load_state("networkidle")
    expect(network_state(figure)).to_have_attribute("data-state", "idle")
    needed = [*(site / "_static/live/onnxruntime").iterdir(), *files(site, figures, given["networks"][0]["name"])]
    cost = sum(file.stat().st_size for file in needed) / 1e6
    expect(network_state(figure)).to_contain_text(f"when you first draw or choose something. That takes {cost:.1f}")
    torch.testing.assert_close(shown(figure), softmax(torch.tensor(given["logits"]).double()), rtol=0, atol=1e-4)
    figure.get_by_label("Temperature").press("End")  # needs no network
    torch.testing.assert_close(shown(figure), softmax(torch.tensor(given["logits"]).double(), 10.0), rtol=0, atol=1e-4)
    assert not [url for url in asked if any(part in url for part in LATE)]
    for network in given["networks"]:
        figure.get_by_role("button", name=network["name"].capitalize()).click()
        figure.get_by_role("button", name=network["classes"][0], exact=True).click()
        expect(network_state(figure)).to_have_attribute("data-state", "ready")
        expect(figure.get_by_text("Nearest training pictures")).to_be_visible()
    late = [url for url in asked if any(part in url for part in LATE)]
    assert len(late) == len(set(late)) == 3 + 2 * len(given["networks"]), "each file once, the runtime once a page"


def test_loading_is_told_in_words(visit: OpenPage, figures: Figures) -> None:
    figure = start(visit, figures, DRAWING)
    held = []
    figure.page.route("**/*.onnx", lambda route: held.append(route))
    with figure.page.expect_request("**/*.onnx"):
        figure.get_by_role("button", name="bag").click()
    expect(network_state(figure)).to_contain_text("Loading the network")
    held[0].continue_()
    expect(network_state(figure)).to_contain_text("Ready")


def test_drawing_by_keyboard(visit: OpenPage, figures: Figures) -> None:
    figure = start(visit, figures, DRAWING)
    paper = figure.get_by_role("application")
    ink = """(canvas) => canvas.getContext("2d").getImageData(0, 0, 28, 28).data
        .reduce((sum, value, index) => sum + (index % 4 ? 0 : value), 0)"""
    figure.get_by_role("button", name="Digits").press("Enter")
    paper.press("Delete")
    assert paper.evaluate(ink) == 0
    expect(figure.locator(".dlvc-summary")).to_contain_text("An empty picture. Even so, most probable: ")
    for key in ["ArrowUp"] * 9:
        paper.press(key)
    assert paper.evaluate(ink) == 0, "the pen is up"
    paper.press(" ")
    for key in ["ArrowDown"] * 18:
        paper.press(key)
    drawn = paper.evaluate(ink)
    assert drawn > 18 * 255
    expect(figure.locator(".dlvc-hint")).to_contain_text("Pen down in column 15")
    expect(figure.locator(".dlvc-summary")).to_contain_text("Your picture. Most probable: 1,")
    figure.get_by_role("button", name="Eraser").press("Enter")
    for key in ["ArrowUp"] * 18:
        paper.press(key)
    assert paper.evaluate(ink) < drawn / 4
    figure.get_by_role("button", name="Reset").press("Enter")
    expect(figure.locator(".dlvc-summary")).to_contain_text("true label")
    expect(figure.locator(".dlvc-hint")).to_contain_text("Pen up in column 14, row 14")


def test_centring_is_the_readers_choice_and_only_for_digits(visit: OpenPage, figures: Figures) -> None:
    figure = start(visit, figures, DRAWING)
    tick = figure.get_by_label("Centre and scale")
    expect(tick).to_be_hidden()
    figure.get_by_role("button", name="Digits").click()
    expect(tick).to_be_checked()
    figure.get_by_role("button", name="7", exact=True).click()
    expect(figure.locator(".dlvc-summary")).to_contain_text("true label: 7")
    expect(tick).to_be_checked()
    tick.uncheck()
    figure.get_by_role("button", name="Clear").click()
    expect(figure.locator(".dlvc-summary")).to_contain_text("An empty picture")
    expect(tick).not_to_be_checked()


def test_an_example_stays_one_when_the_network_changes(visit: OpenPage, figures: Figures) -> None:
    figure = start(visit, figures, DRAWING)
    summary = figure.locator(".dlvc-summary")
    figure.get_by_role("button", name="bag").click()
    expect(summary).to_contain_text("Example from the test set, true label: bag. Most probable: ")
    figure.get_by_role("button", name="Digits").click()
    expect(summary).to_contain_text(
        re.compile(r"^Example from the test set of garments \(bag\)\. Most probable for the network for digits: \d, ")
    )
    figure.get_by_role("application").click()
    expect(summary).to_contain_text("Your picture. Most probable: ")


def test_drawing_by_pointer_and_touch_on_a_phone(visit: OpenPage, figures: Figures) -> None:
    figure = start(visit, figures, DRAWING, viewport={"width": 360, "height": 740}, has_touch=True)
    page = figure.page
    figure.get_by_role("button", name="Digits").tap()
    figure.get_by_role("button", name="Clear").tap()
    paper = figure.get_by_role("application")
    paper.scroll_into_view_if_needed()
    box = paper.bounding_box()
    assert box
    at = [(box["x"] + u * box["width"], box["y"] + v * box["height"]) for u, v in [(0.2, 0.2), (0.75, 0.2), (0.4, 0.9)]]
    page.touchscreen.tap(*at[0])
    expect(figure.locator(".dlvc-summary")).to_contain_text("Your picture")
    page.mouse.move(*at[0])
    page.mouse.down()
    for x, y in at[1:]:
        page.mouse.move(x, y, steps=10)
    page.mouse.up()
    expect(figure.locator(".dlvc-summary")).to_contain_text("Most probable: 7,")
    expect(figure.locator(".dlvc-hint")).to_contain_text("Pen up in column 12, row 26.")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_noise_changes_what_the_network_sees(visit: OpenPage, figures: Figures) -> None:
    figure = start(visit, figures, DRAWING)
    preview = figure.get_by_role("img", name="What the network sees")
    figure.get_by_role("button", name="bag").click()
    expect(network_state(figure)).to_have_attribute("data-state", "ready")
    clean, certain = preview.screenshot(), shown(figure)
    figure.get_by_label("Noise").press("End")
    assert eventually(lambda: farthest(shown(figure), certain) > 0.01)
    assert preview.screenshot() != clean


@pytest.mark.parametrize("part", [".onnx", ".gz", "ort.wasm.bundle.min.mjs", "page_kernel.js"])
def test_a_network_that_cannot_be_loaded_leaves_the_picture_and_a_sentence(
    visit: OpenPage, figures: Figures, part: str
) -> None:
    opened = visit()
    opened.page.route(f"**/*{part}", lambda route: route.fulfill(status=404, body="not found"))
    opened.goto(next(page for page, module in figures if module == DRAWING))
    figure = opened.page.locator(f"dlvc-live[module={DRAWING}]")
    figure.scroll_into_view_if_needed()
    figure.get_by_role("button", name="bag").click()
    expect(figure).to_have_attribute("data-state", "failed")
    expect(figure.locator("> .dlvc-status")).to_contain_text("could not be loaded, so this picture shows")
    expect(figure.locator("> img")).to_be_visible()
    expect(figure.locator("canvas")).to_have_count(0)
    opened.problems[:] = [problem for problem in opened.problems if "404" not in problem]


@pytest.mark.parametrize("part", ["digits.onnx", "digits.gz"])
def test_a_later_failure_keeps_the_drawing_and_the_network_that_works(
    visit: OpenPage, figures: Figures, part: str
) -> None:
    opened = visit(next(page for page, module in figures if module == DRAWING))
    figure = opened.page.locator(f"dlvc-live[module={DRAWING}]")
    page, paper, status = opened.page, figure.get_by_role("application"), network_state(figure)
    garments, digits = (figure.get_by_role("button", name=name) for name in ("Garments", "Digits"))
    ink = "(canvas) => Array.from(canvas.getContext('2d').getImageData(0, 0, 28, 28).data)"
    figure.scroll_into_view_if_needed()
    paper.click()
    expect(status).to_contain_text("Ready")
    drawn, probabilities = paper.evaluate(ink), shown(figure)
    page.route(f"**/*{part}", lambda route: route.abort())
    for _ in range(2):
        digits.click()
        expect(status).to_have_text("The network for digits could not be loaded. Try again by choosing it again.")
        expect(garments).to_have_attribute("aria-pressed", "true")
        expect(figure.get_by_role("button", name="bag")).to_be_visible()
        assert paper.evaluate(ink) == drawn
        assert farthest(shown(figure), probabilities) < 1e-4
    figure.get_by_role("button", name="bag").click()
    expect(figure.locator(".dlvc-summary")).to_contain_text("true label: bag")
    page.unroute(f"**/*{part}")
    digits.click()
    expect(status).to_contain_text("Ready")
    expect(digits).to_have_attribute("aria-pressed", "true")
    expect(figure.locator(".dlvc-summary")).to_contain_text("for the network for digits")
    opened.problems[:] = [problem for problem in opened.problems if "ERR_FAILED" not in problem]


def test_drawing_is_answered_by_the_kernel_in_jupyter(visit: OpenPage) -> None:
    torch.manual_seed(0)
    pictures = torch.rand(40, 1, 28, 28, generator=torch.Generator().manual_seed(1))
    known = TensorDataset(pictures, torch.arange(40) % 10)
    network = export(SoftmaxRegression((1, 28, 28), 10), pictures, "fresh")
    figure = DrawAndClassify(Classifier(network, list("abcdefghij"), known, known))
    page = visit().page

    def invoke(name: str, message: dict[str, Any], buffer: list[int]) -> list[int]:
        """What anywidget does in the kernel with a command."""
        _, (answer,) = getattr(figure, name)(message, [bytes(buffer)])
        return list(answer)

    page.expose_function("kernel", invoke)
    page.evaluate(
        """async ([source, state]) => {
            const figure = await import(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
            const listeners = {};
            const model = {
                get: (name) => state[name],
                set(name, value) { state[name] = value; listeners[`change:${name}`]?.(); },
                on(event, listener) { listeners[event] = listener; },
                off() {}, save_changes() {},
            };
            const invoke = async (name, message, { buffers: [pixels = []] }) => {
                const answer = await window.kernel(name, message, Array.from(new Uint8Array(pixels)));
                return [null, [new DataView(Uint8Array.from(answer).buffer)]];
            };
            const el = document.body.appendChild(document.createElement("div"));
            await figure.default.render({ model, el, experimental: { invoke } });
        }""",
        [bundle(DRAWING), figure.state()],
    )
    page.get_by_role("button", name="d", exact=True).click()
    expect(page.locator(".dlvc-state")).to_contain_text("Ready", timeout=30_000)  # the bytes go through JSON here
    expected = softmax(network.reference(pictures[3:4].mul(255).round().div(255))[0].double())
    assert farthest(shown(page.locator(".dlvc-figure")), expected) < 1e-4
