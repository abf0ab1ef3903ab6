"""Softmax regression: one linear layer from pixels to logits."""

import math

from jaxtyping import Float
from torch import Tensor, nn


class SoftmaxRegression(nn.Module):
    """A linear classifier, ``logits = W x + b``.

    Args:
        input_shape: shape of one input, for instance ``(1, 28, 28)``; it is flattened.
        num_classes: number of logits.

    Equation: eq-linear-scores
    """

    def __init__(self, input_shape: tuple[int, ...], num_classes: int) -> None:
        super().__init__()
        self.linear = nn.Linear(math.prod(input_shape), num_classes)

    def forward(self, x: Float[Tensor, "batch *input"]) -> Float[Tensor, "batch classes"]:
        """Return the logits, ``(B, *input_shape) -> (B, num_classes)``."""
        logits: Tensor = self.linear(x.flatten(1))  # (B, *input_shape) -> (B, D) -> (B, num_classes)
        return logits
