"""Live figure: move an answer about a picture, and see what each score makes of it."""

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import traitlets as t
from jaxtyping import Bool, Float
from matplotlib.figure import Figure
from PIL import Image
from torch import Tensor
from torchvision.ops import box_iou

from dlvc.figures.scenes import outlined
from dlvc.figures.theme import percent
from dlvc.live.figure import LiveFigure

FARTHEST = 32  # pixels
SIZES = (0.5, 2.0)


@dataclass(frozen=True)
class Scene:
    """A picture with one object, and what a network says about it.

    Attributes:
        picture: in [0, 1].
        mask: which pixels are the object's.
        box: left, top, right and bottom edge in pixels.
        answered_mask: which pixels the network takes for an object's; not empty.
        answered_box: the network's box.
    """

    picture: Float[Tensor, "3 side side"]
    mask: Bool[Tensor, "side side"]
    box: Float[Tensor, "4"]
    answered_mask: Bool[Tensor, "side side"]
    answered_box: Float[Tensor, "4"]


def moved(mask: Bool[Tensor, "side side"], centre: Sequence[float], right: float, down: float, size: float) -> Tensor:
    """Enlarge a mask about a centre, then move it: each pixel asks which one it was.

    Args:
        mask: any.
        centre: column and row, in pixels from the picture's corner.
        right: columns.
        down: rows.
        size: factor.
    """
    side = len(mask)
    middles = torch.arange(side, dtype=torch.float64) + 0.5
    columns, rows = (
        ((middles - middle - step) / size + middle).floor().long()
        for middle, step in zip(centre, (right, down), strict=True)
    )
    inside = ((rows >= 0) & (rows < side))[:, None] & ((columns >= 0) & (columns < side))
    return mask[rows.clamp(0, side - 1)[:, None], columns.clamp(0, side - 1)] & inside


def scores(
    mask: Bool[Tensor, "side side"],
    box: Float[Tensor, "4"],
    answered_mask: Bool[Tensor, "side side"],
    answered_box: Float[Tensor, "4"],
) -> dict[str, float]:
    """Compare an answer with the truth, object against background.

    Returns:
        By name: ``pixel`` accuracy; ``background``, ``object`` and ``mean`` intersection over union of the masks;
        ``dice`` of the object; ``box``, the boxes' intersection over union; ``l1``, the mean absolute difference of
        their edges in pixels.
    """
    shared, either = (mask & answered_mask).sum().item(), (mask | answered_mask).sum().item()
    neither = mask.numel() - either
    of_object, of_background = shared / either, neither / (mask.numel() - shared)
    return {
        "pixel": (shared + neither) / mask.numel(),
        "background": of_background,
        "object": of_object,
        "mean": (of_object + of_background) / 2,
        "dice": 2 * shared / (shared + either),
        "box": box_iou(box[None].double(), answered_box[None].double()).item(),
        "l1": (box - answered_box).abs().mean().item(),
    }


class MoveTheAnswer(LiveFigure):
    """A mask and a box that the reader moves over a picture and enlarges, with the scores of both.

    Args:
        scenes: one to six; the first is shown first, with the network's answer in its place.
        alt: what is to be seen; by default the scores of that answer.

    Raises:
        ValueError: if there are too few or too many scenes, or an answer is empty.
    """

    module = "move_the_answer"
    scenes = t.List(t.Dict()).tag(sync=True)
    scene = t.Int().tag(sync=True)
    start = t.Unicode().tag(sync=True)  # what is moved: "network", "truth" or "nothing"
    right = t.Float().tag(sync=True)  # pixels
    down = t.Float().tag(sync=True)
    size = t.Float().tag(sync=True)  # factor

    def __init__(self, scenes: Sequence[Scene], *, alt: str | None = None) -> None:
        if not 1 <= len(scenes) <= 6:
            raise ValueError(f"got {len(scenes)} scenes; wanted 1 to 6")
        if not all(scene.mask.any() and scene.answered_mask.any() for scene in scenes):
            raise ValueError(
                "a mask is empty; wanted one pixel at least in the true and the answered mask of each scene"
            )
        self._first = first = scenes[0]
        found = scores(first.mask, first.box, first.answered_mask, first.answered_box)
        super().__init__(
            alt=alt
            or "A picture with the true box and shape of its object and a network's. The network's score "
            f"{percent(found['pixel'])} pixel accuracy, {percent(found['mean'])} mean intersection over union of "
            f"object and background, and {percent(found['box'])} intersection over union of the boxes.",
            scenes=[_state(scene) for scene in scenes],
            scene=0,
            start="network",
            right=0.0,
            down=0.0,
            size=1.0,
        )

    def room(self) -> tuple[str, str]:
        """Return heights that hold the picture beside the scores, and above them, with the controls."""
        return "max(35.25rem, calc(50cqi + 13.5rem))", "62rem"

    def picture(self) -> Figure:
        """Draw the first scene with both answers."""
        first = self._first
        return outlined(first.picture, first.mask, first.box, first.answered_mask, first.answered_box)


def _state(scene: Scene) -> dict[str, Any]:
    """Return what the module needs of a scene; masks as lengths of runs, the first one of pixels outside."""
    file = io.BytesIO()
    pixels = np.moveaxis((255 * scene.picture).round().byte().cpu().numpy(), 0, -1)
    Image.fromarray(pixels).save(file, format="JPEG", quality=90)
    return {
        "side": len(scene.mask),
        "picture": "data:image/jpeg;base64," + base64.b64encode(file.getvalue()).decode(),
        "mask": _runs(scene.mask),
        "box": [round(edge, 3) for edge in scene.box.tolist()],
        "answered_mask": _runs(scene.answered_mask),
        "answered_box": [round(edge, 3) for edge in scene.answered_box.tolist()],
    }


def _runs(mask: Tensor) -> list[int]:
    flat = torch.cat([torch.tensor([False]), mask.flatten().cpu()])
    changes = (flat[1:] != flat[:-1]).nonzero().flatten()
    edges = torch.cat([torch.tensor([0]), changes, torch.tensor([mask.numel()])])
    lengths: list[int] = edges.diff().tolist()
    return lengths
