"""Live figure: optimisers that run side by side on a loss surface of two weights."""

from collections.abc import Callable
from functools import partial
from math import isfinite
from typing import Any

import numpy as np
import torch
import traitlets as t
from jaxtyping import Float
from matplotlib.figure import Figure
from torch import Tensor
from torch.optim import Optimizer

from dlvc import optim, surfaces
from dlvc.figures.theme import LINES, QUIET, style
from dlvc.live.figure import LiveFigure, check_range

# How each surface is first seen: its frame, from where and how fast the runners start, the power by which its contour
# lines crowd together in the valleys, and its minima. The module gets it as it stands here.
SURFACES: dict[str, dict[str, Any]] = {
    "bowl": {
        "title": "Bowl",
        "frame": [[-5.0, 5.0], [-5.0, 5.0]],
        "start": [-4.5, 3.0],
        "lr": 0.4,
        "adaptive_lr": 0.3,
        "crowding": 2,
        "minima": [[0.0, 0.0]],
    },
    "rosenbrock": {
        "title": "Curved valley",
        "frame": [[-2.0, 2.0], [-1.0, 3.0]],
        "start": [-1.2, 1.0],
        "lr": 1e-3,
        "adaptive_lr": 0.03,
        "crowding": 4,
        "minima": [[1.0, 1.0]],
    },
    "himmelblau": {
        "title": "Four minima",
        "frame": [[-6.0, 6.0], [-6.0, 6.0]],
        "start": [0.0, 0.0],
        "lr": 0.01,
        "adaptive_lr": 0.3,
        "crowding": 3,
        "minima": [[3.0, 2.0], [-2.805118, 3.131313], [-3.77931, -3.283186], [3.584428, -1.848127]],
    },
    "arctan": {
        "title": "Crater",
        "frame": [[-4.0, 4.0], [-4.0, 4.0]],
        "start": [1.2, -0.9],
        "lr": 0.3,
        "adaptive_lr": 0.1,
        "crowding": 1,
        "minima": [[0.0, 0.0]],
    },
}
RMSPROP_DECAY = 0.9  # as in the lecture that introduced it
_PICTURED = 60  # steps
_CONTOURS = 12


def height(surface: str, w: Float[Tensor, "*batch 2"], condition: float) -> Float[Tensor, "*batch"]:
    """Compute the loss at pairs of weights.

    Args:
        surface: a key of `SURFACES`.
        w: pairs of weights.
        condition: condition number of the bowl; the others ignore it.
    """
    if surface == "bowl":
        return surfaces.quadratic(w, condition)
    if surface == "arctan":
        return surfaces.arctan_ratio(w).sum(-1)
    return {"rosenbrock": surfaces.rosenbrock, "himmelblau": surfaces.himmelblau}[surface](w)


def runners(lr: float, adaptive_lr: float, momentum: float) -> dict[str, Callable[..., Optimizer]]:
    """Return by name what makes the optimiser of each runner.

    Args:
        lr: learning rate of the first three.
        adaptive_lr: learning rate of RMSProp and Adam.
        momentum: of momentum and Nesterov, and the first beta of Adam.
    """
    return {
        "Gradient descent": partial(optim.SGD, lr=lr),
        "Momentum": partial(optim.SGD, lr=lr, momentum=momentum),
        "Nesterov": partial(optim.SGD, lr=lr, momentum=momentum, nesterov=True),
        "RMSProp": partial(optim.RMSprop, lr=adaptive_lr, decay=RMSPROP_DECAY),
        "Adam": partial(optim.Adam, lr=adaptive_lr, betas=(momentum, 0.999)),
    }


class OptimiserRace(LiveFigure):
    """Contour lines of a surface, and five optimisers that run down it from a start that the reader sets.

    Args:
        surface: a key of `SURFACES`; the reader can change it.
        condition: condition number of the bowl, 1 to 1000.
        start: from where they run; by default what suits the surface, as for the two rates.
        lr: learning rate of gradient descent, momentum and Nesterov, 1e-4 to 10.
        adaptive_lr: learning rate of RMSProp and Adam, 1e-4 to 10.
        momentum: 0 to 0.99; the first beta of Adam too.
        alt: what is to be seen; by default where each runner is after some steps.

    Raises:
        ValueError: if an argument is not as above.
    """

    module = "optimiser_race"
    surface = t.Unicode().tag(sync=True)
    surfaces = t.Dict().tag(sync=True)
    condition = t.Float().tag(sync=True)
    start = t.List(t.Float()).tag(sync=True)
    lr = t.Float().tag(sync=True)
    adaptive_lr = t.Float().tag(sync=True)
    momentum = t.Float().tag(sync=True)

    def __init__(
        self,
        surface: str = "bowl",
        *,
        condition: float = 30.0,
        start: tuple[float, float] | None = None,
        lr: float | None = None,
        adaptive_lr: float | None = None,
        momentum: float = 0.8,
        alt: str | None = None,
    ) -> None:
        if surface not in SURFACES:
            raise ValueError(f"surface is {surface!r}; wanted one of {list(SURFACES)}")
        suited = SURFACES[surface]
        point = [float(weight) for weight in (suited["start"] if start is None else start)]
        if len(point) != 2 or not all(map(isfinite, point)):
            raise ValueError(f"start is {point}; wanted two finite weights")
        rates = {
            "lr": suited["lr"] if lr is None else float(lr),
            "adaptive_lr": suited["adaptive_lr"] if adaptive_lr is None else float(adaptive_lr),
        }
        check_range(1, 1000, condition=condition)
        check_range(1e-4, 10, **rates)
        check_range(0, 0.99, momentum=momentum)
        loss = partial(height, surface, condition=float(condition))
        self._walks = {
            name: optim.walk(make, loss, torch.tensor(point, dtype=torch.float64), _PICTURED)
            for name, make in runners(**rates, momentum=float(momentum)).items()
        }
        super().__init__(
            alt=alt or _describe(surface, self._walks),
            surface=surface,
            surfaces=SURFACES,
            condition=float(condition),
            start=point,
            momentum=float(momentum),
            **rates,
        )

    def room(self) -> tuple[str, str]:
        """Return heights for the square surface, at most 28rem wide, and what is above and below it."""
        return "calc(min(28rem, 100cqi) + 28rem)", "calc(min(28rem, 100cqi) + 41rem)"

    def picture(self) -> Figure:
        """Draw the contour lines and the first steps of each runner."""
        suited = SURFACES[self.surface]
        (left, right), (low, high) = suited["frame"]
        x, y = torch.linspace(left, right, 161).double(), torch.linspace(low, high, 161).double()
        points = torch.stack(torch.meshgrid(x, y, indexing="xy"), -1)
        heights = height(self.surface, points, self.condition).numpy()
        levels = heights.max() * (np.arange(1, _CONTOURS) / _CONTOURS) ** suited["crowding"]
        with style():
            figure = Figure(figsize=(4.8, 5.2))
            axes = figure.add_subplot(xlim=(left, right), ylim=(low, high), xlabel="$w_1$", ylabel="$w_2$")
            axes.contour(x.numpy(), y.numpy(), heights, levels=levels, colors=QUIET, linewidths=0.6)
            for (name, walk), (colour, dash), marker in zip(self._walks.items(), LINES, "os^Dv", strict=False):
                axes.plot(*walk.T.numpy(), color=colour, linestyle=dash, linewidth=1.3)
                axes.plot(*walk[-1].numpy(), color=colour, marker=marker, linestyle="", label=name)
            axes.plot(*self.start, "o", color=QUIET, markersize=10, fillstyle="none")
            axes.set_aspect("equal")
            axes.grid(visible=False)
            axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=3, fontsize=9)
        return figure


def _describe(surface: str, walks: dict[str, Float[Tensor, "points 2"]]) -> str:
    ends = "; ".join(f"{name} at ({walk[-1, 0]:.2f}, {walk[-1, 1]:.2f})" for name, walk in walks.items())
    return f"Contour lines of the surface {SURFACES[surface]['title']!r}, and after {_PICTURED} steps: {ends}."
