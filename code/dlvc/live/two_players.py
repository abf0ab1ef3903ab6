"""Live figure: the world's simplest GAN, whose two players move on the surface of its value."""

from functools import partial
from typing import Any

import torch
import traitlets as t
from jaxtyping import Float
from matplotlib.figure import Figure
from torch import Tensor

from dlvc import games
from dlvc.figures.theme import style
from dlvc.live.figure import LiveFigure
from dlvc.live.loss_landscape import COLOURS

_TITLES: dict[str, str] = {"logs": "with logarithms", "none": "without logarithms"}
_LOWEST: dict[str, float] = {"logs": -4.0, "none": 0.0}  # what lies below is drawn flat, as in the module
_CORNERS = 33  # of the picture's surface, along each weight
_PICTURED = 100  # steps


class TwoPlayers(LiveFigure):
    """The value of the game over both weights as a surface that can be turned, and the way that the players take.

    Args:
        kind: whether probabilities enter by their logarithms, ``"logs"``, or not, ``"none"``; the reader can change
            it, as all that follows.
        start: the discriminator's weight w, -2 to 2, and the generator's b, -1 to 7.
        spread: standard deviation of the pixels, 0 to 2.
        rate: learning rate of both, 0.05 to 1.
        turns: whether the generator sees the discriminator's step before its own.
        alt: what is to be seen; by default where the players are after some steps.

    Raises:
        ValueError: if an argument is not as above.
    """

    module = "two_players"
    kind = t.Unicode().tag(sync=True)
    start = t.List(t.Float()).tag(sync=True)
    spread = t.Float().tag(sync=True)
    rate = t.Float().tag(sync=True)
    turns = t.Bool().tag(sync=True)

    def __init__(
        self,
        kind: str = "logs",
        *,
        start: tuple[float, float] = (0.0, 0.0),
        spread: float = 1.0,
        rate: float = 0.2,
        turns: bool = False,
        alt: str | None = None,
    ) -> None:
        if kind not in _TITLES:
            raise ValueError(f"kind is {kind!r}; wanted one of {list(_TITLES)}")
        if not (-2 <= start[0] <= 2 and -1 <= start[1] <= 7):
            raise ValueError(f"start is {start}; wanted w from -2 to 2 and b from -1 to 7")
        if not 0 <= spread <= 2:
            raise ValueError(f"spread is {spread}; wanted 0 to 2")
        if not 0.05 <= rate <= 1:
            raise ValueError(f"rate is {rate}; wanted 0.05 to 1")
        self._value = partial(games.one_pixel_value, spread=float(spread), logs=kind == "logs")
        begin = torch.tensor(start, dtype=torch.float64)
        self._walk = games.play(self._value, begin, lr=float(rate), steps=_PICTURED, turns=turns)
        w, b = self._walk[-1].tolist()
        super().__init__(
            alt=alt
            or f"A surface over the weights w and b with a saddle at w = 0 and b = {games.REAL_MEAN:g}: the value of "
            f"the game {_TITLES[kind]}. After {_PICTURED} steps from w = {start[0]:g} and b = {start[1]:g} the "
            f"players are at w = {w:.2f} and b = {b:.2f}.",
            kind=kind,
            start=[float(weight) for weight in start],
            spread=float(spread),
            rate=float(rate),
            turns=turns,
        )

    def room(self) -> tuple[str, str]:
        """Return heights for the surface, three quarters of its width, and what is above and below it."""
        return "calc(21.5rem + min(36rem, 100cqi) * 0.75)", "max(43rem, calc(26rem + 75cqi))"

    def picture(self) -> Figure:
        """Draw the surface and the first steps, seen from where the live one is seen first."""
        lowest = _LOWEST[self.kind]

        def height(places: Float[Tensor, "*batch 2"]) -> Any:
            return self._value(places).clamp(min=lowest).numpy()

        w, b = torch.linspace(-2, 2, _CORNERS).double(), torch.linspace(-1, 7, _CORNERS).double()
        grid = torch.stack(torch.meshgrid(w, b, indexing="ij"), -1)
        with style():
            figure = Figure(figsize=(5.0, 3.6))
            axes: Any = figure.add_axes((0, 0, 1, 1), projection="3d", computed_zorder=False)
            axes.plot_surface(
                *grid.unbind(-1), height(grid), cmap=COLOURS, linewidth=0, rasterized=True, vmin=lowest, vmax=lowest + 4
            )
            axes.plot(
                *self._walk.T.numpy(), height(self._walk), color="#b3123f", linewidth=1.5, linestyle="-", zorder=5
            )
            axes.set(xlabel="$w$", ylabel="$b$", xticks=(-2, 0, 2), yticks=(-1, 3, 7))
            axes.view_init(elev=29, azim=-56)
            for axis in (axes.xaxis, axes.yaxis, axes.zaxis):
                axis.set_pane_color((0, 0, 0, 0))
        return figure
