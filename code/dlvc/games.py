"""What is played: adversarial games small enough to be seen whole, with one weight a player, and in the plane."""

import math
from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import logsigmoid

Places = Float[Tensor, "*batch 2"]
Points = Float[Tensor, "points 2"]
Values = Float[Tensor, "*batch"]

REAL_MEAN = 3.0
# Means over a normal distribution are sums over this grid, which for smooth functions is as good as exact.
_REACH, _STEP = 6.0, 0.1

MODES = 8
RING_RADIUS, RING_SPREAD = 2.0, 0.1  # far apart for their size: between two modes there is no point


def one_pixel_value(players: Places, spread: float = 1.0, *, logs: bool = True) -> Values:
    """Value of the game of one-pixel pictures: the discriminator wants it large, the generator small.

    Real pixels are normal around 3, those of the generator around b; both have the same spread. The discriminator
    says that a pixel x is real with probability ``sigmoid(w * (x - 3))``.

    Args:
        players: pairs of the discriminator's weight w and the generator's weight b.
        spread: standard deviation of the pixels, at least 0.
        logs: whether probabilities enter by their logarithm.

    Raises:
        ValueError: if the spread is negative.

    Equation: eq-one-pixel, eq-one-pixel-no-logs
    """
    if spread < 0:
        raise ValueError(f"spread is {spread}; it must be at least 0")
    w, b = players.unsqueeze(-1).unbind(-2)  # (..., 1) each
    z = torch.arange(-_REACH, _REACH + _STEP / 2, _STEP, dtype=players.dtype, device=players.device)
    weights = _STEP / math.sqrt(2 * math.pi) * (-z.square() / 2).exp()
    real = w * spread * z  # logits
    fake = w * (b - REAL_MEAN + spread * z)
    said = logsigmoid(real) + logsigmoid(-fake) if logs else real.sigmoid() + (-fake).sigmoid()
    return (weights * said).sum(-1)


def play(
    value: Callable[[Float[Tensor, "2"]], Float[Tensor, ""]],
    start: Float[Tensor, "2"],
    *,
    lr: float,
    steps: int,
    turns: bool = False,
) -> Float[Tensor, "points 2"]:
    """Let the first weight climb a value and the second descend it, and note every place.

    Args:
        value: function of both weights.
        start: where they begin.
        lr: learning rate of both.
        steps: how many.
        turns: whether the second player sees the first one's step before its own; otherwise they move at once.

    Returns:
        The start and the place after each step.

    Equation: eq-descent-ascent
    """
    place = start.clone()
    places = [start]
    for _ in range(steps):
        slope = _slope(value, place)
        first = place[0] + lr * slope[0]
        if turns:
            slope = _slope(value, torch.stack([first, place[1]]))
        place = torch.stack([first, place[1] - lr * slope[1]])
        places.append(place)
    return torch.stack(places)


def _slope(value: Callable[[Tensor], Tensor], place: Float[Tensor, "2"]) -> Float[Tensor, "2"]:
    place = place.detach().requires_grad_()
    (slope,) = torch.autograd.grad(value(place), place)
    return slope


def ring_centres() -> Float[Tensor, "modes 2"]:
    """Return the centres of eight modes, evenly around a ring."""
    angles = torch.arange(MODES) * math.tau / MODES
    return RING_RADIUS * torch.stack([angles.cos(), angles.sin()], 1)


def draw_ring(count: int, random: torch.Generator) -> Points:
    """Draw points from eight narrow normal distributions around a ring, all equally probable.

    Args:
        count: of points, at least 1.
        random: where they come from.

    Reference: Metz et al., *Unrolled Generative Adversarial Networks* (2017).
    """
    modes = torch.randint(MODES, (count,), generator=random)
    return ring_centres()[modes] + RING_SPREAD * torch.randn(count, 2, generator=random)


def modes_of(points: Points) -> Float[Tensor, "points modes"]:
    """Return 1 for the mode that a point belongs to, being within three standard deviations of it, and 0 for others."""
    return (torch.cdist(points, ring_centres()) < 3 * RING_SPREAD).float()
