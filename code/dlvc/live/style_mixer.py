"""Live figure: two styles to mix level by level, and directions to walk in; a trained generator draws the result."""

from collections.abc import Mapping

import numpy as np
import torch
import traitlets as t
from jaxtyping import Float
from matplotlib.figure import Figure
from torch import Tensor, nn

from dlvc.figures.theme import WIDTH, style
from dlvc.live.draw_and_classify import to_bytes
from dlvc.live.networks import CHECKED, NetworkFigure, examples
from dlvc.live.onnx_export import Exported
from dlvc.models import StyleGenerator

LEVELS = ("coarse", "middle", "fine")


class ByLevel(nn.Module):
    """Draws, without noise, from one style for each of the three levels, one after the other in a row.

    Args:
        generator: whose layers come in pairs, two a level.
    """

    def __init__(self, generator: StyleGenerator) -> None:
        super().__init__()
        self.generator = generator

    def forward(self, styles: Float[Tensor, "batch three_latents"]) -> Float[Tensor, "batch pixels"]:
        """Return pictures with values in [0, 1], ``(B, 3 D) -> (B, H W)``."""
        levels = styles.view(-1, len(LEVELS), styles.shape[1] // len(LEVELS))  # (B, 3 D) -> (B, 3, D)
        levels = torch.stack([levels, levels], 2).flatten(1, 2)  # (B, 3, 2, D) -> (B, 6, D)
        return (self.generator.synthesise(levels).flatten(1) + 1) / 2


class StyleMixer(NetworkFigure):
    """Two pictures, from which each level of a third takes its style, and a slider for each direction.

    Args:
        network: from `dlvc.live.export` of `ByLevel`.
        styles: at least 32 vectors w among which the reader chooses two, ``(M, D)``.
        directions: by name, the step in w of one unit of its slider.
        reach: by which each slider can be moved to either side, in units.
        first: numbers of the two styles at the start.
        alt: what is to be seen.

    Raises:
        ValueError: if an argument is not as above.
    """

    module = "style_mixer"
    name = t.Unicode().tag(sync=True)
    side = t.Int().tag(sync=True)  # of the pictures
    styles = t.List(t.List(t.Float())).tag(sync=True)
    directions = t.List(t.Dict()).tag(sync=True)
    reach = t.Float().tag(sync=True)
    chosen = t.List(t.Int()).tag(sync=True)  # numbers of the styles A and B
    sources = t.List(t.Int()).tag(sync=True)  # of each level: 0 is A, 1 is B
    steps = t.List(t.Float()).tag(sync=True)  # along each direction
    pixels = t.List(t.List(t.Int())).tag(sync=True)  # of A, of B and of the mixture, 0 to 255
    bytes = t.Int().tag(sync=True)  # of the figure's files

    def __init__(
        self,
        network: Exported,
        styles: Float[Tensor, "count latent"],
        directions: Mapping[str, Float[Tensor, " latent"]],
        *,
        reach: float = 3.0,
        first: tuple[int, int] = (0, 1),
        alt: str,
    ) -> None:
        if len(styles) < CHECKED:
            raise ValueError(f"styles are {len(styles)}; wanted at least {CHECKED}")
        if not all(0 <= number < len(styles) for number in first):
            raise ValueError(f"first is {first}; wanted numbers of two of {len(styles)} styles")
        if not directions:
            raise ValueError("directions is empty; wanted at least one")
        styles = torch.tensor([[round(value, 4) for value in row] for row in styles.tolist()])
        a, b = first
        sources = [0, 0, 1]
        pair = torch.stack([styles[a], styles[b]])
        three = torch.stack([pair[[0, 0, 0]], pair[[1, 1, 1]], pair[sources]]).flatten(1)  # (3, 3 D)
        drawn = to_bytes(network.reference(three))
        mixtures = torch.cat([styles.roll(-level, 0) for level in range(len(LEVELS))], 1)  # (M, 3 D)
        file = examples(network, mixtures)
        super().__init__(
            [network],
            {f"{network.name}.gz": file},
            alt=alt,
            name=network.name,
            side=round(drawn.shape[1] ** 0.5),
            styles=styles.tolist(),
            directions=[
                {"name": name, "step": [round(value, 5) for value in step.tolist()]}
                for name, step in directions.items()
            ],
            reach=reach,
            chosen=list(first),
            sources=sources,
            steps=[0.0] * len(directions),
            pixels=drawn.tolist(),
            bytes=len(network.onnx) + len(file),
        )

    def room(self) -> tuple[str, str]:
        """Return heights for three pictures in a row, and the controls."""
        return "38rem", "44rem"

    def picture(self) -> Figure:
        """Draw both pictures and, between them, their mixture."""
        with style():
            figure = Figure(figsize=(WIDTH, 2.1), layout="constrained")
            a, b, mixed = (np.reshape(pixels, (self.side, self.side)) for pixels in self.pixels)
            titles = ("A", "layout of A, fine of B", "B")
            for axes, pixels, title in zip(figure.subplots(1, 3), (a, mixed, b), titles, strict=True):
                axes.imshow(pixels, vmin=0, vmax=255, interpolation="none")
                axes.set_title(title)
                axes.set_axis_off()
        return figure
