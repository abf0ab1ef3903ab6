"""The live figure of the chapter on fastai: its numbers are Python's, keys and pointer move the answer."""

import pytest
import torch
from playwright.sync_api import Locator, expect

from dlvc.live.move_the_answer import moved, scores
from visiting import OpenPage, page_with, running, state

MODULE = "move_the_answer"


@pytest.fixture(scope="session")
def page_with_it(site, pages) -> str:
    """Path of the page with the figure."""
    return page_with(MODULE, site, pages)


def start(visit: OpenPage, path: str, **options: object) -> Locator:
    return running(visit(path, **options).page.locator(f"dlvc-live[module={MODULE}]"))


def shown(figure: Locator) -> list[float]:
    return [float(cell.get_attribute("data-number")) for cell in figure.locator("td.dlvc-value").all()]


def expand(runs: list[int], side: int) -> torch.Tensor:
    inside = torch.arange(len(runs)) % 2 == 1
    return inside.repeat_interleave(torch.tensor(runs)).view(side, side)


def expected(scene: dict, kind: str, right: float, down: float, size: float) -> list[float]:
    mask, answered = (expand(scene[name], scene["side"]) for name in ("mask", "answered_mask"))
    box, edges = (torch.tensor(scene[name], dtype=torch.float64) for name in ("box", "answered_box"))
    if kind == "The truth":
        answered, edges = mask, box
    centre = (edges[:2] + edges[2:]) / 2
    twice = centre.repeat(2)
    moved_box = (edges - twice) * size + twice + torch.tensor([right, down] * 2)
    return list(scores(mask, box, moved(answered, centre.tolist(), right, down, size), moved_box).values())


def test_scores_equal_pythons_wherever_the_answer_is(visit: OpenPage, page_with_it: str) -> None:
    figure = start(visit, page_with_it)
    scenes, compared = state(figure)["scenes"], 0
    paper = figure.locator("canvas")
    for index, scene in enumerate(scenes[:4]):
        figure.get_by_role("button", name=f"Picture {index + 1}").press("Enter")
        for kind in ("The network’s answer", "The truth"):
            figure.get_by_role("button", name=kind).press("Enter")
            right, down, size = 0.0, 0.0, 1.0
            for keys, (x, y, by) in {
                "": (0, 0, 0),
                "→→→↓": (3, 1, 0),
                "++": (0, 0, 0.1),
                "←↑↑-": (-1, -2, -0.05),
            }.items():
                for key in keys:
                    paper.press({"→": "ArrowRight", "←": "ArrowLeft", "↑": "ArrowUp", "↓": "ArrowDown"}.get(key, key))
                right, down, size = right + x, down + y, round(size + by, 2)
                assert shown(figure) == pytest.approx(expected(scene, kind, right, down, size), abs=1e-4)
                compared += 1
    assert compared == 32


def test_nothing_has_only_the_scores_of_the_background(visit: OpenPage, page_with_it: str) -> None:
    figure = start(visit, page_with_it)
    figure.get_by_role("button", name="Background only").press("Enter")
    pixel, background, of_object, mean, dice, box, l1 = shown(figure)
    assert pixel == background == 2 * mean > 0.3
    assert of_object == dice == box == 0
    assert l1 != l1  # there is no box
    expect(figure.locator("td.dlvc-value").last).to_have_text("–")


def test_pointer_sliders_and_reset(visit: OpenPage, page_with_it: str) -> None:
    figure = start(visit, page_with_it)
    before = shown(figure)
    paper = figure.locator("canvas")
    place = paper.bounding_box()
    mouse = figure.page.mouse
    mouse.move(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    mouse.down()
    mouse.move(place["x"] + place["width"] * 0.7, place["y"] + place["height"] / 2)
    mouse.up()
    assert float(figure.get_by_role("slider", name="Right").input_value()) > 5
    assert shown(figure) != before
    figure.get_by_role("slider", name="Size").press("End")
    expect(figure.get_by_role("slider", name="Size")).to_have_attribute("aria-valuetext", "× 2.00")
    figure.get_by_role("button", name="Reset").press("Enter")
    assert shown(figure) == before


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_it_fits_a_telephone(visit: OpenPage, page_with_it: str, color_scheme: str) -> None:
    figure = start(visit, page_with_it, viewport={"width": 360, "height": 740}, color_scheme=color_scheme)
    box = figure.evaluate(
        "(tag) => ({inner: Math.max(...[...tag.querySelectorAll('*')].map((e) => e.getBoundingClientRect().right)),"
        " width: innerWidth})"
    )
    assert box["inner"] <= box["width"]
