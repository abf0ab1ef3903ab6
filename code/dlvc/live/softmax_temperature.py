"""Live figure: what the temperature of a softmax does."""

from collections.abc import Sequence
from math import isfinite

import torch
import traitlets as t
from jaxtyping import Float
from matplotlib.figure import Figure
from torch import Tensor

from dlvc.figures.theme import BLUE, WIDTH, percent, style
from dlvc.live.figure import LiveFigure, check_range
from dlvc.losses import softmax


class SoftmaxTemperature(LiveFigure):
    r"""Bars of :math:`\operatorname{softmax}(z / T)`, with sliders for the temperature and for each logit.

    Args:
        logits: one finite number a class, 2 to 10 of them.
        names: the classes' names.
        temperature: :math:`T` at the beginning, 0.1 to 10.
        alt: what is to be seen; by default the probabilities in words.

    Raises:
        ValueError: if an argument is not as above.
    """

    module = "softmax_temperature"
    logits = t.List(t.Float()).tag(sync=True)
    names = t.List(t.Unicode()).tag(sync=True)
    temperature = t.Float().tag(sync=True)

    def __init__(
        self,
        logits: Sequence[float] | Float[Tensor, " classes"],
        names: Sequence[str],
        temperature: float = 1.0,
        *,
        alt: str | None = None,
    ) -> None:
        numbers = [float(logit) for logit in logits]
        if not 2 <= len(numbers) <= 10 or not all(map(isfinite, numbers)):
            raise ValueError(f"logits is {numbers}; wanted 2 to 10 finite numbers")
        if len(names) != len(numbers):
            raise ValueError(f"names has {len(names)} entries; wanted one for each of {len(numbers)} logits")
        check_range(0.1, 10, temperature=temperature)
        probabilities = _softmax(numbers, temperature)
        if alt is None:
            parts = ", ".join(f"{name} {percent(p)}" for name, p in zip(names, probabilities, strict=True))
            alt = f"Bar chart of probabilities at temperature {temperature:g}: {parts}."
        super().__init__(alt=alt, logits=numbers, names=list(names), temperature=float(temperature))

    @property
    def probabilities(self) -> list[float]:
        """Probability of each class at the present logits and temperature."""
        return _softmax(self.logits, self.temperature)

    def room(self) -> tuple[str, str]:
        """Return heights for one row a class."""
        return f"{7.5 + 1.55 * len(self.names):g}rem", f"{9 + 3.75 * len(self.names):g}rem"

    def picture(self) -> Figure:
        """Draw a bar for each class with its probability."""
        with style():
            figure = Figure(figsize=(WIDTH, 0.8 + 0.29 * len(self.names)), layout="constrained")
            axes = figure.add_subplot(xlim=(0, 1), xlabel=f"probability at temperature {self.temperature:g}")
            axes.bar_label(axes.barh(self.names, self.probabilities, color=BLUE), fmt=percent, padding=4)
            axes.grid(visible=False)
            axes.invert_yaxis()
        return figure


def _softmax(logits: list[float], temperature: float) -> list[float]:
    probabilities: list[float] = softmax(torch.tensor(logits, dtype=torch.float64), temperature).tolist()
    return probabilities
