"""The live figure of the chapter on training: its numbers are PyTorch's, its controls answer, its words agree."""

import re
from collections.abc import Sequence

import pytest
import torch
from playwright.sync_api import Locator, expect

from dlvc.figures import spread
from dlvc.live.signal_through_depth import normals, signals
from visiting import OpenPage, page_with, running, state

MODULE = "signal_through_depth"


@pytest.fixture(scope="session")
def page_with_it(site, pages) -> str:
    """Path of the page with the figure."""
    return page_with(MODULE, site, pages)


def start(visit: OpenPage, path: str, **options: object) -> Locator:
    return running(visit(path, **options).page.locator(f"dlvc-live[module={MODULE}]"))


def shown(figure: Locator) -> tuple[list[float], list[float]]:
    """The numbers of the rows that can be seen: spreads of the values, deviations of the gradients."""
    cells = figure.locator("tbody td.dlvc-value")
    numbers = [float(cell.get_attribute("data-number")) for cell in cells.all() if cell.is_visible()]
    return numbers[::2], numbers[1::2]


def expected(given: dict) -> tuple[list[float], list[float]]:
    values, gradients = signals(**given)
    return [spread(value) for value in values], [gradient.std(correction=0).item() for gradient in gradients]


def agree(ours: Sequence[Sequence[float]], theirs: Sequence[Sequence[float]]) -> None:
    for a, b in zip(ours, theirs, strict=True):
        # Below 1e-12, a spread around one half is lost in the 16 digits of a number.
        assert list(a) == pytest.approx(list(b), rel=1e-4, abs=1e-12)


@pytest.mark.parametrize("normalised", [False, True])
@pytest.mark.parametrize("activation", ["Sigmoid", "Tanh", "ReLU"])
def test_every_layer_has_pytorchs_numbers(
    visit: OpenPage, page_with_it: str, activation: str, normalised: bool
) -> None:
    figure = start(visit, page_with_it)
    given = state(figure)
    agree(shown(figure), expected(given))
    figure.get_by_role("button", name=activation, exact=True).press("Enter")
    given["activation"] = activation.lower()
    agree(shown(figure), expected(given))
    if normalised:
        figure.get_by_label("Batch normalisation").press("Space")
        given["normalised"] = True
    for name, gain in [("PyTorch’s default", 3**-0.5), ("Xavier", 1.0), ("He", 2**0.5)]:
        figure.get_by_role("button", name=name, exact=True).press("Enter")
        given["gain"] = gain
        agree(shown(figure), expected(given))
    figure.get_by_label("Layers").press("End")
    given["depth"] = 16
    agree(shown(figure), expected(given))
    figure.get_by_role("button", name="Draw other weights").press("Enter")
    given["seed"] += 1
    agree(shown(figure), expected(given))
    figure.locator("input[type=range]").first.press("Home")
    given["gain"] = 0.1
    agree(shown(figure), expected(given))
    figure.get_by_role("button", name="Reset").press("Enter")
    agree(shown(figure), expected(state(figure)))


def test_words_and_rows_say_the_same(visit: OpenPage, page_with_it: str) -> None:
    figure = start(visit, page_with_it)
    figure.get_by_label("Layers").press("Home")
    spreads, deviations = shown(figure)
    assert len(spreads) == 2
    words = figure.locator(".dlvc-summary").inner_text().translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))
    said = [float(a) * 10 ** int(b or 0) for a, b in re.findall(r"(\d\.\d+)(?:·10(-?\d+))?", words)]
    assert said == pytest.approx([spreads[0], spreads[-1], deviations[-1], deviations[0]], rel=0.005)
    expect(figure.get_by_role("button", name="Sigmoid")).to_have_attribute("aria-pressed", "true")
    expect(figure.get_by_role("button", name="Tanh")).to_have_attribute("aria-pressed", "false")


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_it_fits_a_telephone(visit: OpenPage, page_with_it: str, color_scheme: str) -> None:
    figure = start(visit, page_with_it, viewport={"width": 360, "height": 740}, color_scheme=color_scheme)
    box = figure.evaluate(
        "(tag) => ({inner: Math.max(...[...tag.querySelectorAll('*')].map((e) => e.getBoundingClientRect().right)),"
        " width: innerWidth})"
    )
    assert box["inner"] <= box["width"]


def test_numbers_of_python_are_standard_normal_and_blocks_differ() -> None:
    blocks = torch.stack([normals(3, block) for block in range(22)])
    assert abs(blocks.mean().item()) < 0.02
    assert blocks.std().item() == pytest.approx(1, abs=0.02)
    assert blocks.flatten().unique().numel() > 0.999 * blocks.numel()
