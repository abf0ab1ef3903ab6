"""The live figures of the chapter on adversarial networks on their page: PyTorch's numbers, by keyboard too."""

import gzip
import re
from functools import partial
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from playwright.sync_api import Locator, expect

from dlvc import games
from dlvc.live import on_ring
from visiting import OpenPage, computed, eventually, farthest, files_of, pixels, running, state

PLAYERS, WALK = "two_players", "latent_walk"
PAGE = "generative/gan.html"


def start(visit: OpenPage, module: str, **options: object) -> Locator:
    return running(visit(PAGE, **options).page.locator(f"dlvc-live[module={module}]"))


def place(figure: Locator) -> list[float]:
    """The players' weights and the value, with all digits."""
    return [float(number) for number in (figure.locator(".dlvc-summary").get_attribute("data-place") or "").split()]


def expected(settings: dict, steps: int) -> list[float]:
    value = partial(games.one_pixel_value, spread=settings["spread"], logs=settings["kind"] == "logs")
    begin = torch.tensor(settings["start"], dtype=torch.float64)
    end = games.play(value, begin, lr=settings["rate"], steps=steps, turns=settings["turns"])[-1]
    return [*end.tolist(), value(end).item()]


def test_players_move_as_in_python(visit: OpenPage) -> None:
    figure = start(visit, PLAYERS)
    settings = state(figure)
    assert place(figure) == pytest.approx(expected(settings, 0), rel=1e-9)
    step = figure.get_by_role("button", name="One step")
    for _ in range(3):
        step.press("Enter")
    assert place(figure) == pytest.approx(expected(settings, 3), rel=1e-9)
    figure.get_by_role("button", name="Without logarithms").press("Enter")
    settings["kind"] = "none"
    figure.get_by_label("Spread s").press("Home")
    settings["spread"] = 0.0
    figure.get_by_label("Learning rate η").press("End")
    settings["rate"] = 1.0
    figure.get_by_label("Generator b").press("End")
    figure.get_by_label("Discriminator w").press("Home")
    settings["start"] = [-2.0, 7.0]
    figure.get_by_label("The players take turns").press("Space")
    settings["turns"] = True
    assert place(figure) == pytest.approx(expected(settings, 0), rel=1e-9)
    step.press("Enter")
    assert place(figure) == pytest.approx(expected(settings, 1), rel=1e-9)
    figure.get_by_role("button", name="Reset").press("Enter")
    assert place(figure) == pytest.approx(expected(state(figure), 0), rel=1e-9)


def test_players_run_to_the_equilibrium_without_motion_where_that_is_asked_for(visit: OpenPage) -> None:
    figure = start(visit, PLAYERS, reduced_motion="reduce")
    figure.get_by_role("button", name="Run").press("Enter")
    assert place(figure) == pytest.approx(expected(state(figure), 600), abs=1e-9)
    expect(figure.locator(".dlvc-summary")).to_contain_text("Step 600: w = 0.000, b = 3.000")


def test_arrow_keys_turn_the_surface(visit: OpenPage) -> None:
    figure = start(visit, PLAYERS)
    surface = figure.locator("canvas")
    before = surface.screenshot()
    surface.press("ArrowLeft")
    assert surface.screenshot() != before


@pytest.mark.parametrize("module", [PLAYERS, WALK])
@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_moves_when_a_figure_starts(visit: OpenPage, module: str, width: int) -> None:
    opened = visit(viewport={"width": width, "height": 740})
    opened.goto(PAGE)
    opened.lay_out()
    figure = opened.page.locator(f"dlvc-live[module={module}]")
    before = figure.evaluate("(tag) => tag.getBoundingClientRect().height")
    running(figure)
    opened.page.wait_for_timeout(100)
    box = figure.evaluate(
        "(tag) => ({height: tag.getBoundingClientRect().height, width: innerWidth,"
        " right: Math.max(...[...tag.querySelectorAll('*')].map((e) => e.getBoundingClientRect().right))})"
    )
    assert box["height"] == pytest.approx(before, abs=1)
    assert box["right"] <= box["width"]


@pytest.fixture(scope="session")
def files(site: Path) -> dict[str, Path]:
    """The walk's files by name."""
    return files_of(WALK, site / PAGE)


def drawn(network: Path, z: torch.Tensor) -> torch.Tensor:
    """Pixels in [0, 1] as Python's onnxruntime computes them from the page's file."""
    session = onnxruntime.InferenceSession(network, providers=["CPUExecutionProvider"])
    return torch.from_numpy(session.run(["logits"], {"pictures": z.numpy()})[0])


def test_generator_draws_pytorchs_pixels(visit: OpenPage, files: dict[str, Path]) -> None:
    figure = start(visit, WALK)
    name, latent = state(figure)["name"], state(figure)["latent"]
    assert files[f"{name}.onnx"].stat().st_size <= 500_000
    content = gzip.decompress(files[f"{name}.gz"].read_bytes())
    codes = torch.tensor(np.frombuffer(content, np.float32, 32 * latent)).view(32, latent)
    # What PyTorch drew when the chapter was executed.
    recorded = torch.tensor(np.frombuffer(content, np.uint16, offset=128 * latent).astype(np.float32) / 65535)
    shown = torch.tensor(computed(figure, name, codes.tolist()))
    torch.testing.assert_close(shown, recorded, rtol=0, atol=1e-4)


def test_sliders_walk_by_keyboard(visit: OpenPage, files: dict[str, Path]) -> None:
    figure = start(visit, WALK)
    given = state(figure)
    large = figure.get_by_label("What the generator draws")
    assert pixels(large) == given["pixels"], "before anything is loaded"
    figure.get_by_label("Angle").press("ArrowRight")
    figure.get_by_label("Length of z").press("ArrowLeft")
    expect(figure.locator(".dlvc-state")).to_contain_text(re.compile("Ready. In 32 pictures, .* at most"))
    z = 0.95 * on_ring(torch.tensor(given["pair"]), torch.tensor([1 / 360]))
    wanted = (255 * drawn(files[f"{given['name']}.onnx"], z)).round().flatten()
    assert eventually(lambda: farthest(torch.tensor(pixels(large)), wanted) <= 1), "another picture"
    ring = figure.locator(".dlvc-ring canvas").first
    before = pixels(ring)
    figure.get_by_role("button", name="Other pictures").press("Enter")
    expect(figure.locator(".dlvc-summary")).to_contain_text("At 1°")
    assert eventually(lambda: pixels(ring) != before)
    figure.get_by_role("button", name="Reset").press("Enter")
    expect(figure.locator(".dlvc-summary")).to_contain_text("At 0°")


def test_a_generator_that_draws_otherwise_is_noticed(visit: OpenPage, files: dict[str, Path]) -> None:
    figure = start(visit, WALK)
    packed = files[f"{state(figure)['name']}.gz"]
    content = bytearray(gzip.decompress(packed.read_bytes()))
    content[-2:] = bytes(255 - byte for byte in content[-2:])
    figure.page.route(f"**/{packed.name}", lambda route: route.fulfill(body=gzip.compress(bytes(content))))
    figure.get_by_label("Angle").press("ArrowRight")
    expect(figure).to_have_attribute("data-state", "failed")
    expect(figure.locator("> img")).to_be_visible()
