"""The live figure of the chapter on fastai, without a browser: its scores against Python's, and bad input."""

import base64
import io
import json
import re
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image
from py_mini_racer import MiniRacer

from dlvc import figures
from dlvc.live import MoveTheAnswer, Scene
from dlvc.live.figure import bundle
from dlvc.live.move_the_answer import moved, scores

SIDE = 24


def blob(seed: int) -> torch.Tensor:
    """Return a mask of a tilted ellipse, neither empty nor whole."""
    row, column, long, wide = np.random.default_rng(seed).uniform([8, 8, 4, 3], [16, 16, 9, 7])
    rows, columns = torch.meshgrid(torch.arange(SIDE), torch.arange(SIDE), indexing="ij")
    return ((rows - row + columns - column) / long) ** 2 + ((rows - row - columns + column) / wide) ** 2 < 1


def box_of(mask: torch.Tensor) -> torch.Tensor:
    rows, columns = (mask.any(axis).nonzero().flatten() for axis in (1, 0))
    return torch.stack([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1]).float()


def scene(seed: int = 0) -> Scene:
    picture = torch.rand(3, SIDE, SIDE, generator=torch.Generator().manual_seed(seed))
    mask, answered = blob(seed), blob(seed + 1)
    return Scene(picture, mask, box_of(mask), answered, box_of(answered) + torch.tensor([0.25, -1.5, 1.0, 0.5]))


@pytest.fixture(scope="module")
def engine() -> MiniRacer:
    """A JavaScript engine that has run the figure's module as Jupyter gets it."""
    engine = MiniRacer()
    engine.eval(re.sub(r"^export (default .*)?", "", bundle(MoveTheAnswer.module), flags=re.MULTILINE))
    engine.eval(
        "const judge = (scene, by) => { const box = scene.answered_box;"
        " const centre = [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2];"
        " const mask = moved(expand(scene.answered_mask), centre, by);"
        " const found = scores(expand(scene.mask), scene.box, mask, movedBox(box, by));"
        " return JSON.stringify({ mask: [...mask], box: movedBox(box, by), found }); }"
    )
    return engine


@pytest.mark.parametrize("seed", range(8))
def test_the_page_moves_and_scores_as_python_does(engine: MiniRacer, seed: int) -> None:
    given = scene(seed)
    state = MoveTheAnswer([given]).state()["scenes"][0]
    for right, down, size in [
        (0.0, 0.0, 1.0),
        (3.0, -2.0, 1.0),
        (-5.0, 1.0, 1.55),
        (2.0, 2.0, 0.5),
        (30.0, -32.0, 2.0),
    ]:
        theirs = json.loads(engine.call("judge", state, {"right": right, "down": down, "size": size}))
        left, top, across, bottom = given.answered_box.tolist()
        centre = ((left + across) / 2, (top + bottom) / 2)
        mask = moved(given.answered_mask, centre, right, down, size)
        assert theirs["mask"] == mask.flatten().int().tolist()
        edges = torch.tensor([left, top, across, bottom]) - torch.tensor(centre * 2)
        box = edges * size + torch.tensor(centre * 2) + torch.tensor([right, down, right, down])
        assert theirs["box"] == pytest.approx(box.tolist(), abs=1e-4)
        assert theirs["found"] == pytest.approx(scores(given.mask, given.box, mask, box), rel=1e-4, abs=1e-5)


def test_an_answer_in_its_place_is_unmoved_and_a_large_step_leaves_the_picture() -> None:
    mask = blob(3)
    assert torch.equal(moved(mask, (11.3, 9.8), 0.0, 0.0, 1.0), mask)
    assert torch.equal(moved(mask, (11.3, 9.8), 2.0, 0.0, 1.0)[:, 2:], mask[:, :-2])
    assert not moved(mask, (11.3, 9.8), 100.0, 0.0, 1.0).any()


def test_a_right_answer_has_full_scores_and_an_empty_one_only_those_of_the_background() -> None:
    given = scene()
    right = scores(given.mask, given.box, given.mask, given.box)
    assert right == {"pixel": 1, "background": 1, "object": 1, "mean": 1, "dice": 1, "box": 1, "l1": 0}
    nothing = scores(given.mask, given.box, torch.zeros_like(given.mask), given.box)
    share = 1 - given.mask.double().mean().item()
    assert nothing["pixel"] == nothing["background"] == pytest.approx(share)
    assert nothing["object"] == nothing["dice"] == 0


def test_the_picture_on_the_page_is_that_of_the_scene() -> None:
    ramps = [torch.linspace(0, 1, SIDE).expand(SIDE, SIDE), torch.linspace(1, 0, SIDE).expand(SIDE, SIDE).T]
    picture = torch.stack([*ramps, torch.full((SIDE, SIDE), 0.4)])
    state = MoveTheAnswer([replace(scene(), picture=picture)]).state()["scenes"][0]
    image = Image.open(io.BytesIO(base64.b64decode(state["picture"].split(",")[1])))
    shown = torch.from_numpy(np.array(image)).permute(2, 0, 1) / 255
    assert (shown - picture).abs().mean() < 0.01


def test_picture_and_alternative_text_tell_the_first_state() -> None:
    given = scene()
    figure = MoveTheAnswer([given, scene(5)])
    found = scores(given.mask, given.box, given.answered_mask, given.answered_box)
    assert f"{100 * found['mean']:.1f}" in figure.alt
    axes = figure.picture().axes[0]
    assert len(axes.patches) == 4  # two boxes, each with a rim
    assert axes.patches[1].get_width() == given.box[2] - given.box[0]


def test_bad_scenes_are_refused() -> None:
    with pytest.raises(ValueError, match="got 0 scenes"):
        MoveTheAnswer([])
    with pytest.raises(ValueError, match="got 7 scenes"):
        MoveTheAnswer([scene()] * 7)
    with pytest.raises(ValueError, match="a mask is empty"):
        MoveTheAnswer([replace(scene(), answered_mask=torch.zeros(SIDE, SIDE, dtype=torch.bool))])


def test_figures_of_scenes_draw_what_they_are_given() -> None:
    pictures = torch.rand(3, 3, SIDE, SIDE)
    true = torch.tensor([[2.0, 3.0, 10.0, 20.0]]).expand(3, 4)
    drawn = figures.boxes(pictures, true, true + 1, ["a", "b", "c"], columns=2)
    assert [axes.get_title() for axes in drawn.axes[:3]] == ["a", "b", "c"]
    rim, white, _, yellow = drawn.axes[0].patches
    assert (white.get_x(), white.get_y(), white.get_width(), white.get_height()) == (1.5, 2.5, 8, 17)
    assert yellow.get_x() == rim.get_x() + 1
    assert white.get_linestyle() != yellow.get_linestyle()
    assert len(figures.boxes(pictures, true).axes[0].patches) == 2

    masks = torch.stack([blob(seed).long() * (seed + 1) for seed in range(3)])
    rows = figures.masks(pictures, {"truth": masks, "answer": 0 * masks}, classes=3)
    assert len(rows.axes) == 9
    shown = rows.axes[3].images[1].get_array()
    assert (shown.filled(0) == masks[0].numpy()).all()
    assert rows.axes[6].images[1].get_array().mask.all()
