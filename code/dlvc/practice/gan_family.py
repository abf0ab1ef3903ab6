"""Exercises of the chapter on the GAN family."""

from collections.abc import Callable

import torch
from torch import Tensor

from dlvc.losses import gradient_penalty
from dlvc.models.stylegan import adain
from dlvc.practice.checker import Arguments, Checker, Mistake, Trial, normal


class _Critic:
    """A small critic with one weight a pixel, whose slope isn't the same everywhere."""

    __name__ = "critic"

    def __init__(self, pixels: int) -> None:
        self.weight = normal(pixels, seed=3).requires_grad_()

    def __call__(self, pictures: Tensor) -> Tensor:
        sums = pictures.flatten(1) @ self.weight
        return sums + 0.5 * sums.square()


def _trial(*shape: int, advice: str = "") -> Trial:
    def arguments() -> Arguments:
        pixels = torch.Size(shape[1:]).numel()
        return _Critic(pixels), normal(*shape), normal(*shape, seed=1) + 1, torch.Generator().manual_seed(7)

    return Trial(arguments, advice)


def _weights(arguments: Arguments) -> tuple[str, Tensor]:
    critic = arguments[0]
    if not isinstance(critic, _Critic):
        raise TypeError(f"critic is a {type(critic).__name__}; its weights are not known")
    return "the critic's weights", critic.weight


def _share(real: Tensor, generator: torch.Generator, *, one: bool = False) -> Tensor:
    share = torch.rand(1 if one else len(real), generator=generator)
    return share.view(-1, *[1] * (real.ndim - 1))


def _slopes(critic: Callable[[Tensor], Tensor], pictures: Tensor) -> Tensor:
    pictures = pictures.clone().requires_grad_()
    return torch.autograd.grad(critic(pictures).sum(), pictures, create_graph=True)[0].flatten(1)


def _between(real: Tensor, fake: Tensor, generator: torch.Generator, *, one: bool = False) -> Tensor:
    share = _share(real, generator, one=one)
    return share * real + (1 - share) * fake


GRADIENT_PENALTY = Checker(
    name="gradient_penalty",
    parameters=("critic", "real", "fake", "generator"),
    returns="scalar",
    summary="mean of (slope - 1)^2, where the slope is the Euclidean norm of the gradient of critic's score by the "
    "picture, at share * real + (1 - share) * fake; the share is drawn by torch.rand(len(real), generator=generator).",
    reference=gradient_penalty,
    cases=(
        _trial(4, 3, advice="For training, the penalty must itself have a gradient: `create_graph=True`."),
        _trial(3, 1, 2, 2, advice="Pictures (N, C, H, W): the share needs as many axes, the norm only one a picture."),
        _trial(1, 5),
    ),
    mistakes=(
        Mistake(
            "draws one share for the whole batch: each picture gets its own.",
            (lambda c, r, f, g: (_slopes(c, _between(r, f, g, one=True)).norm(dim=1) - 1).square().mean(),),
        ),
        Mistake(
            "takes the share of fakes for that of real pictures: share * real + (1 - share) * fake.",
            (lambda c, r, f, g: (_slopes(c, _between(f, r, g)).norm(dim=1) - 1).square().mean(),),
        ),
        Mistake(
            "takes the slope at the real pictures: it is wanted between them and the fakes.",
            (lambda c, r, _f, _g: (_slopes(c, r).norm(dim=1) - 1).square().mean(),),
        ),
        Mistake(
            "takes one norm of all gradients together: each picture has its own slope, `flatten(1).norm(dim=1)`.",
            (lambda c, r, f, g: (_slopes(c, _between(r, f, g)).norm() - 1).square(),),
        ),
        Mistake(
            "forgets the root: the norm is the root of the sum of squares.",
            (lambda c, r, f, g: (_slopes(c, _between(r, f, g)).square().sum(1) - 1).square().mean(),),
        ),
        Mistake(
            "pulls the slope to 0 instead of 1.",
            (lambda c, r, f, g: _slopes(c, _between(r, f, g)).norm(dim=1).square().mean(),),
        ),
        Mistake(
            "differentiates the mean of the scores, which divides every slope by the number of pictures: use the sum.",
            (lambda c, r, f, g: (_slopes(c, _between(r, f, g)).norm(dim=1) / len(r) - 1).square().mean(),),
        ),
        Mistake(
            "sums over the batch: take the mean.",
            (lambda c, r, f, g: (_slopes(c, _between(r, f, g)).norm(dim=1) - 1).square().sum(),),
        ),
    ),
    weights=_weights,
)


def _maps(*shape: int) -> Tensor:
    """Maps with means and spreads of their own."""
    return normal(*shape) * (1 + torch.arange(shape[1]).view(-1, 1, 1)) + 2


def _normalised(x: Tensor, axes: tuple[int, ...], correction: int = 0) -> Tensor:
    variance = x.var(axes, correction=correction, keepdim=True)
    return (x - x.mean(axes, keepdim=True)) / (variance + 1e-5).sqrt()


ADAIN = Checker(
    name="adain",
    parameters=("content", "scale", "shift"),
    returns="tensor",
    summary="content (B, C, H, W), each map of each picture standardised (1e-5 is added to the variance), times scale "
    "(B, C), plus shift (B, C).",
    reference=lambda content, scale, shift: adain(content, scale, shift),
    cases=(
        Trial(lambda: (_maps(2, 3, 4, 5), normal(2, 3, seed=1), normal(2, 3, seed=2))),
        Trial(lambda: (_maps(3, 3, 3, 3), normal(3, 3, seed=1), normal(3, 3, seed=2)), "All sizes are equal here."),
        Trial(lambda: (_maps(1, 2, 2, 2), normal(1, 2, seed=1), normal(1, 2, seed=2))),
    ),
    mistakes=(
        Mistake(
            "takes mean and variance over the batch too, which is batch normalisation: `dim=(2, 3)`.",
            (lambda x, a, b: a[..., None, None] * _normalised(x, (0, 2, 3)) + b[..., None, None],),
        ),
        Mistake(
            "takes mean and variance over the channels too, which is layer normalisation: `dim=(2, 3)`.",
            (lambda x, a, b: a[..., None, None] * _normalised(x, (1, 2, 3)) + b[..., None, None],),
        ),
        Mistake(
            "divides the sum of squares by one less than the number of pixels: `correction=0`.",
            (lambda x, a, b: a[..., None, None] * _normalised(x, (2, 3), 1) + b[..., None, None],),
        ),
        Mistake(
            "scales and shifts the content without standardising it, so that its own style stays.",
            (lambda x, a, b: a[..., None, None] * x + b[..., None, None],),
        ),
        Mistake(
            "swaps scale and shift.",
            (lambda x, a, b: b[..., None, None] * _normalised(x, (2, 3)) + a[..., None, None],),
        ),
        Mistake(
            "leaves the shift out.",
            (lambda x, a, _: a[..., None, None] * _normalised(x, (2, 3)),),
        ),
    ),
)

CHECKERS = (GRADIENT_PENALTY, ADAIN)
