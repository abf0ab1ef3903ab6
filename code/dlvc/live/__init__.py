"""What is played with: figures that answer, in a notebook and unchanged on a page without a kernel."""

from dlvc.live.broadcasting import Broadcasting
from dlvc.live.draw_and_classify import Classifier, DrawAndClassify
from dlvc.live.expression_graph import ExpressionGraph
from dlvc.live.figure import LiveFigure
from dlvc.live.latent_plane import LatentModel, LatentPlane
from dlvc.live.latent_walk import LatentWalk, on_ring
from dlvc.live.loss_landscape import LossLandscape
from dlvc.live.move_the_answer import MoveTheAnswer, Scene
from dlvc.live.onnx_export import Exported, export
from dlvc.live.optimiser_race import OptimiserRace
from dlvc.live.row_reader import RowReader, RowStep
from dlvc.live.signal_through_depth import SignalThroughDepth
from dlvc.live.softmax_temperature import SoftmaxTemperature
from dlvc.live.style_mixer import ByLevel, StyleMixer
from dlvc.live.two_players import TwoPlayers

__all__ = [
    "Broadcasting",
    "ByLevel",
    "Classifier",
    "DrawAndClassify",
    "Exported",
    "ExpressionGraph",
    "LatentModel",
    "LatentPlane",
    "LatentWalk",
    "LiveFigure",
    "LossLandscape",
    "MoveTheAnswer",
    "OptimiserRace",
    "RowReader",
    "RowStep",
    "Scene",
    "SignalThroughDepth",
    "SoftmaxTemperature",
    "StyleMixer",
    "TwoPlayers",
    "export",
    "on_ring",
]
