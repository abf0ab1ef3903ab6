"""Live figures without a browser: their mathematics against dlvc's, what they put on a page, bad input."""

import json
import re
import subprocess
import sys

import numpy as np
import pytest
import torch
from bs4 import BeautifulSoup, Tag
from py_mini_racer import MiniRacer

from dlvc.live import LiveFigure, LossLandscape, SoftmaxTemperature
from dlvc.live.figure import FOLDER, bundle
from dlvc.live.loss_landscape import loss
from dlvc.losses import softmax

FIGURES = [SoftmaxTemperature, LossLandscape]


def script(module: str) -> MiniRacer:
    """A JavaScript engine that has run a figure's module as Jupyter gets it."""
    source = bundle(module)
    assert "import " not in re.sub(r"//.*|/\*.*?\*/", "", source, flags=re.DOTALL)
    engine = MiniRacer()
    engine.eval(re.sub(r"^export (default .*)?", "", source, flags=re.MULTILINE))
    return engine


def make(figure: type[LiveFigure]) -> LiveFigure:
    if figure is SoftmaxTemperature:
        return SoftmaxTemperature([2.0, -1.0, 0.5], ["T-shirt", "Trouser", "Bag"], temperature=0.7)
    return LossLandscape()


def element(figure: LiveFigure) -> Tag:
    found = BeautifulSoup(figure.html(), "html.parser").find("dlvc-live")
    assert isinstance(found, Tag)
    return found


@pytest.mark.parametrize("temperature", [0.1, 1.0, 10.0])
def test_softmax_in_the_page_equals_dlvc(temperature: float) -> None:
    engine = script("softmax_temperature")
    generator = np.random.default_rng(0)
    for logits in [*generator.normal(0, 4, (20, 10)), np.array([1000.0, 0.0, -1000.0])]:
        ours = engine.call("softmax", logits.tolist(), temperature)
        theirs = softmax(torch.tensor(logits), temperature)
        torch.testing.assert_close(torch.tensor(list(ours), dtype=torch.float64), theirs, rtol=0, atol=1e-12)


def test_entropy_in_the_page_is_in_bits() -> None:
    engine = script("softmax_temperature")
    assert engine.call("entropy", [0.25] * 4) == 2
    assert engine.call("entropy", [1.0, 0.0]) == 0


@pytest.mark.parametrize("kind", ["squared_error", "cross_entropy"])
def test_landscape_in_the_page_equals_dlvc_and_its_gradient(kind: str) -> None:
    engine = script("loss_landscape")
    figure = LossLandscape()
    x, y = torch.tensor(figure.x, dtype=torch.float64), torch.tensor(figure.y, dtype=torch.float64)
    for weights in [*np.random.default_rng(0).uniform(-8, 8, (20, 2)), np.array([400.0, -300.0])]:
        w = torch.tensor(weights, requires_grad=True)
        value = loss(kind, w, x, y)
        value.backward()
        call = f"JSON.stringify(loss({kind!r}, {weights.tolist()}, {figure.x}, {figure.y}))"
        ours = json.loads(engine.eval(call))
        assert ours["value"] == pytest.approx(value.item(), rel=1e-9, abs=1e-9)
        assert ours["gradient"] == pytest.approx(w.grad.tolist(), rel=1e-9, abs=1e-9)


def test_ball_rolls_by_gradient_descent_and_stops_where_it_should() -> None:
    engine = script("loss_landscape")
    figure = LossLandscape()
    engine.eval(
        f"const on = (kind) => (w) => ({{ w, ...loss(kind, w, {figure.x}, {figure.y}) }});"
        "function roll(kind, start, rate, steps) {"
        "  const track = [on(kind)(start)];"
        "  while (track.length <= steps && descend(track, rate, on(kind)));"
        "  return JSON.stringify(track.map(({ w }) => w));"
        "}"
    )
    x, y = torch.tensor(figure.x, dtype=torch.float64), torch.tensor(figure.y, dtype=torch.float64)
    w = torch.tensor([-5.0, -4.0], dtype=torch.float64, requires_grad=True)
    for expected in json.loads(engine.call("roll", "cross_entropy", [-5, -4], 0.5, 30)):
        assert expected == pytest.approx(w.tolist(), abs=1e-9)
        (slope,) = torch.autograd.grad(loss("cross_entropy", w, x, y), w)
        w = (w - 0.5 * slope).detach().requires_grad_()
    at_the_bottom = json.loads(engine.call("roll", "cross_entropy", [1, 1], 0.5, 1000))
    assert len(at_the_bottom) < 1000
    thrown_out = json.loads(engine.call("roll", "cross_entropy", [-5, -4], 100, 1000))
    assert len(thrown_out) == 2
    assert max(map(abs, thrown_out[-1])) > 8


def test_default_landscape_has_the_plateau_that_it_is_there_to_show() -> None:
    figure = LossLandscape()
    x, y = torch.tensor(figure.x, dtype=torch.float64), torch.tensor(figure.y, dtype=torch.float64)
    slopes = {}
    for kind in ("squared_error", "cross_entropy"):
        w = torch.tensor([-6.0, -6.0], dtype=torch.float64, requires_grad=True)
        loss(kind, w, x, y).backward()
        slopes[kind] = w.grad.norm()
    assert slopes["cross_entropy"] > 1000 * slopes["squared_error"]


@pytest.mark.parametrize("figure", FIGURES)
def test_page_gets_state_and_picture_with_words(figure: type[LiveFigure]) -> None:
    made = make(figure)
    tag = element(made)
    assert tag["module"] == figure.module
    assert (FOLDER / f"{figure.module}.js").is_file()
    assert json.loads(tag.script.string) == made.state()
    assert tag.img["alt"] == made.alt
    assert int(tag.img["width"]) > int(tag.img["height"]) > 100


@pytest.mark.parametrize("figure", FIGURES)
def test_module_asks_only_for_state_that_it_gets(figure: type[LiveFigure]) -> None:
    asked = set(re.findall(r'model\.get\("(\w+)"\)', bundle(figure.module)))
    assert asked
    assert asked <= set(make(figure).state())


@pytest.mark.parametrize("figure", FIGURES)
def test_two_builds_give_the_same_output(figure: type[LiveFigure]) -> None:
    (one, _), (two, _) = (make(figure)._repr_mimebundle_() for _ in range(2))
    view = "application/vnd.jupyter.widget-view+json"
    assert one.pop(view)["model_id"] != two.pop(view)["model_id"]
    assert one == two
    assert {"text/plain", "text/html", "image/png"} == set(one)


def test_hostile_names_stay_text() -> None:
    name = '</script><b class="x">&amp;'
    figure = SoftmaxTemperature([1.0, 2.0], [name, "Bag"])
    tag = element(figure)
    assert json.loads(tag.script.string)["names"][0] == name
    assert tag.find("b") is None
    assert name in tag.img["alt"]


def test_a_networks_output_will_do_for_logits() -> None:
    figure = SoftmaxTemperature(torch.tensor([0.5, -2.0]), ["Shirt", "Coat"])
    assert figure.logits == [0.5, -2.0]


def test_probabilities_follow_the_state() -> None:
    figure = make(SoftmaxTemperature)
    assert isinstance(figure, SoftmaxTemperature)
    before = max(figure.probabilities)
    figure.temperature = 10.0
    assert sum(figure.probabilities) == pytest.approx(1)
    assert max(figure.probabilities) < before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1.0], ["a"]), "2 to 10 finite"),
        (([1.0] * 11, ["a"] * 11), "2 to 10 finite"),
        (([1.0, float("nan")], ["a", "b"]), "2 to 10 finite"),
        (([1.0, 2.0], ["a"]), "1 entries"),
        (([1.0, 2.0], ["a", "b"], 0.0), "temperature is 0.0"),
        (([1.0, 2.0], ["a", "b"], float("nan")), "temperature is nan"),
    ],
)
def test_softmax_refuses(arguments: tuple[object, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        SoftmaxTemperature(*arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"x": [[1.0, 2.0, 3.0]], "y": [1]}, r"shape \(1, 3\)"),
        ({"x": [[1.0, float("inf")]], "y": [1]}, "finite"),
        ({"x": [[1.0, 2.0]], "y": [1, 0]}, "for each of 1 inputs"),
        ({"x": [[1.0, 2.0]], "y": [2]}, "wanted 0 or 1"),
        ({"kind": "hinge"}, "'hinge'"),
        ({"start": (9.0, 0.0)}, "from -8 to 8"),
        ({"start": (float("nan"), 0.0)}, "from -8 to 8"),
        ({"rate": 0.0}, "rate is 0.0"),
    ],
)
def test_landscape_refuses(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        LossLandscape(**arguments)


def test_alt_text_is_not_optional() -> None:
    with pytest.raises(ValueError, match="alt is empty"):
        LossLandscape(alt=" ")


def test_dlvc_alone_does_not_bring_the_widgets() -> None:
    loaded = "'anywidget' in sys.modules"
    code = f"import sys, dlvc; assert not {loaded}; dlvc.live; assert {loaded}"
    subprocess.run([sys.executable, "-c", code], check=True)
