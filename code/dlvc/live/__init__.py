"""What is played with: figures that answer, in a notebook and unchanged on a page without a kernel."""

from dlvc.live.figure import LiveFigure
from dlvc.live.loss_landscape import LossLandscape
from dlvc.live.softmax_temperature import SoftmaxTemperature

__all__ = ["LiveFigure", "LossLandscape", "SoftmaxTemperature"]
