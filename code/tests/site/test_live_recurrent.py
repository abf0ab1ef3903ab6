"""The live figure of the chapter on recurrent networks: its numbers are PyTorch's, row by row, and its keys answer."""

import gzip
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import numpy_helper
from playwright.sync_api import Locator, expect
from torch import Tensor

from dlvc.live import RowStep
from dlvc.live.row_reader import read_rows
from dlvc.losses import softmax
from dlvc.models import SequenceClassifier
from visiting import OpenPage, eventually, farthest, files_of, page_with, running, state

MODULE = "row_reader"


@pytest.fixture(scope="session")
def page_with_it(site, pages) -> str:
    """Path of the page with the figure."""
    return page_with(MODULE, site, pages)


def start(visit: OpenPage, path: str, **options: object) -> Locator:
    return running(visit(path, **options).page.locator(f"dlvc-live[module={MODULE}]"))


def files(site: Path, path: str) -> tuple[Path, Path]:
    """The network's file, and that of the examples."""
    found = {name.rpartition(".")[2]: file for name, file in files_of(MODULE, site / path).items()}
    return found["onnx"], found["gz"]


def pytorchs(network: Path, classes: int, units: int) -> RowStep:
    """The step of this book that has a file's weights."""
    weights = {each.name: torch.tensor(numpy_helper.to_array(each)) for each in onnx.load(network).graph.initializer}
    step = RowStep(SequenceClassifier(28, units, classes))
    step.load_state_dict({name: weights[name] for name in step.state_dict()})
    return step


def shown(figure: Locator) -> tuple[Tensor, Tensor]:
    """The beliefs, and the numbers of the chosen unit: r, z, n, h."""
    found: list[float] = figure.evaluate(
        "(tag) => [...tag.querySelectorAll('output[data-number]')].map((each) => Number(each.dataset.number))"
    )
    return torch.tensor(found[:-4]), torch.tensor(found[-4:])


def test_the_page_reads_as_pytorch_does(visit: OpenPage, page_with_it: str, site: Path) -> None:
    figure = start(visit, page_with_it)
    network = state(figure)["network"]
    classes, units, examples = (network[name] for name in ("classes", "units", "examples"))
    assert examples >= 32
    written, packed = files(site, page_with_it)
    assert written.stat().st_size + packed.stat().st_size == network["bytes"]
    file = gzip.decompress(packed.read_bytes())
    pictures = torch.tensor(np.frombuffer(file, np.uint8, examples * 784)).view(-1, 1, 28, 28).float() / 255
    labels = np.frombuffer(file, np.uint8, examples, examples * 784)
    recorded = torch.tensor(np.frombuffer(file, np.float32, offset=examples * 785)).view(examples, 28, classes)
    with torch.no_grad():
        traces = read_rows(pytorchs(written, classes, units), pictures, units)
    # What PyTorch said when the chapter was executed, and what it says now to the file's weights.
    torch.testing.assert_close(traces[:, :, :classes], recorded, rtol=0, atol=1e-4)
    figure.get_by_label("Unit").press("ArrowRight")
    rows = figure.get_by_label("Rows read")
    for place in range(examples):
        label, row = int(labels[place]), 28 - place % 28
        figure.get_by_role("button", name=str(label), exact=True).click()
        expect(figure.locator(".dlvc-summary")).to_contain_text(f"Test picture of a {label}")
        if row == 28:
            rows.press("End")
        expected = softmax(traces[place, row - 1, :classes])
        unit = traces[place, row - 1, classes:].view(4, units)[:, 1]
        assert eventually(lambda expected=expected: farthest(shown(figure)[0], expected) < 1e-4)
        _, numbers = shown(figure)
        torch.testing.assert_close(numbers, unit, rtol=0, atol=1e-4)
        rows.press("ArrowLeft")
    expect(figure.locator(".dlvc-state")).to_contain_text(f"On {examples} test pictures")


def test_the_first_picture_is_shown_before_anything_is_loaded(visit: OpenPage, page_with_it: str) -> None:
    figure = start(visit, page_with_it)
    given = state(figure)
    logits = torch.tensor(given["logits"]).view(28, -1)
    rows = figure.get_by_label("Rows read")
    for key, row in [("End", 28), ("Home", 1), ("ArrowRight", 2)]:
        rows.press(key)
        torch.testing.assert_close(shown(figure)[0], softmax(logits[row - 1]), rtol=0, atol=1e-5)
        expect(figure.locator(".dlvc-summary")).to_contain_text(f"After {row} of 28 rows")
    expect(figure.locator(".dlvc-state")).to_have_attribute("data-state", "idle")


def test_it_reads_by_itself_and_stops(visit: OpenPage, page_with_it: str) -> None:
    figure = start(visit, page_with_it)
    figure.get_by_role("button", name="Read", exact=True).press("Enter")
    figure.get_by_role("button", name="Pause").press("Enter")
    figure.get_by_label("Rows read").press("End")
    figure.get_by_label("Rows read").press("ArrowLeft")
    figure.get_by_role("button", name="Read", exact=True).press("Enter")
    expect(figure.locator(".dlvc-summary")).to_contain_text("After 28 of 28 rows")
    expect(figure.get_by_role("button", name="Read", exact=True)).to_be_visible()


def test_it_jumps_where_motion_is_unwanted(visit: OpenPage, page_with_it: str) -> None:
    figure = start(visit, page_with_it, reduced_motion="reduce")
    figure.get_by_label("Rows read").press("Home")
    figure.get_by_role("button", name="Read", exact=True).press("Enter")
    expect(figure.locator(".dlvc-summary")).to_contain_text("After 28 of 28 rows")


def test_drawing_by_keyboard_is_read(visit: OpenPage, page_with_it: str) -> None:
    figure = start(visit, page_with_it)
    paper = figure.get_by_role("application")
    paper.press("Delete")
    expect(figure.locator(".dlvc-state")).to_have_attribute("data-state", "ready")
    empty = shown(figure)[0]
    paper.press("Space")
    for _ in range(6):
        paper.press("ArrowDown")
    expect(figure.locator(".dlvc-summary")).to_contain_text("Your picture")
    assert eventually(lambda: farthest(shown(figure)[0], empty) > 0.05)
    figure.get_by_role("button", name="Reset").press("Enter")
    expect(figure.locator(".dlvc-summary")).to_contain_text("Test picture of a")


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_it_fits_a_telephone(visit: OpenPage, page_with_it: str, color_scheme: str) -> None:
    figure = start(visit, page_with_it, viewport={"width": 360, "height": 740}, color_scheme=color_scheme)
    widest = figure.evaluate(
        "(tag) => Math.max(...[...tag.querySelectorAll('*')].map((each) => each.getBoundingClientRect().right))"
    )
    assert widest <= 360
