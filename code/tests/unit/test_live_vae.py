"""The plane of codes without a browser: what it loads, what it draws, what it refuses."""

import gzip
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.utils.data import TensorDataset

from dlvc.figures.latent import ROOM, code_plane, extent_of, trade_off
from dlvc.figures.theme import LINES
from dlvc.live import Exported, LatentModel, LatentPlane, export
from dlvc.models import VAE

COUNT = 40


@pytest.fixture(scope="module")
def decoders() -> list[Exported]:
    found = []
    for seed in (0, 1):
        torch.manual_seed(seed)
        found.append(export(VAE(2, (8,)).decoder, torch.randn(4, 2), f"decoder-{seed}"))
    return found


def pictures() -> TensorDataset:
    generator = torch.Generator().manual_seed(0)
    return TensorDataset(torch.rand(COUNT, 1, 28, 28, generator=generator), torch.arange(COUNT) % 3)


def codes(seed: int) -> Tensor:
    return 2 * torch.randn(COUNT, 2, generator=torch.Generator().manual_seed(seed))


def make(decoders: list[Exported], **change: Any) -> LatentPlane:
    models = [LatentModel(f"β = {i}", decoder, codes(i)) for i, decoder in enumerate(decoders)]
    settings = {
        "models": models,
        "pictures": pictures(),
        "classes": ["hat", "coat", "shoe"],
        "alt": "A plane.",
    } | change
    return LatentPlane(**settings)


def test_files_hold_codes_and_what_pytorch_draws(decoders: list[Exported]) -> None:
    figure = make(decoders)
    content = gzip.decompress(figure.files()["decoder-1.gz"])
    own = torch.tensor(np.frombuffer(content, np.float32, 64)).view(32, 2)
    torch.testing.assert_close(own, codes(1)[:32])
    drawn = torch.tensor(np.frombuffer(content, np.uint16, offset=256).astype(np.float32) / 65535)
    torch.testing.assert_close(drawn.view(32, 1, 28, 28), decoders[1].reference(own), rtol=0, atol=1e-5)
    bank = np.frombuffer(gzip.decompress(figure.files()["pictures.gz"]), np.uint8)
    assert bank.size == COUNT * 784
    assert figure.files()["decoder-0.onnx"] == decoders[0].onnx


def test_state_begins_with_the_picture_at_the_cross(decoders: list[Exported]) -> None:
    figure = make(decoders, z=(0.5, -1.0), model=1)
    expected = decoders[1].reference(torch.tensor([[0.5, -1.0]])).flatten()
    torch.testing.assert_close(torch.tensor(figure.pixels) / 255, expected, rtol=0, atol=0.51 / 255)
    nearest = (codes(1) - torch.tensor([0.5, -1.0])).square().sum(1).argmin()
    beside = pictures().tensors[0][nearest].flatten()
    torch.testing.assert_close(torch.tensor(figure.near) / 255, beside, rtol=0, atol=0.51 / 255)
    assert [model["title"] for model in figure.models] == ["β = 0", "β = 1"]
    torch.testing.assert_close(torch.tensor(figure.models[1]["codes"]), codes(1), rtol=0, atol=6e-3)
    left, right = figure.picture().axes
    assert left.get_title() == "β = 1"
    assert right.images[0].get_array().shape == (28, 28)


def test_kernel_runs_the_decoder_for_any_number_of_codes(decoders: list[Exported]) -> None:
    figure = make(decoders)
    for count in (1, 5):
        z = torch.randn(count, 2)
        _, [answer] = figure.run_network({"name": "decoder-0", "shape": [count, 2]}, [z.numpy().tobytes()])
        drawn = torch.tensor(np.frombuffer(answer, np.float32)).view(count, 1, 28, 28)
        torch.testing.assert_close(drawn, decoders[0].reference(z), rtol=0, atol=1e-5)
    _, [content] = figure.read_file({"name": "pictures.gz"}, [])
    assert len(content) == COUNT * 784


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"model": 2}, "model is 2"),
        ({"classes": ["hat"]}, "classes has 1 names"),
        ({"pictures": TensorDataset(torch.zeros(31, 1, 28, 28), torch.zeros(31).long())}, "at least 32"),
    ],
)
def test_refusals(decoders: list[Exported], change: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        make(decoders, **change)


def test_codes_must_be_pairs_of_the_same_pictures(decoders: list[Exported]) -> None:
    models = [LatentModel("β", decoders[0], torch.zeros(33, 2))]
    with pytest.raises(ValueError, match=r"codes of shape \(33, 2\)"):
        make(decoders, models=models)


def test_extent_holds_the_prior_and_all_codes() -> None:
    assert extent_of(torch.zeros(10, 2)) == pytest.approx(3 * ROOM)
    assert extent_of(torch.tensor([[1.0, -20.0], [4.0, 2.0]])) == pytest.approx(20 * ROOM)


def test_plane_holds_codes_far_from_the_origin_and_the_circles() -> None:
    far = codes(0) + torch.tensor([12.0, 0.0])
    (axes,) = code_plane({"one": far}, pictures().tensors[1], ["hat", "coat", "shoe"]).axes
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    assert right - left == pytest.approx(top - bottom)
    room = 0.03 * (right - left)
    assert left + room < -3
    assert bottom + room < min(-3, far[:, 1].min())
    assert right - room > far[:, 0].max()


def test_plane_writes_each_code_as_its_class() -> None:
    figure = code_plane({"one": codes(0), "two": codes(1)}, pictures().tensors[1], ["hat", "coat", "shoe"])
    first, second = figure.axes
    assert [axes.get_title() for axes in (first, second)] == ["one", "two"]
    drawn = {line.get_marker(): len(line.get_xdata()) for line in second.lines}
    assert drawn == {"$0$": 14, "$1$": 13, "$2$": 13}
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["hat", "coat", "shoe"]


def test_trade_off_labels_each_point_beside_its_path() -> None:
    paths = {"networks": [(1.0, 5.0), (2.0, 3.0)], "theory": [(1.0, 6.0), (2.5, 4.0)]}
    (axes,) = trade_off(paths, names=["cheap", "dear"], xlabel="rate", ylabel="error").axes
    labels = [(text.get_text(), text.xy, text.get_color()) for text in axes.texts]
    (below, _), (above, _) = LINES[:2]
    assert labels[:2] == [("cheap", (1, 5), below), ("dear", (2, 3), below)]
    assert labels[2:] == [("cheap", (1, 6), above), ("dear", (2.5, 4), above)]
    assert [text.get_va() for text in axes.texts] == ["top", "top", "bottom", "bottom"]
    assert [line.get_color() for line in axes.lines] == [below, above]
    assert axes.lines[1].get_ydata().tolist() == [6.0, 4.0]
