"""Live figure: a walk through the latent space of a trained generator."""

import math

import numpy as np
import torch
import traitlets as t
from jaxtyping import Float
from matplotlib.figure import Figure
from torch import Tensor

from dlvc.figures.theme import WIDTH, style
from dlvc.live.draw_and_classify import SHAPE, to_bytes
from dlvc.live.networks import CHECKED, NetworkFigure, examples
from dlvc.live.onnx_export import Exported

AROUND = 12  # pictures around the ring


class LatentWalk(NetworkFigure):
    """Pictures on the ring that two latent vectors span; the reader walks around it, and towards 0 or away from it.

    Args:
        generator: from `dlvc.live.export`; maps latent vectors ``(N, latent)`` to pictures ``(N, 784)`` in [0, 1].
        codes: at least 32 latent vectors; the first two span the first ring.
        alt: what is to be seen.

    Raises:
        ValueError: if the codes are too few, or the generator's pictures have another size.
    """

    module = "latent_walk"
    name = t.Unicode().tag(sync=True)
    latent = t.Int().tag(sync=True)
    pair = t.List(t.List(t.Float())).tag(sync=True)
    angle = t.Int().tag(sync=True)  # degrees from the first vector towards the second
    length = t.Float().tag(sync=True)  # 1 for vectors as long as those of the pair
    pixels = t.List(t.Int()).tag(sync=True)  # of the large picture, 0 to 255
    ring = t.List(t.List(t.Int())).tag(sync=True)  # of the small ones at the start
    bytes = t.Int().tag(sync=True)

    def __init__(self, generator: Exported, codes: Float[Tensor, "count latent"], *, alt: str) -> None:
        if len(codes) < CHECKED:
            raise ValueError(f"codes are {len(codes)}; wanted at least {CHECKED}")
        pictures = generator.reference(on_ring(codes[:2], torch.arange(AROUND) / AROUND))
        if pictures.shape[1:] != (math.prod(SHAPE),):
            raise ValueError(f"the generator's pictures have shape {tuple(pictures.shape[1:])}; wanted (784,)")
        ring = to_bytes(pictures)
        file = examples(generator, codes)
        super().__init__(
            [generator],
            {f"{generator.name}.gz": file},
            alt=alt,
            name=generator.name,
            latent=codes.shape[1],
            pair=codes[:2].tolist(),
            angle=0,
            length=1.0,
            pixels=ring[0].tolist(),
            ring=ring.tolist(),
            bytes=len(generator.onnx) + len(file),
        )

    def room(self) -> tuple[str, str]:
        """Return heights for the pictures, and the rest."""
        return "31rem", "45rem"

    def picture(self) -> Figure:
        """Draw the pictures around the first ring."""
        with style():
            figure = Figure(figsize=(WIDTH, 2.4), layout="constrained")
            for axes, pixels in zip(figure.subplots(2, AROUND // 2).flat, self.ring, strict=True):
                axes.imshow(np.reshape(pixels, SHAPE[1:]), vmin=0, vmax=255, interpolation="none")
                axes.set_axis_off()
        return figure


def on_ring(pair: Float[Tensor, "2 latent"], turns: Float[Tensor, " steps"]) -> Float[Tensor, "steps latent"]:
    """Return vectors on the ring around 0 that goes through two vectors.

    Equally long vectors that are perpendicular, as two draws in a space of many dimensions nearly are, span a circle.

    Args:
        pair: the vectors at no turn and at a quarter of one.
        turns: places on the ring, 1 for the whole way around.

    Equation: eq-ring
    """
    angles = 2 * math.pi * turns
    return torch.stack([angles.cos(), angles.sin()], 1) @ pair  # (steps, 2) @ (2, latent)
