"""What is looked at: Matplotlib figures that are legible on a light and on a dark page."""

from dlvc.figures.classification import confusion_matrix, reliability_diagram
from dlvc.figures.depth import spread, through_depth
from dlvc.figures.diagrams import adversarial_game, cycle, gru_cell, lstm_cell, variational_autoencoder
from dlvc.figures.family import family_tree
from dlvc.figures.images import image_grid
from dlvc.figures.latent import code_plane, trade_off
from dlvc.figures.plots import bars, clouds, curves, curves_in_panels, strips
from dlvc.figures.recurrent import reading, sequence_shapes
from dlvc.figures.regression import against, decomposition, fits, from_above, starts_and_ends
from dlvc.figures.scenes import boxes, masks
from dlvc.figures.tensors import memory

__all__ = [
    "adversarial_game",
    "against",
    "bars",
    "boxes",
    "clouds",
    "code_plane",
    "confusion_matrix",
    "curves",
    "curves_in_panels",
    "cycle",
    "decomposition",
    "family_tree",
    "fits",
    "from_above",
    "gru_cell",
    "image_grid",
    "lstm_cell",
    "masks",
    "memory",
    "reading",
    "reliability_diagram",
    "sequence_shapes",
    "spread",
    "starts_and_ends",
    "strips",
    "through_depth",
    "trade_off",
    "variational_autoencoder",
]
