"""Live figure: how two shapes are aligned, stretched and joined."""

from collections.abc import Sequence

import torch
import traitlets as t
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from dlvc.figures.theme import BLUE, INK, QUIET, style
from dlvc.live.figure import LiveFigure

_MOST_AXES, _LARGEST, _DRAWN = 5, 9999, 8
Shape = Sequence[int]


class Broadcasting(LiveFigure):
    """Two shapes that the reader types or steps, what `a + b` makes of them, and PyTorch's error where it refuses.

    Args:
        first: shape of a at the beginning, at most 5 axes of at most 9999.
        second: shape of b.
        examples: pairs of shapes to choose from.
        alt: what is to be seen; by default the result in words.

    Raises:
        ValueError: if a shape is not as above.
    """

    module = "broadcasting"
    first = t.List(t.Int()).tag(sync=True)
    second = t.List(t.Int()).tag(sync=True)
    examples = t.List(t.List(t.List(t.Int()))).tag(sync=True)

    def __init__(
        self,
        first: Shape = (4, 1),
        second: Shape = (3,),
        examples: Sequence[tuple[Shape, Shape]] = (),
        *,
        alt: str | None = None,
    ) -> None:
        for shape in (first, second, *(each for pair in examples for each in pair)):
            if len(shape) > _MOST_AXES or not all(0 <= size <= _LARGEST for size in shape):
                raise ValueError(f"shape {tuple(shape)}; wanted at most {_MOST_AXES} axes of 0 to {_LARGEST}")
        if alt is None:
            alt = f"Shapes {tuple(first)} and {tuple(second)} side by side, and their sum: {result(first, second)}."
        pairs = [[list(a), list(b)] for a, b in examples]
        super().__init__(alt=alt, first=list(first), second=list(second), examples=pairs)

    def room(self) -> tuple[str, str]:
        """Return heights for the controls, three drawings in a row or one above the other, and the words."""
        return "clamp(34rem, 76.9rem - 100cqi, 38.8rem)", "calc(57.4rem - 62cqi)"

    def picture(self) -> Figure:
        """Draw the last two axes of a, b and their sum: what is stored filled, what is read again dashed."""
        found = result(self.first, self.second)
        axes = max(len(self.first), len(self.second))
        a, b = ([1] * (axes - len(shape)) + list(shape) for shape in (self.first, self.second))
        blocks = {"a": (a, a), "b": (b, b)}
        if not isinstance(found, str):
            blocks = {"a": (a, found), "b": (b, found), "a + b": (found, found)}
        with style():
            rows = min(max([1, *full][-2] if full else 1 for _, full in blocks.values()), _DRAWN)
            figure = Figure(figsize=(6.4, 0.6 + 0.24 * rows), layout="constrained")
            places = figure.subplots(1, len(blocks), squeeze=False)[0]
            for place, (name, (own, full)) in zip(places, blocks.items(), strict=True):
                _grid(place, own, full, rows)
                shape = {"a": self.first, "b": self.second}.get(name, full)
                place.set_title(f"{name} {tuple(shape)}", loc="left")
            if isinstance(found, str):
                figure.suptitle(found, fontsize=8)
        return figure


def result(first: Shape, second: Shape) -> list[int] | str:
    """Return the shape of a sum, or what PyTorch says to it."""
    one, other = (torch.empty(()).expand(tuple(shape)) for shape in (first, second))  # a single number, read again
    try:
        return list(torch.broadcast_tensors(one, other)[0].shape)  # type: ignore[no-untyped-call]
    except RuntimeError as error:
        return str(error)


def _grid(axes: Axes, own: Shape, full: Shape, height: int) -> None:
    (rows, columns), (own_rows, own_columns) = ([1, 1, *shape][-2:] for shape in (full, own))
    for row in range(min(rows, _DRAWN)):
        for column in range(min(columns, _DRAWN)):
            stored = row < own_rows and column < own_columns
            square = Rectangle((column + 0.08, row + 0.08), 0.84, 0.84)
            square.set(facecolor=BLUE if stored else "none", edgecolor=INK if stored else QUIET)
            square.set_linestyle("-" if stored else ":")
            axes.add_patch(square)
    axes.set(xlim=(0, _DRAWN), ylim=(height, 0), aspect="equal", anchor="N")
    axes.set_axis_off()
