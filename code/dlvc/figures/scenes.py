"""Pictures with what is in them: boxes and masks, the true ones beside a network's."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float, Int
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from torch import Tensor

from dlvc.figures.images import picture_panels
from dlvc.figures.theme import style

# On photographs of any colour: each line has a black rim.
_TRUE, _ANSWERED = ("white", "-"), ("#ffb000", "--")


def boxes(
    images: Float[Tensor, "count 3 height width"],
    true: Float[Tensor, "count 4"],
    answered: Float[Tensor, "count 4"] | None = None,
    captions: Sequence[str] = (),
    *,
    columns: int = 4,
) -> Figure:
    """Draw pictures with a box each, solid and white, and a network's box, dashed and yellow.

    Args:
        images: in [0, 1].
        true: left, top, right and bottom edge in pixels.
        answered: the same, of a network.
        captions: one a picture, or none.
        columns: pictures a row.
    """
    with style():
        figure, grid, size = picture_panels(len(images), columns, lines=1 if captions else 0)
        for index, axes in enumerate(grid):
            _show(axes, images[index])
            _box(axes, true[index], *_TRUE)
            if answered is not None:
                _box(axes, answered[index], *_ANSWERED)
            if captions:
                axes.set_title(captions[index], fontsize=size, pad=4)
    return figure


def masks(
    images: Float[Tensor, "count 3 height width"], rows: dict[str, Int[Tensor, "count height width"]], classes: int
) -> Figure:
    """Draw pictures in a row, and below them, row by row, masks of them.

    Args:
        images: in [0, 1].
        rows: name to class numbers of the pixels, 0 for the background.
        classes: how many there are beside the background; each has its colour.
    """
    with style():
        count = len(images)
        figure, grid, size = picture_panels(count * (1 + len(rows)), count, lines=0)
        for axes, image in zip(grid, images, strict=False):
            _show(axes, image)
        for row, (name, answers) in enumerate(rows.items(), start=1):
            for column, answer in enumerate(answers):
                axes = grid[row * count + column]
                shown = np.ma.masked_equal(answer.cpu().numpy(), 0)
                axes.imshow(np.zeros(shown.shape), cmap="gray", interpolation="none")
                axes.imshow(shown, cmap="Set2", vmin=1, vmax=max(8, classes), interpolation="none")
            first = grid[row * count]
            first.set_axis_on()
            first.set(frame_on=False, xticks=(), yticks=())
            first.set_ylabel(name, fontsize=size)
    return figure


def _show(axes: Axes, image: Tensor) -> None:
    axes.imshow(np.moveaxis(image.detach().cpu().numpy(), 0, -1), interpolation="none")


def _box(axes: Axes, box: Tensor, colour: str, dash: str) -> None:
    """Draw a box over the picture; pixel 0 reaches from -0.5 to 0.5 there."""
    left, top, right, bottom = (box.detach().cpu() - 0.5).tolist()
    for ink, width, line in (("black", 3.2, "-"), (colour, 1.6, dash)):
        axes.add_patch(
            Rectangle(
                (left, top),
                right - left,
                bottom - top,
                fill=False,
                edgecolor=ink,
                linewidth=width,
                linestyle=line,
                clip_on=False,
            )
        )


def outlined(
    image: Float[Tensor, "3 height width"],
    mask: Bool[Tensor, "height width"],
    box: Float[Tensor, "4"],
    answered_mask: Bool[Tensor, "height width"],
    answered_box: Float[Tensor, "4"],
) -> Figure:
    """Draw a picture with outline and box of its object, solid and white, and an answer's, yellow, the box dashed.

    Args:
        image: in [0, 1].
        mask: which pixels are the object's.
        box: left, top, right and bottom edge in pixels.
        answered_mask: which pixels the answer says are.
        answered_box: the answer's box.
    """
    with style():
        figure, (axes,), _ = picture_panels(1, 1, lines=0)
        _show(axes, image)
        for area, edges, (colour, dash) in ((mask, box, _TRUE), (answered_mask, answered_box, _ANSWERED)):
            axes.contour(area.cpu().numpy(), levels=[0.5], colors=colour, linewidths=1.6)
            _box(axes, edges, colour, dash)
    return figure
