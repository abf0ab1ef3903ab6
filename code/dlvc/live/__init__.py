"""What is played with: figures that answer, in a notebook and unchanged on a page without a kernel."""

from dlvc.live.broadcasting import Broadcasting
from dlvc.live.draw_and_classify import Classifier, DrawAndClassify
from dlvc.live.expression_graph import ExpressionGraph
from dlvc.live.figure import LiveFigure
from dlvc.live.loss_landscape import LossLandscape
from dlvc.live.move_the_answer import MoveTheAnswer, Scene
from dlvc.live.onnx_export import Exported, export
from dlvc.live.optimiser_race import OptimiserRace
from dlvc.live.signal_through_depth import SignalThroughDepth
from dlvc.live.softmax_temperature import SoftmaxTemperature

__all__ = [
    "Broadcasting",
    "Classifier",
    "DrawAndClassify",
    "Exported",
    "ExpressionGraph",
    "LiveFigure",
    "LossLandscape",
    "MoveTheAnswer",
    "OptimiserRace",
    "Scene",
    "SignalThroughDepth",
    "SoftmaxTemperature",
    "export",
]
