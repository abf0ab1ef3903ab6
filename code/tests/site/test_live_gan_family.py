"""The mixer of styles on its page: its generator draws PyTorch's pixels, by keyboard and pointer."""

import gzip
import re
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import numpy_helper
from playwright.sync_api import Locator, expect

from dlvc.live import ByLevel
from dlvc.models import StyleGenerator
from visiting import OpenPage, computed, eventually, farthest, files_of, page_with, pixels, running, state

MODULE = "style_mixer"


@pytest.fixture(scope="session")
def page_with_it(site: Path, pages: list[str]) -> str:
    """Path of the page with the figure."""
    return page_with(MODULE, site, pages)


@pytest.fixture(scope="session")
def files(site: Path, page_with_it: str) -> dict[str, Path]:
    """The figure's files by name."""
    return files_of(MODULE, site / page_with_it)


@pytest.fixture(scope="session")
def pytorchs(files: dict[str, Path]) -> ByLevel:
    """The generator of this book that has the page's weights."""
    network = next(path for name, path in files.items() if name.endswith(".onnx"))
    weights = {each.name: torch.tensor(numpy_helper.to_array(each)) for each in onnx.load(network).graph.initializer}
    generator = StyleGenerator(12, 32, 4, 1, 4)
    own = generator.state_dict()  # the mapping network isn't on the page: it stays in Python
    own |= {name: weights[f"generator.{name}"] for name in own if f"generator.{name}" in weights}
    generator.load_state_dict(own)
    return ByLevel(generator.eval())


def start(visit: OpenPage, path: str, **options: object) -> Locator:
    return running(visit(path, **options).page.locator(f"dlvc-live[module={MODULE}]"))


def test_the_page_draws_pytorchs_pixels(
    visit: OpenPage, page_with_it: str, files: dict[str, Path], pytorchs: ByLevel
) -> None:
    figure = start(visit, page_with_it)
    given = state(figure)
    name, width = given["name"], 3 * len(given["styles"][0])
    assert files[f"{name}.onnx"].stat().st_size <= 500_000
    content = gzip.decompress(files[f"{name}.gz"].read_bytes())
    mixtures = torch.tensor(np.frombuffer(content, np.float32, 32 * width)).view(32, width)
    with torch.no_grad():
        expected = pytorchs(mixtures).flatten()
    recorded = np.frombuffer(content, np.uint16, offset=4 * 32 * width).astype(np.float32) / 65535
    torch.testing.assert_close(torch.tensor(recorded), expected, rtol=0, atol=1e-4)
    shown = torch.tensor(computed(figure, name, mixtures.tolist()))
    torch.testing.assert_close(shown, expected, rtol=0, atol=1e-4)


def test_buttons_and_sliders_make_the_mixture(visit: OpenPage, page_with_it: str, pytorchs: ByLevel) -> None:
    figure = start(visit, page_with_it)
    given = state(figure)
    w = torch.tensor(given["styles"])
    ways = torch.tensor([direction["step"] for direction in given["directions"]])
    canvases = [figure.get_by_label(label, exact=True) for label in ("Picture A", "Picture B", "The mixture")]
    assert [pixels(canvas) for canvas in canvases] == given["pixels"], "before anything is loaded"

    def check(chosen: list[int], sources: list[int], steps: list[float]) -> None:
        pair = w[chosen]
        rows = torch.stack([pair[[0, 0, 0]], pair[[1, 1, 1]], pair[sources] + torch.tensor(steps) @ ways])
        with torch.no_grad():
            expected = (255 * pytorchs(rows.flatten(1))).round()

        def drawn() -> bool:
            shown = torch.tensor([pixels(canvas) for canvas in canvases], dtype=torch.float32)
            return farthest(shown, expected) <= 1

        assert eventually(drawn), "other pictures"

    coarse = figure.get_by_role("group", name="Coarse levels")
    coarse.get_by_role("button", name="B").press("Enter")
    expect(figure.locator(".dlvc-state")).to_contain_text(re.compile("Ready. In 32 pictures, .* at most"))
    check(given["chosen"], [1, 0, 1], [0.0, 0.0])
    expect(coarse.get_by_role("button", name="B")).to_have_attribute("aria-pressed", "true")
    figure.get_by_role("button", name="Another A").press("Enter")
    sliders = figure.locator("input[type=range]")
    sliders.nth(0).press("End")
    sliders.nth(1).press("ArrowLeft")
    chosen = [given["chosen"][0] + 1, given["chosen"][1]]
    check(chosen, [1, 0, 1], [given["reach"], -0.1])
    words = figure.locator(".dlvc-summary")
    expect(words).to_contain_text("coarse levels of B, middle levels of A, fine levels of B")
    expect(words).to_contain_text(f"slant {given['reach']:.1f}, ink −0.1")
    figure.get_by_role("button", name="Reset").click()
    check(given["chosen"], given["sources"], given["steps"])


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_it_fits_a_telephone_and_moves_nothing(visit: OpenPage, page_with_it: str, color_scheme: str) -> None:
    opened = visit(page_with_it, viewport={"width": 360, "height": 740}, color_scheme=color_scheme)
    opened.lay_out()
    figure = opened.page.locator(f"dlvc-live[module={MODULE}]")
    before = figure.evaluate("(tag) => tag.getBoundingClientRect().height")
    running(figure)
    box = figure.evaluate(
        "(tag) => ({inner: Math.max(...[...tag.querySelectorAll('*')].map((e) => e.getBoundingClientRect().right)),"
        " height: tag.getBoundingClientRect().height, width: innerWidth})"
    )
    assert box["inner"] <= box["width"]
    assert box["height"] == pytest.approx(before, abs=1)
