"""The plane of codes on its page: its decoders draw PyTorch's pixels, by keyboard, pointer and slider."""

import gzip
import re
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import numpy_helper
from playwright.sync_api import Locator, expect

from dlvc.models.vae import Decoder
from visiting import OpenPage, computed, eventually, farthest, files_of, page_with, pixels, running, state

MODULE = "latent_plane"


@pytest.fixture(scope="session")
def page_with_it(site: Path, pages: list[str]) -> str:
    """Path of the page with the figure."""
    return page_with(MODULE, site, pages)


@pytest.fixture(scope="session")
def files(site: Path, page_with_it: str) -> dict[str, Path]:
    """The figure's files by name."""
    return files_of(MODULE, site / page_with_it)


def start(visit: OpenPage, path: str, **options: object) -> Locator:
    return running(visit(path, **options).page.locator(f"dlvc-live[module={MODULE}]"))


def pytorchs(network: Path) -> Decoder:
    """The decoder of this book that has a file's weights."""
    weights = {each.name: torch.tensor(numpy_helper.to_array(each)) for each in onnx.load(network).graph.initializer}
    hidden = [len(weights[f"0.layers.{layer}.bias"]) for layer in (0, 2)]
    decoder = Decoder(2, hidden)
    decoder.load_state_dict({name: weights[name] for name in decoder.state_dict()})
    return decoder


def test_every_decoder_draws_pytorchs_pixels(visit: OpenPage, page_with_it: str, files: dict[str, Path]) -> None:
    figure = start(visit, page_with_it)
    slider = figure.get_by_label("Model")
    slider.press("Home")
    for model in state(figure)["models"]:
        name = model["name"]
        assert files[f"{name}.onnx"].stat().st_size <= 500_000
        content = gzip.decompress(files[f"{name}.gz"].read_bytes())
        codes = torch.tensor(np.frombuffer(content, np.float32, 64)).view(32, 2)
        with torch.no_grad():
            expected = pytorchs(files[f"{name}.onnx"])(codes).flatten()
        recorded = torch.tensor(np.frombuffer(content, np.uint16, offset=256).astype(np.float32) / 65535)
        torch.testing.assert_close(expected, recorded, rtol=0, atol=1e-4)
        shown = torch.tensor(computed(figure, name, codes.tolist()))
        torch.testing.assert_close(shown, expected, rtol=0, atol=1e-4)
        expect(slider).to_have_attribute("aria-valuetext", model["title"])
        slider.press("ArrowRight")
    expect(figure.locator(".dlvc-state")).to_contain_text(re.compile("Ready. In 32 pictures, .* at most"))


def test_keyboard_and_pointer_move_the_cross(visit: OpenPage, page_with_it: str, files: dict[str, Path]) -> None:
    figure = start(visit, page_with_it)
    given = state(figure)
    model = given["models"][given["model"]]
    plane = figure.get_by_role("application")
    decoded = figure.get_by_label("What the decoder draws at the cross")
    decoder = pytorchs(files[f"{model['name']}.onnx"])

    def check(z: list[float]) -> None:
        where = ", ".join(f"{value:.2f}".replace("-", "−") for value in z)
        expect(figure.locator(".dlvc-summary")).to_contain_text(f"z = ({where})")
        expect(figure.locator(".dlvc-state")).to_contain_text("Ready")
        with torch.no_grad():
            expected = (255 * decoder(torch.tensor([z]))).round().flatten()
        assert eventually(lambda: farthest(torch.tensor(pixels(decoded)), expected) <= 1), "another picture"

    beside = figure.get_by_label("The nearest test picture")
    assert pixels(decoded) == given["pixels"], "before anything is loaded"
    assert pixels(beside) == given["near"], "before anything is loaded"
    step = 2 * model["extent"] / 60
    x, y = given["z"]
    for _ in range(3):
        plane.press("ArrowRight")
    plane.press("Shift+ArrowDown")
    x, y = x + 3 * step, y - 5 * step
    check([x, y])
    nearest = min(model["codes"], key=lambda code: (code[0] - x) ** 2 + (code[1] - y) ** 2)
    place = model["codes"].index(nearest)
    name = given["classes"][given["labels"][place]]
    expect(figure.locator(".dlvc-pair")).to_contain_text(f"Nearest test picture: {name}")
    bank = np.frombuffer(gzip.decompress(files["pictures.gz"].read_bytes()), np.uint8).reshape(-1, 784)
    assert pixels(beside) == bank[place].tolist()
    box = plane.bounding_box()
    assert box
    figure.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    figure.page.mouse.down()
    figure.page.mouse.move(box["x"] + 0.75 * box["width"], box["y"] + 0.25 * box["height"], steps=3)
    figure.page.mouse.up()
    words = figure.locator(".dlvc-summary").inner_text()
    found = [float(number.replace("−", "-")) for number in re.findall(r"[−-]?\d+\.\d+", words)[:2]]
    assert found == pytest.approx([model["extent"] / 2, model["extent"] / 2], abs=0.05)
    figure.get_by_role("button", name="Reset").press("Enter")
    check(given["z"])


def test_pictures_fill_the_plane(visit: OpenPage, page_with_it: str) -> None:
    figure = start(visit, page_with_it)
    plane = figure.get_by_role("application")
    before = plane.screenshot()
    figure.get_by_role("button", name="Pictures").press("Enter")
    expect(figure.get_by_role("button", name="Pictures")).to_have_attribute("aria-pressed", "true")
    expect(figure.locator(".dlvc-state")).to_contain_text("Ready")
    grey = """(canvas) => { const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
        let grey = 0;
        for (let i = 0; i < data.length; i += 4) grey += data[i + 3] === 255 && data[i] === data[i + 1];
        return grey / (data.length / 4); }"""
    assert eventually(lambda: plane.evaluate(grey) > 0.9)
    assert plane.screenshot() != before
    figure.get_by_role("button", name="Draw z from the prior").press("Enter")
    x, y = (f"{value:.2f}".replace("-", "−") for value in state(figure)["z"])
    expect(figure.locator(".dlvc-summary")).not_to_contain_text(f"z = ({x}, {y})")


def test_swapped_decoders_are_noticed(visit: OpenPage, page_with_it: str, files: dict[str, Path]) -> None:
    figure = start(visit, page_with_it)
    given = state(figure)
    name = given["models"][given["model"]]["name"]
    other = next(file for file in files if file.endswith(".onnx") and file != f"{name}.onnx")
    figure.page.route(f"**/*-{name}.onnx", lambda route: route.fulfill(path=files[other]))
    figure.get_by_role("application").press("ArrowUp")
    expect(figure).to_have_attribute("data-state", "failed")
    expect(figure.locator("> img")).to_be_visible()


def test_a_decoder_that_failed_is_loaded_at_the_next_change(visit: OpenPage, page_with_it: str) -> None:
    opened = visit(page_with_it)
    figure = running(opened.page.locator(f"dlvc-live[module={MODULE}]"))
    status, plane = figure.locator(".dlvc-state"), figure.get_by_role("application")
    plane.press("ArrowUp")
    expect(status).to_contain_text("Ready")
    opened.page.route("**/*.onnx", lambda route: route.abort())
    figure.get_by_label("Model").press("ArrowRight" if state(figure)["model"] == 0 else "ArrowLeft")
    expect(status).to_have_text("The decoder could not be loaded. Move the cross to try again.")
    expect(figure).to_have_attribute("data-state", "ready")  # the figure itself stays
    opened.page.unroute("**/*.onnx")
    plane.press("ArrowUp")
    expect(status).to_contain_text("Ready")
    opened.problems[:] = [problem for problem in opened.problems if "ERR_FAILED" not in problem]
