"""What computes: one file per architecture, in the order of the book."""

from dlvc.models.least_squares import powers, solve_least_squares
from dlvc.models.lenet import LeNet, LeNet5
from dlvc.models.linear import SoftmaxRegression
from dlvc.models.mlp import MLP
from dlvc.models.recurrent import GRU, GRUCell, LSTMCell, RNNCell, SequenceClassifier

__all__ = [
    "GRU",
    "MLP",
    "GRUCell",
    "LSTMCell",
    "LeNet",
    "LeNet5",
    "RNNCell",
    "SequenceClassifier",
    "SoftmaxRegression",
    "powers",
    "solve_least_squares",
]
