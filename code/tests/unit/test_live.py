"""Live figures without a browser: their mathematics against dlvc's, what they put on a page, bad input."""

import base64
import gzip
import json
import re
import subprocess
import sys
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import torch
from bs4 import BeautifulSoup, Tag
from py_mini_racer import MiniRacer
from torch.utils.data import TensorDataset

from dlvc import data
from dlvc.figures.theme import percent
from dlvc.live import Classifier, DrawAndClassify, Exported, LiveFigure, LossLandscape, SoftmaxTemperature, export
from dlvc.live.draw_and_classify import BANK
from dlvc.live.figure import FOLDER, bundle
from dlvc.live.loss_landscape import loss
from dlvc.losses import softmax
from dlvc.models import SoftmaxRegression

FIGURES = [SoftmaxTemperature, LossLandscape, DrawAndClassify]


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
    if figure is DrawAndClassify:
        return DrawAndClassify(classifier(), start=5)
    return LossLandscape()


@cache
def network(classes: int = 10) -> Exported:
    """A network that knows nothing."""
    torch.manual_seed(0)
    return export(SoftmaxRegression((1, 28, 28), classes), torch.rand(4, 1, 28, 28), "fresh")


def classifier() -> Classifier:
    card = data.card("mnist")
    return Classifier(network(), card.classes, data.load("mnist", "test"), data.load("mnist", "train"))


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


@pytest.mark.parametrize("share", [0.0, 0.0004, 0.4994, 0.9996, 1.0])
def test_percents_in_the_page_are_those_of_python(share: float) -> None:
    assert script("softmax_temperature").eval(f"percent({share})") == percent(share)


def test_small_numbers_are_written_as_in_print() -> None:
    engine = script("draw_and_classify")
    assert engine.call("scientific", 4.2e-7) == "4\u00a0×\u00a010⁻⁷"
    assert engine.call("scientific", 1e-12) == "1\u00a0×\u00a010⁻¹²"
    assert engine.call("scientific", 0) == "0\u00a0×\u00a010⁰"


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
    assert tag["style"] == "--wide:{};--narrow:{}".format(*made.room())


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


def test_files_go_with_the_page_whole() -> None:
    figure = make(DrawAndClassify)
    found = {tag["name"]: tag["src"] for tag in element(figure).select("dlvc-file")}
    assert list(found) == ["fresh.onnx", "fresh.gz"]
    for name, content in figure.files().items():
        start, _, coded = str(found[name]).partition(",")
        assert start == "data:application/octet-stream;base64"
        assert base64.b64decode(coded) == content


def test_pictures_to_load_are_examples_of_each_class_neighbours_and_pytorchs_logits() -> None:
    figure = make(DrawAndClassify)
    content = gzip.decompress(figure.files()["fresh.gz"])
    (state,) = figure.state()["networks"]
    count = state["examples"] + state["bank"]
    assert len(content) == count * 785 + state["examples"] * 40
    assert state["bytes"] == sum(map(len, figure.files().values()))
    images = np.frombuffer(content, np.uint8, count * 784).reshape(count, 1, 28, 28)
    labels = np.frombuffer(content, np.uint8, count, count * 784)
    logits = np.frombuffer(content, np.float32, offset=count * 785).reshape(-1, 10)
    assert labels[: state["examples"]].tolist() == [label for label in range(10) for _ in range(4)]
    pictures = torch.from_numpy(images.copy()).float() / 255
    torch.testing.assert_close(pictures[state["examples"] :], data.load("mnist", "train").tensors[0][:BANK])
    expected = network().reference(pictures[: state["examples"]])
    torch.testing.assert_close(torch.from_numpy(logits.copy()), expected, rtol=0, atol=1e-5)


def test_drawings_are_centred_only_for_networks_that_want_it() -> None:
    (plain,) = make(DrawAndClassify).state()["networks"]
    assert plain["centred"] is False
    (digits,) = DrawAndClassify(replace(classifier(), centred=True)).state()["networks"]
    assert digits["centred"] is True


def test_kernel_reads_files_and_runs_the_network_for_the_figure() -> None:
    figure = make(DrawAndClassify)
    assert isinstance(figure, DrawAndClassify)
    _, (content,) = figure.read_file({"name": "fresh.gz"}, [])
    assert content == gzip.decompress(figure.files()["fresh.gz"])
    pictures = torch.rand(3, 1, 28, 28)
    _, (answer,) = figure.run_network({"name": "fresh", "shape": [3, 1, 28, 28]}, [pictures.numpy().tobytes()])
    logits = torch.frombuffer(bytearray(answer), dtype=torch.float32).view(3, 10)
    torch.testing.assert_close(logits, network().reference(pictures), rtol=0, atol=1e-5)


def test_drawing_begins_with_pytorchs_answer() -> None:
    figure = make(DrawAndClassify)
    assert isinstance(figure, DrawAndClassify)
    pictures, labels = data.load("mnist", "test").tensors
    assert figure.truth == str(int(labels[5]))
    assert figure.pixels == (255 * pictures[5]).round().flatten().tolist()
    expected = softmax(network().reference(pictures[5:6])[0].double())
    assert figure.probabilities == pytest.approx(expected.tolist())


SEGMENTS = [([5.5, 5.5], [5.5, 5.5]), ([3.0, 20.0], [25.0, 4.5]), ([14.5, -3.0], [14.5, 40.0])]


@pytest.mark.parametrize(("start", "end"), SEGMENTS)
def test_stroke_covers_what_is_near_the_line(start: list[float], end: list[float]) -> None:
    engine = script("draw_and_classify")
    x, y = np.meshgrid(np.arange(28) + 0.5, np.arange(28) + 0.5)
    steps = np.linspace(start, end, 2000)  # the line as many points
    distance = np.min(np.hypot(x[..., None] - steps[:, 0], y[..., None] - steps[:, 1]), axis=-1)
    ink = 255 * np.clip(3 / 2 + 0.5 - distance, 0, 1)
    grey = [100] * 784
    drawn = engine.call("stroke", grey, start, end, {"width": 3, "erase": False})
    np.testing.assert_allclose(list(drawn), np.maximum(ink, 100).flatten(), atol=1)
    erased = engine.call("stroke", grey, start, end, {"width": 3, "erase": True})
    np.testing.assert_allclose(list(erased), np.minimum(255 - ink, 100).flatten(), atol=1)


@pytest.mark.parametrize("box", [(0, 0, 8, 5), (12, 3, 28, 28), (2, 20, 26, 23)])
def test_centring_gives_the_box_and_the_middle_of_mnist(box: tuple[int, int, int, int]) -> None:
    left, top, right, bottom = box
    drawing = np.zeros((28, 28))
    drawing[top:bottom, left:right] = 255
    drawing[top:bottom, left] = 60  # uneven, so that the box's middle isn't the centre of mass
    moved = np.reshape(list(script("draw_and_classify").call("centre", drawing.flatten().tolist())), (28, 28))
    for axis in (0, 1):
        assert (moved.sum(axis) @ np.arange(28)) / moved.sum() == pytest.approx(14, abs=0.3)
    rows, columns = np.nonzero(moved > 127)
    longer = max(np.ptp(rows), np.ptp(columns)) + 1
    assert 18 <= longer <= 21
    assert moved.max() <= 255


def test_centring_leaves_mnists_own_digits_and_an_empty_picture_nearly_alone() -> None:
    engine = script("draw_and_classify")
    pictures = 255 * data.load("mnist", "test").tensors[0][:20]
    for picture in pictures.flatten(1).tolist():
        moved = np.array(list(engine.call("centre", picture)))
        assert np.corrcoef(picture, moved)[0, 1] > 0.85  # centred half a pixel off, one of them has 0.69
    assert not any(engine.call("centre", [0] * 784))


def test_network_sees_the_datasets_own_numbers_and_noise_within_the_range() -> None:
    engine = script("draw_and_classify")
    grey = list(range(256))
    pattern = np.array(list(engine.call("gaussian", 784)))
    assert abs(pattern.mean()) < 0.1
    assert pattern.std() == pytest.approx(1, abs=0.1)
    assert list(engine.call("gaussian", 784)) == pattern.tolist()
    call = "Array.from(input({}, {}, {}))"
    clean = torch.tensor(json.loads(engine.eval(f"JSON.stringify({call.format(grey, 0, [5] * 256)})")))
    assert torch.equal(clean.float(), torch.arange(256).float() / 255)
    noisy = np.array(json.loads(engine.eval(f"JSON.stringify({call.format(grey, 0.5, pattern[:256].tolist())})")))
    np.testing.assert_allclose(noisy, np.clip(np.arange(256) / 255 + 0.5 * pattern[:256], 0, 1), atol=1e-6)


def test_nearest_are_those_of_the_smallest_euclidean_distance() -> None:
    pictures = data.load("mnist", "train").tensors[0][:60].flatten(1)
    bank = (255 * pictures[1:]).round().int().flatten().tolist()
    call = f"JSON.stringify(nearest({pictures[0].tolist()}, {bank}, 6))"
    found = json.loads(script("draw_and_classify").eval(call))
    assert found == torch.cdist(pictures[:1], pictures[1:])[0].topk(6, largest=False).indices.tolist()


def dataset(*shape: int, label: int = 1) -> TensorDataset:
    return TensorDataset(torch.zeros(*shape), torch.full((shape[0],), label))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"classes": ["one"]}, "1 names; wanted 2 to 10"),
        ({"test": dataset(2, 1, 28, 28)}, "test has no picture of class a"),
        ({"test": dataset(3, 28, 28)}, r"test has pictures of shape \(3, 28, 28\)"),
        ({"train": dataset(0, 1, 28, 28)}, r"train has pictures of shape \(0, 1, 28, 28\)"),
        ({"train": dataset(2, 1, 28, 28, label=10)}, "train has label 10"),
    ],
)
def test_classifier_refuses(arguments: dict[str, object], message: str) -> None:
    test = data.load("mnist", "test")
    fine = {"network": network(), "classes": list("abcdefghij"), "test": test, "train": test}
    with pytest.raises(ValueError, match=message):
        Classifier(**{**fine, **arguments})


def test_drawing_refuses() -> None:
    with pytest.raises(ValueError, match="fresh has 3 outputs; wanted one for each of 10 classes"):
        replace(classifier(), network=network(3))
    with pytest.raises(ValueError, match="classifiers is empty"):
        DrawAndClassify()
    with pytest.raises(ValueError, match="the same name"):
        DrawAndClassify(classifier(), classifier())
    with pytest.raises(ValueError, match="start is -1"):
        DrawAndClassify(classifier(), start=-1)


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
