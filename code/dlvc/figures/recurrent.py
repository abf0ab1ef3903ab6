"""Recurrent networks: the shapes of sequence problems, and what a network goes through as it reads a picture."""

from typing import Any

from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from dlvc.figures.theme import BLUE, GREEN, INK, ORANGE, QUIET, WIDTH, style
from dlvc.losses import softmax

# Of each shape its name, an example, and the steps at which something goes in and comes out.
SHAPES = (
    ("one to one", "picture → class", (0,), (0,)),
    ("one to many", "picture → caption", (0,), (0, 1, 2)),
    ("many to one", "rows → digit", (0, 1, 2), (2,)),
    ("many to many,\nread first", "sentence → sentence", (0, 1), (2, 3)),
    ("many to many,\nstep by step", "rows → beliefs", (0, 1, 2), (0, 1, 2)),
)


def sequence_shapes() -> Figure:
    """Draw the five shapes of problems with sequences: inputs below, states in the middle, outputs on top."""
    with style():
        figure = Figure(figsize=(WIDTH, 4.9))
        grid = figure.add_gridspec(2, 6, wspace=0.1, hspace=0.5)
        places = [grid[0, 0:2], grid[0, 2:4], grid[0, 4:6], grid[1, 0:3], grid[1, 3:6]]
        for place, (name, example, ins, outs) in zip(places, SHAPES, strict=True):
            axes = figure.add_subplot(place)
            last = max(*ins, *outs)
            for step in range(last + 1):
                axes.plot(step, 1, "s", color=GREEN, markersize=11)
                if step:
                    _arrow(axes, (step - 1, 1), (step, 1))
            for step in ins:
                axes.plot(step, 0, "o", color=BLUE, markersize=10)
                _arrow(axes, (step, 0), (step, 1))
            for step in outs:
                axes.plot(step, 2, "^", color=ORANGE, markersize=11)
                _arrow(axes, (step, 1), (step, 2))
            middle = last / 2
            half = 0.8 * len(place.colspan)  # so that a step is as wide in all shapes
            axes.set(xlim=(middle - half, middle + half), ylim=(-0.5, 2.5))
            axes.set_title(name)
            axes.text(middle, -0.55, example, ha="center", va="top", fontsize=10.5, color=QUIET)
            axes.set_axis_off()
    return figure


def _arrow(axes: Axes, start: tuple[int, int], end: tuple[int, int]) -> None:
    axes.annotate("", end, start, arrowprops={"arrowstyle": "->", "color": INK, "shrinkA": 7, "shrinkB": 7})


def reading(picture: Float[Tensor, "28 28"], trace: Float[Tensor, "28 outputs"], classes: int) -> Figure:
    """Draw a picture that was read row by row, and beside it, row for row, what the network had in it.

    Args:
        picture: pixels in [0, 1].
        trace: after each row the logits, and then r, z, n and h, as many numbers each.
        classes: number of logits.
    """
    logits, gates = trace[:, :classes], trace[:, classes:].chunk(4, 1)
    grey: dict[str, Any] = {"cmap": "gray", "vmin": 0, "vmax": 1}
    signed: dict[str, Any] = {"cmap": "RdBu_r", "vmin": -1, "vmax": 1}
    maps = (
        ("picture", "column", picture, grey),
        ("belief", "digit", softmax(logits), grey),
        ("reset $r$", "unit", gates[0], grey),
        ("update $z$", "unit", gates[1], grey),
        ("candidate $n$", "unit", gates[2], signed),
        ("state $h$", "unit", gates[3], signed),
    )
    with style():
        figure = Figure(figsize=(WIDTH, 6.6), layout="constrained")
        for axes, (name, across, values, look) in zip(figure.subplots(3, 2).flat, maps, strict=True):
            rows, columns = values.shape
            sides = (-0.5, columns - 0.5, rows + 0.5, 0.5)  # rows are counted from 1
            axes.imshow(values.numpy(), aspect="auto", interpolation="none", extent=sides, **look)
            axes.set(title=name, xlabel=across, ylabel="row read", yticks=(1, 7, 14, 21, 28))
            axes.locator_params(axis="x", integer=True)
            axes.grid(visible=False)
    return figure
