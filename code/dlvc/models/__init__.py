"""What computes: one file per architecture, in the order of the book."""

from dlvc.models.decoder import Decoder
from dlvc.models.least_squares import powers, solve_least_squares
from dlvc.models.lenet import LeNet, LeNet5
from dlvc.models.linear import SoftmaxRegression
from dlvc.models.mlp import MLP

__all__ = [
    "MLP",
    "Decoder",
    "LeNet",
    "LeNet5",
    "SoftmaxRegression",
    "powers",
    "solve_least_squares",
]
