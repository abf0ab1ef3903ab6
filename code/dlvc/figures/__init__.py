"""What is looked at: Matplotlib figures that are legible on a light and on a dark page."""

from dlvc.figures.classification import confusion_matrix, reliability_diagram
from dlvc.figures.depth import spread, through_depth
from dlvc.figures.images import image_grid
from dlvc.figures.plots import bars, curves, strips
from dlvc.figures.regression import fits, from_above, starts_and_ends
from dlvc.figures.scenes import boxes, masks
from dlvc.figures.tensors import memory

__all__ = [
    "bars",
    "boxes",
    "confusion_matrix",
    "curves",
    "fits",
    "from_above",
    "image_grid",
    "masks",
    "memory",
    "reliability_diagram",
    "spread",
    "starts_and_ends",
    "strips",
    "through_depth",
]
