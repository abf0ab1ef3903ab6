"""What keeps hidden values in range: batch and layer normalisation, as pure functions of a batch of vectors.

`torch.nn.BatchNorm1d` and `torch.nn.LayerNorm` are these, with gamma and beta learned.
"""

from jaxtyping import Float
from torch import Tensor


def batch_norm(
    x: Float[Tensor, "batch features"],
    gamma: Float[Tensor, " features"],
    beta: Float[Tensor, " features"],
    eps: float = 1e-5,
) -> Float[Tensor, "batch features"]:
    """Standardise each feature over the batch, then scale and shift it: what training does.

    Args:
        x: hidden values, ``(B, D)``; at least two samples.
        gamma: scale of each feature, ``(D,)``.
        beta: shift of each feature, ``(D,)``.
        eps: keeps the root away from 0.

    Returns:
        ``(B, D)``; of each feature mean beta and about standard deviation gamma.

    Raises:
        ValueError: if the batch has fewer than two samples, for then each is its own mean.

    Equation: eq-batch-norm
    """
    if len(x) < 2:
        raise ValueError(f"x has {len(x)} samples; statistics of a batch need at least 2")
    mean = x.mean(0)  # (D,)
    variance = (x - mean).square().mean(0)  # divided by B, not by B - 1
    return gamma * (x - mean) / (variance + eps).sqrt() + beta


def batch_norm_by_running(
    x: Float[Tensor, "batch features"],
    gamma: Float[Tensor, " features"],
    beta: Float[Tensor, " features"],
    mean: Float[Tensor, " features"],
    variance: Float[Tensor, " features"],
    eps: float = 1e-5,
) -> Float[Tensor, "batch features"]:
    """Standardise each feature by statistics that were kept, then scale and shift it: what evaluation does.

    Args:
        x: hidden values, ``(B, D)``; one sample is enough, and none sees another.
        gamma: scale of each feature, ``(D,)``.
        beta: shift of each feature, ``(D,)``.
        mean: kept mean of each feature, ``(D,)``.
        variance: kept variance of each feature, ``(D,)``.
        eps: keeps the root away from 0.

    Returns:
        ``(B, D)``.

    Equation: eq-batch-norm-evaluation
    """
    return gamma * (x - mean) / (variance + eps).sqrt() + beta


def running_average(
    kept: Float[Tensor, "*shape"], new: Float[Tensor, "*shape"], momentum: float
) -> Float[Tensor, "*shape"]:
    """Move a kept statistic towards that of the present batch.

    Args:
        kept: as it is, of any shape.
        new: of the present batch, of the same shape.
        momentum: share of the new one, 0 to 1. (An optimiser's momentum is the share of the old one.)

    Equation: eq-running-average
    """
    return (1 - momentum) * kept + momentum * new


def layer_norm(
    x: Float[Tensor, "*batch features"],
    gamma: Float[Tensor, " features"],
    beta: Float[Tensor, " features"],
    eps: float = 1e-5,
) -> Float[Tensor, "*batch features"]:
    """Standardise each sample over its features, then scale and shift each feature.

    Args:
        x: hidden values, ``(…, D)``: any number of leading axes.
        gamma: scale of each feature, ``(D,)``.
        beta: shift of each feature, ``(D,)``.
        eps: keeps the root away from 0.

    Returns:
        The shape of ``x``.

    Equation: eq-layer-norm
    """
    mean = x.mean(-1, keepdim=True)  # (*batch, 1)
    variance = (x - mean).square().mean(-1, keepdim=True)
    return gamma * (x - mean) / (variance + eps).sqrt() + beta
