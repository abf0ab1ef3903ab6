"""Live figure: the cost landscapes of squared error and of cross-entropy for the same small classifier."""

from collections.abc import Sequence
from typing import Any, Literal

import torch
import traitlets as t
from jaxtyping import Float
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from torch import Tensor

from dlvc import losses
from dlvc.figures.theme import style
from dlvc.live.figure import LiveFigure, check_range

Kind = Literal["squared_error", "cross_entropy"]

_NAMES: dict[Kind, str] = {"squared_error": "squared error", "cross_entropy": "cross-entropy"}
_SPAN = 8  # each weight goes from -8 to 8, as in the module
_CORNERS = 33  # of the picture's surface, along each weight
# The colours of surface.js.
COLOURS = LinearSegmentedColormap.from_list("landscape", ["#3f6fb5", "#2a9d8f", "#e9a23b"])
# Synthetic: two groups of five points that lie opposite each other, one point of each on the wrong side,
# so that both losses have their minimum at small weights.
_INPUTS = (
    *((2.0, 0.5), (1.0, 1.5), (0.5, 1.0), (1.5, -0.5), (-1.5, 0.5)),
    *((-2.0, -0.5), (-1.0, -1.0), (-0.5, -2.0), (-0.5, 1.5), (0.5, -1.5)),
)
_LABELS = (1, 1, 1, 1, 1, 0, 0, 0, 0, 0)


def loss(kind: Kind, w: Float[Tensor, "2"], x: Float[Tensor, "n 2"], y: Float[Tensor, " n"]) -> Float[Tensor, ""]:
    """Mean loss of the probability ``sigmoid(x @ w)``, as `dlvc.losses` computes it.

    Args:
        kind: which loss.
        w: two weights.
        x: inputs.
        y: labels, 0 or 1.
    """
    logits = x @ w
    if kind == "squared_error":
        return losses.squared_error(logits.sigmoid(), y)
    return losses.binary_cross_entropy_with_logits(logits, y)


class LossLandscape(LiveFigure):
    """The loss over two weights as a surface that can be turned, and a ball that rolls down on it.

    The classifier has no bias: its probability of label 1 is the sigmoid of ``w @ x``.

    Args:
        x: inputs, n pairs; by default ten points, which are synthetic.
        y: n labels, 0 or 1.
        kind: the loss that is shown first.
        start: the two weights, -8 to 8, from which the ball rolls.
        rate: learning rate, 0.1 to 100.
        alt: what is to be seen; by default how high both surfaces are.

    Raises:
        ValueError: if an argument is not as above.
    """

    module = "loss_landscape"
    x = t.List(t.List(t.Float())).tag(sync=True)
    y = t.List(t.Float()).tag(sync=True)
    kind = t.Unicode().tag(sync=True)
    start = t.List(t.Float()).tag(sync=True)
    rate = t.Float().tag(sync=True)

    def __init__(
        self,
        x: Sequence[Sequence[float]] = _INPUTS,
        y: Sequence[int] = _LABELS,
        *,
        kind: str = "squared_error",
        start: tuple[float, float] = (-5.0, -4.0),
        rate: float = 1.0,
        alt: str | None = None,
    ) -> None:
        inputs = torch.as_tensor(x, dtype=torch.float64)
        labels = torch.as_tensor(y, dtype=torch.float64)
        if inputs.ndim != 2 or inputs.shape[1] != 2 or not len(inputs) or not inputs.isfinite().all():
            raise ValueError(f"x has shape {tuple(inputs.shape)}; wanted finite numbers of shape (n, 2)")
        if labels.shape != inputs.shape[:1] or not ((labels == 0) | (labels == 1)).all():
            raise ValueError(f"y is {labels.tolist()}; wanted 0 or 1 for each of {len(inputs)} inputs")
        if kind not in _NAMES:
            raise ValueError(f"kind is {kind!r}; wanted one of {list(_NAMES)}")
        if not max(map(abs, start)) <= _SPAN:
            raise ValueError(f"start is {start}; wanted weights from {-_SPAN} to {_SPAN}")
        check_range(0.1, 100, rate=rate)
        self._heights = _sample(inputs, labels)
        super().__init__(
            alt=alt or _describe(self._heights),
            x=inputs.tolist(),
            y=labels.tolist(),
            kind=kind,
            start=[float(weight) for weight in start],
            rate=float(rate),
        )

    def room(self) -> tuple[str, str]:
        """Return heights for the surface, three quarters of its width, and what is above and below it."""
        return "calc(17.5rem + min(36rem, 100cqi) * 0.75)", "calc(22rem + 75cqi)"

    def picture(self) -> Figure:
        """Draw both surfaces side by side, seen from where the live one is seen first."""
        ticks = torch.linspace(-_SPAN, _SPAN, _CORNERS)
        w1, w2 = (weights.numpy() for weights in torch.meshgrid(ticks, ticks, indexing="ij"))
        with style():
            figure = Figure(figsize=(5.8, 2.9))
            for place, (kind, height) in enumerate(self._heights.items()):
                axes: Any = figure.add_axes((0.5 * place, 0, 0.5, 1), projection="3d")
                axes.plot_surface(w1, w2, height.numpy(), cmap=COLOURS, linewidth=0, rasterized=True)
                axes.set(xlabel="$w_1$", ylabel="$w_2$", title=f"Loss: {_NAMES[kind]}")
                axes.set(xticks=(-_SPAN, 0, _SPAN), yticks=(-_SPAN, 0, _SPAN), zlim=(0, height.max().item()))
                axes.view_init(elev=29, azim=-56)
                for axis in (axes.xaxis, axes.yaxis, axes.zaxis):
                    axis.set_pane_color((0, 0, 0, 0))
        return figure


def _sample(x: Float[Tensor, "n 2"], y: Float[Tensor, " n"]) -> dict[Kind, Float[Tensor, "corners corners"]]:
    """Both losses on the grid of the picture, the first weight along the first axis."""
    ticks = torch.linspace(-_SPAN, _SPAN, _CORNERS, dtype=torch.float64)
    grid = torch.cartesian_prod(ticks, ticks)  # (corners², 2)
    return {kind: torch.stack([loss(kind, w, x, y) for w in grid]).reshape(_CORNERS, _CORNERS) for kind in _NAMES}


def _describe(heights: dict[Kind, Float[Tensor, "corners corners"]]) -> str:
    ranges = ", ".join(f"{_NAMES[kind]} from {h.min():.2g} to {h.max():.2g}" for kind, h in heights.items())
    return f"Two surfaces over the weights w1 and w2, each from {-_SPAN} to {_SPAN}: {ranges}."
