"""Pictures: grids of images with captions."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from dlvc.figures.theme import style

# Inches. A picture is as large as it can be seen well, and a row at most as wide as the text on a wide page.
SIDE, NARROWEST, WIDEST = 1.3, 4.0, 8.6


def image_grid(
    images: Float[Tensor, "count channels height width"],
    captions: Sequence[str] = (),
    *,
    columns: int = 10,
    symmetric: bool = False,
) -> Figure:
    """Draw images in rows, each under its caption.

    Args:
        images: ``(N, C, H, W)`` with one or three channels, in [0, 1] unless symmetric.
        captions: one a picture, or none.
        columns: pictures a row.
        symmetric: the values are signed, like weights; blue is below zero, red above, white is zero. The two percent
            that are largest share the darkest colours.

    Raises:
        ValueError: if there is no image, or the number of captions fits neither none nor all.
    """
    if not len(images) or (captions and len(captions) != len(images)):
        raise ValueError(f"got {len(images)} images and {len(captions)} captions; want one caption an image, or none")
    with style():
        lines = 1 + max(caption.count("\n") for caption in captions) if captions else 0
        figure, panels, size = picture_panels(len(images), columns, lines=lines)
        images = images.detach().cpu()
        # A few extreme weights, at pixels that are hardly ever lit, would leave all others pale.
        limit = float(images.abs().quantile(0.98)) if symmetric else 1.0
        for i, (axes, image) in enumerate(zip(panels, images.numpy(), strict=True)):
            picture = np.moveaxis(image, 0, -1).squeeze()  # (C, H, W) -> (H, W) or (H, W, 3)
            axes.imshow(
                picture,
                cmap="RdBu_r" if symmetric else "gray",
                vmin=-limit if symmetric else 0,
                vmax=limit,
                interpolation="none",
            )
            if captions:
                axes.set_title(captions[i], fontsize=size, pad=2)
    return figure


def picture_panels(count: int, columns: int, *, lines: int) -> tuple[Figure, list[Axes], float]:
    """Return a figure with square axes in rows, with room for lines of text above each.

    Args:
        count: number of pictures.
        columns: pictures a row, if there are so many.
        lines: of text above each picture.

    Returns:
        The figure, its axes without frames, and the size of lettering in points that can still be read where a phone
        shows the figure's whole width: it grows with that.
    """
    columns = min(columns, count)
    rows = -(-count // columns)
    width = min(max(NARROWEST, SIDE * columns), WIDEST)
    size = max(10.0, 2.1 * width)
    side, room = width / columns, 0.02 * size * lines
    figure = Figure(figsize=(width, rows * (side + room)))
    gaps = {"left": 0, "right": 1, "bottom": 0, "top": 1 - room / (rows * (side + room))}
    grid = figure.subplots(
        rows, columns, squeeze=False, gridspec_kw={"wspace": 0.08, "hspace": 0.08 + room / side, **gaps}
    )
    for axes in grid.flat:
        axes.set_axis_off()
    return figure, list(grid.flat)[:count], size
