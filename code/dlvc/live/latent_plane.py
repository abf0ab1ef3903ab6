"""Live figure: a plane of codes, in which a trained decoder draws the picture of any point."""

import gzip
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import traitlets as t
from jaxtyping import Float
from matplotlib.figure import Figure
from torch import Tensor
from torch.utils.data import TensorDataset

from dlvc.figures.latent import CLASS_COLOURS, draw_codes, extent_of
from dlvc.figures.theme import WIDTH, style
from dlvc.live.draw_and_classify import SHAPE, to_bytes
from dlvc.live.networks import CHECKED, NetworkFigure, examples
from dlvc.live.onnx_export import Exported


@dataclass(frozen=True)
class LatentModel:
    """A trained autoencoder for `LatentPlane`.

    Attributes:
        title: what tells it from the others, such as "β = 0.3".
        decoder: from `dlvc.live.export`; maps codes ``(N, 2)`` to pictures ``(N, 1, 28, 28)`` in [0, 1].
        codes: where the figure's pictures lie, ``(M, 2)``.
    """

    title: str
    decoder: Exported
    codes: Float[Tensor, "count 2"]


class LatentPlane(NetworkFigure):
    """A point to move in the plane of codes, the picture that a decoder makes of it, and the nearest test picture.

    Args:
        models: at least one, in the order of the slider; all have codes of the same pictures.
        pictures: at least 32 pictures and their labels.
        classes: the classes' names, at most ten.
        z: the point at the start.
        model: number of the model at the start.
        alt: what is to be seen.

    Raises:
        ValueError: if an argument is not as above.
    """

    module = "latent_plane"
    models = t.List(t.Dict()).tag(sync=True)
    model = t.Int().tag(sync=True)
    z = t.List(t.Float()).tag(sync=True)
    tiles = t.Bool().tag(sync=True)  # whether the plane shows pictures instead of codes
    classes = t.List(t.Unicode()).tag(sync=True)
    colours = t.List(t.Unicode()).tag(sync=True)
    labels = t.List(t.Int()).tag(sync=True)
    pixels = t.List(t.Int()).tag(sync=True)  # of the decoder's picture, 0 to 255
    near = t.List(t.Int()).tag(sync=True)  # of the picture whose code is nearest
    bytes = t.Int().tag(sync=True)  # of the files that all models share

    def __init__(
        self,
        models: Sequence[LatentModel],
        pictures: TensorDataset,
        classes: Sequence[str],
        *,
        z: tuple[float, float] = (0.0, 0.0),
        model: int = 0,
        alt: str,
    ) -> None:
        images, labels = pictures.tensors
        if not 0 <= model < len(models):
            raise ValueError(f"model is {model}; wanted the number of one of {len(models)} models")
        if images.shape[1:] != SHAPE or len(images) < CHECKED:
            raise ValueError(f"pictures have shape {tuple(images.shape)}; wanted at least {CHECKED} of (1, 28, 28)")
        if labels.max() >= len(classes) or len(classes) > len(CLASS_COLOURS):
            raise ValueError(f"classes has {len(classes)} names; wanted one a label, at most {len(CLASS_COLOURS)}")
        for each in models:
            if each.codes.shape != (len(images), 2):
                raise ValueError(f"{each.title} has codes of shape {tuple(each.codes.shape)}; wanted a pair a picture")
        bank = to_bytes(images)
        data = {f"{each.decoder.name}.gz": examples(each.decoder, each.codes) for each in models}
        data["pictures.gz"] = gzip.compress(bank.numpy().tobytes(), mtime=0)
        self._codes = [each.codes for each in models]
        point = torch.tensor([z])
        drawn = to_bytes(models[model].decoder.reference(point))
        near = bank[(models[model].codes - point).norm(dim=1).argmin()]
        super().__init__(
            [each.decoder for each in models],
            data,
            alt=alt,
            models=[
                {
                    "name": each.decoder.name,
                    "title": each.title,
                    "extent": round(extent_of(each.codes), 2),
                    "codes": [[round(value, 2) for value in code] for code in each.codes.tolist()],
                    "bytes": len(each.decoder.onnx) + len(data[f"{each.decoder.name}.gz"]),
                }
                for each in models
            ],
            model=model,
            z=list(z),
            tiles=False,
            classes=list(classes),
            colours=list(CLASS_COLOURS[: len(classes)]),
            labels=labels.tolist(),
            pixels=drawn.flatten().tolist(),
            near=near.flatten().tolist(),
            bytes=len(data["pictures.gz"]),
        )

    def room(self) -> tuple[str, str]:
        """Return heights for the plane and the picture, beside or under each other, and the rest."""
        return "44rem", "57rem"

    def picture(self) -> Figure:
        """Draw the codes of the first model beside the picture of the first point."""
        with style():
            figure = Figure(figsize=(WIDTH, 3.4), layout="constrained")
            left, right = figure.subplots(1, 2, width_ratios=(1.6, 1))
            draw_codes(left, self._codes[self.model], torch.tensor(self.labels))
            left.plot(*self.z, "+", color="#b3202e", markersize=16, markeredgewidth=3)
            left.set_title(self.models[self.model]["title"])
            right.imshow(np.reshape(self.pixels, SHAPE[1:]), vmin=0, vmax=255, interpolation="none")
            right.set_title("drawn at the cross")
            right.set_axis_off()
        return figure
