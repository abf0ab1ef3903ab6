"""The live figures of the chapter on adversarial networks, without a browser: their mathematics, and bad input."""

import gzip
import json
import re
from functools import partial

import numpy as np
import pytest
import torch
from py_mini_racer import MiniRacer
from torch import Tensor, nn

from dlvc import games
from dlvc.live import Exported, LatentWalk, TwoPlayers, on_ring
from dlvc.live.figure import bundle


def engine_of(module: str) -> MiniRacer:
    """A JavaScript engine that has run a figure's module as Jupyter gets it."""
    engine = MiniRacer()
    engine.eval(re.sub(r"^export (default .*)?", "", bundle(module), flags=re.MULTILINE))
    return engine


@pytest.fixture(scope="module")
def players() -> MiniRacer:
    return engine_of(TwoPlayers.module)


PLACES = [
    (kind, w, b, s) for kind in ("logs", "none") for w in (-2.0, 0.0, 0.7) for b in (-1.0, 3.5) for s in (0.0, 1.2)
]


@pytest.mark.parametrize(("kind", "w", "b", "s"), PLACES)
def test_value_and_slopes_equal_pytorch(players: MiniRacer, kind: str, w: float, b: float, s: float) -> None:
    place = torch.tensor([w, b], dtype=torch.float64, requires_grad=True)
    value = games.one_pixel_value(place, s, logs=kind == "logs")
    (slope,) = torch.autograd.grad(value, place)
    ours = json.loads(str(players.eval(f"JSON.stringify(game('{kind}', [{w}, {b}], {s}))")))
    assert ours["value"] == pytest.approx(value.item(), rel=1e-10)
    assert ours["gradient"] == pytest.approx(slope.tolist(), rel=1e-10, abs=1e-12)


@pytest.mark.parametrize("turns", [False, True])
@pytest.mark.parametrize("kind", ["logs", "none"])
def test_steps_equal_those_of_the_package(players: MiniRacer, kind: str, turns: bool) -> None:
    value = partial(games.one_pixel_value, spread=0.6, logs=kind == "logs")
    theirs = games.play(value, torch.tensor([0.5, 1.5], dtype=torch.float64), lr=0.3, steps=5, turns=turns)
    place = [0.5, 1.5]
    for expected in theirs[1:].tolist():
        script = f"play({place}, 0.3, {str(turns).lower()}, (w) => game('{kind}', w, 0.6))"
        place = json.loads(str(players.eval(f"JSON.stringify({script})")))
        assert place == pytest.approx(expected, rel=1e-9)


def test_players_tell_where_they_end() -> None:
    figure = TwoPlayers("none", start=(0.0, 2.0), spread=0.5, rate=0.1)
    value = partial(games.one_pixel_value, spread=0.5, logs=False)
    w, b = games.play(value, torch.tensor([0.0, 2.0], dtype=torch.float64), lr=0.1, steps=100)[-1].tolist()
    assert "without logarithms" in figure.alt
    assert f"w = {w:.2f} and b = {b:.2f}" in figure.alt
    assert figure.png().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"kind": "both"}, "kind is 'both'"),
        ({"start": (3.0, 0.0)}, "w from -2 to 2"),
        ({"start": (0.0, 8.0)}, "b from -1 to 7"),
        ({"spread": 2.5}, "spread is 2.5"),
        ({"rate": 0.0}, "rate is 0.0"),
    ],
)
def test_players_refuse(settings: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        TwoPlayers(**settings)


class Brightness(nn.Module):
    """Pictures that are as bright as the sigmoid of the first number."""

    def forward(self, z: Tensor) -> Tensor:
        return torch.sigmoid(z[:, :1]).expand(-1, 784)


CODES = torch.randn(40, 3, generator=torch.Generator().manual_seed(0))
BRIGHT = Exported("bright", b"onnx", Brightness(), "float32", 0.0)


def test_walk_brings_what_it_is_checked_by() -> None:
    figure = LatentWalk(BRIGHT, CODES, alt="a ring")
    content = gzip.decompress(figure.files()["bright.gz"])
    np.testing.assert_array_equal(np.frombuffer(content, np.float32, 96).reshape(32, 3), CODES[:32].numpy())
    levels = np.frombuffer(content, np.uint16, offset=4 * 96).reshape(32, 784) / 65535
    np.testing.assert_allclose(levels, BRIGHT.reference(CODES[:32]).numpy(), atol=1e-5)
    assert figure.pair == CODES[:2].tolist()
    assert len(figure.ring) == 12
    assert figure.pixels == figure.ring[0]
    assert figure.ring[3][0] == round(255 * torch.sigmoid(CODES[1, 0]).item())  # a quarter of a turn on
    assert figure.png().startswith(b"\x89PNG")


def test_ring_of_the_page_is_that_of_the_package() -> None:
    engine = engine_of(LatentWalk.module)
    for degrees, length in ((0, 1.0), (75, 1.0), (290, 0.4)):
        script = f"JSON.stringify(onRing({CODES[:2].tolist()}, {degrees}, {length}))"
        expected = length * on_ring(CODES[:2].double(), torch.tensor([degrees / 360], dtype=torch.float64))[0]
        assert json.loads(str(engine.eval(script))) == pytest.approx(expected.tolist(), rel=1e-6)


def test_walk_refuses_few_codes_and_other_pictures() -> None:
    with pytest.raises(ValueError, match="codes are 31; wanted at least 32"):
        LatentWalk(BRIGHT, CODES[:31], alt="a ring")
    with pytest.raises(ValueError, match=r"shape \(3,\); wanted \(784,\)"):
        LatentWalk(Exported("codes", b"", nn.Identity(), "float32", 0.0), CODES, alt="a ring")
