"""The mixer of styles without a browser: what it loads, what it draws, what it refuses; and the family tree."""

import gzip
from typing import Any

import numpy as np
import pytest
import torch
from jaxtyping import config
from torch import Tensor

from dlvc.figures import family_tree
from dlvc.figures.family import MEMBERS
from dlvc.figures.theme import to_svg
from dlvc.live import ByLevel, Exported, StyleMixer, export
from dlvc.models import StyleGenerator

LATENT = 6


@pytest.fixture(scope="module")
def generator() -> StyleGenerator:
    torch.manual_seed(0)
    return StyleGenerator(4, LATENT, 2, smallest=4).eval()


@pytest.fixture(scope="module")
def exported(generator: StyleGenerator) -> Exported:
    config.update("jaxtyping_disable", True)  # checks of shapes would fix the batch's size in the file
    file = export(ByLevel(generator), torch.randn(4, 3 * LATENT), "small-styles")
    config.update("jaxtyping_disable", False)
    return file


def styles(count: int = 40) -> Tensor:
    return torch.randn(count, LATENT, generator=torch.Generator().manual_seed(1))


def make(exported: Exported, **change: Any) -> StyleMixer:
    settings = {
        "network": exported,
        "styles": styles(),
        "directions": {"Slant": torch.arange(LATENT) / 10, "Ink": torch.ones(LATENT)},
        "alt": "Three pictures.",
    } | change
    return StyleMixer(**settings)


def test_each_level_hears_its_own_style(generator: StyleGenerator) -> None:
    a, b, c = styles(3)
    six = torch.stack([a, a, b, b, c, c]).unsqueeze(0)
    expected = (generator.synthesise(six).flatten(1) + 1) / 2
    torch.testing.assert_close(ByLevel(generator)(torch.cat([a, b, c]).unsqueeze(0)), expected)


def test_state_begins_with_both_pictures_and_their_mixture(exported: Exported) -> None:
    figure = make(exported, first=(5, 7))
    w = torch.tensor(figure.styles)
    torch.testing.assert_close(w, styles(), rtol=0, atol=6e-5)
    rows = [torch.cat([w[i] for i in row]) for row in ((5, 5, 5), (7, 7, 7), (5, 5, 7))]
    expected = exported.reference(torch.stack(rows))
    torch.testing.assert_close(torch.tensor(figure.pixels) / 255, expected, rtol=0, atol=0.51 / 255)
    assert figure.side == 16
    assert figure.steps == [0, 0]
    assert [axes.get_title() for axes in figure.picture().axes] == ["A", "layout of A, fine of B", "B"]


def test_file_holds_mixtures_and_what_pytorch_draws_of_them(exported: Exported) -> None:
    content = gzip.decompress(make(exported).files()["small-styles.gz"])
    mixtures = torch.tensor(np.frombuffer(content, np.float32, 32 * 3 * LATENT)).view(32, -1)
    drawn = np.frombuffer(content, np.uint16, offset=4 * mixtures.numel()).astype(np.float32) / 65535
    torch.testing.assert_close(torch.tensor(drawn).view(32, 256), exported.reference(mixtures), rtol=0, atol=1e-5)
    first, second, third = mixtures[0].view(3, -1)
    assert not first.equal(second)
    assert not second.equal(third)


def test_kernel_runs_the_generator(exported: Exported) -> None:
    mixtures = torch.randn(5, 3 * LATENT)
    message = {"name": "small-styles", "shape": [5, 3 * LATENT]}
    _, [answer] = make(exported).run_network(message, [mixtures.numpy().tobytes()])
    drawn = torch.tensor(np.frombuffer(answer, np.float32)).view(5, 256)
    torch.testing.assert_close(drawn, exported.reference(mixtures), rtol=0, atol=1e-5)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"styles": styles(31)}, "styles are 31"),
        ({"first": (0, 40)}, r"first is \(0, 40\)"),
        ({"directions": {}}, "directions is empty"),
    ],
)
def test_refusals(exported: Exported, change: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        make(exported, **change)


def test_the_family_tree_names_every_member_and_its_arrows_go_down() -> None:
    svg = to_svg(family_tree())
    for name, (_, row, parents) in MEMBERS.items():
        assert all(f">{line}</text>" in svg for line in name.split("\n"))
        assert all(MEMBERS[parent][1] < row for parent in parents)
