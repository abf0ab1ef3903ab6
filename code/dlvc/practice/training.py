"""Exercises of the chapter on training well."""

import torch
import torch.nn.functional as F
from torch import Tensor

from dlvc.practice.checker import Checker, Mistake, Trial, normal

_ALL = (0, 1, 2, 3)  # axes of a batch of feature maps: sample, channel, row, column


def _by_map(keep: Tensor) -> Tensor:
    return keep[:, :, None, None]  # (B, C) -> (B, C, 1, 1)


def _drop_maps(x: Tensor, keep: Tensor, p: float, training: bool) -> Tensor:
    return x * _by_map(keep) / (1 - p) if training else x.clone()


def _kept(*shape: int) -> Tensor:
    return normal(*shape, seed=1) > -0.5


DROP_MAPS = Checker(
    name="drop_maps",
    parameters=("x", "keep", "p", "training"),
    returns="tensor",
    summary="x of shape (B, C, H, W) with the maps that aren't kept set to 0 and the others divided by 1 - p, in "
    "training; x as it is, in evaluation. keep is a boolean tensor (B, C), p the probability with which a map is "
    "dropped.",
    reference=_drop_maps,
    cases=(
        Trial(lambda: (normal(4, 3, 2, 5), _kept(4, 3), 0.25, True)),
        Trial(lambda: (normal(4, 4, 4, 4), _kept(4, 4), 0.8, True), "All axes have the same size."),
        Trial(lambda: (normal(4, 3, 2, 5), _kept(4, 3), 0.25, False), "In evaluation nothing is dropped."),
        Trial(lambda: (normal(4, 3, 2, 5), _kept(4, 3), 0.0, True), "With p = 0 the kept maps stay as they are."),
        Trial(lambda: (normal(2, 3, 2, 5, dtype=torch.float64), _kept(2, 3), 0.25, True)),
    ),
    mistakes=(
        Mistake(
            "drops without rescaling, so that a layer's expected output shrinks in training: divide by 1 - p.",
            (lambda x, keep, _, training: x * _by_map(keep) if training else x,),
        ),
        Mistake(
            "divides by p, the probability of being dropped: what stays must be divided by 1 - p, the probability of "
            "being kept.",
            (lambda x, keep, p, training: x * _by_map(keep) / p if training else x,),
        ),
        Mistake(
            "multiplies what stays by 1 - p: to keep the expectation, divide by it.",
            (lambda x, keep, p, training: x * _by_map(keep) * (1 - p) if training else x,),
        ),
        Mistake(
            "keeps what should be dropped and drops what should be kept: `keep` is true for the maps that stay.",
            (lambda x, keep, p, training: x * _by_map(~keep) / (1 - p) if training else x,),
        ),
        Mistake(
            "drops in evaluation too: return x as it is when `training` is false.",
            (lambda x, keep, p, _: x * _by_map(keep) / (1 - p),),
        ),
        Mistake(
            "does it the wrong way round, dropping in evaluation and not in training.",
            (lambda x, keep, p, training: x if training else x * _by_map(keep) / (1 - p),),
        ),
        Mistake(
            "rescales in evaluation, as the first papers did: with 1/(1 - p) in training, evaluation changes nothing.",
            (lambda x, keep, p, training: x * _by_map(keep) / (1 - p) if training else x * (1 - p),),
        ),
    ),
)


def _normalised(x: Tensor, axes: tuple[int, ...], eps: float, correction: int = 0) -> Tensor:
    return (x - x.mean(axes, keepdim=True)) / (x.var(axes, correction=correction, keepdim=True) + eps).sqrt()


def _divided_by_std(x: Tensor, axes: tuple[int, ...], eps: float) -> Tensor:
    return (x - x.mean(axes, keepdim=True)) / (x.var(axes, correction=0, keepdim=True).sqrt() + eps)


def _of_channels(numbers: Tensor) -> Tensor:
    return numbers.view(-1, 1, 1)  # (C,) -> (C, 1, 1)


def _affine(x: Tensor, gamma: Tensor, beta: Tensor) -> Tensor:
    return _of_channels(gamma) * x + _of_channels(beta)


def _grouped(x: Tensor, groups: int) -> Tensor:
    return x.reshape(len(x), groups, -1)  # (B, C, H, W) -> (B, G, C / G * H * W)


_LARGE_EPS = "Here eps is large, so that its place shows: add it to the variance, inside the root."


def _maps(*shape: int, dtype: torch.dtype = torch.float32) -> Tensor:
    """Maps whose samples, channels and places have means and spreads of their own."""
    size = [1 + torch.arange(axis, dtype=dtype).view(-1, *[1] * k) for axis, k in zip(shape, (3, 2, 1, 0), strict=True)]
    return normal(*shape, dtype=dtype) * size[1] + size[0] + size[1] ** 2 + size[3]


def _channels(count: int, dtype: torch.dtype = torch.float32) -> tuple[Tensor, Tensor]:
    """Gamma and beta."""
    return normal(count, seed=2, dtype=dtype).abs() + 0.5, normal(count, seed=3, dtype=dtype)


BATCH_NORM_MAPS = Checker(
    name="batch_norm_maps",
    parameters=("x", "gamma", "beta", "eps"),
    returns="tensor",
    summary="x of shape (B, C, H, W), each channel standardised over the batch and all places, then times gamma and "
    "plus beta, both (C,): what batch normalisation does to feature maps in training.",
    reference=lambda x, gamma, beta, eps: F.batch_norm(
        x, None, None, gamma.to(x.dtype), beta.to(x.dtype), training=True, eps=eps
    ),
    cases=(
        Trial(lambda: (_maps(4, 3, 2, 5), *_channels(3), 1e-5)),
        Trial(lambda: (_maps(4, 4, 4, 4), *_channels(4), 1e-5), "All axes have the same size."),
        Trial(lambda: (_maps(1, 3, 4, 4), *_channels(3), 1e-5), "One sample is enough: it has many places."),
        Trial(lambda: (_maps(4, 3, 2, 5), *_channels(3), 0.5), _LARGE_EPS),
        Trial(lambda: (_maps(4, 3, 2, 5, dtype=torch.float64), *_channels(3, torch.float64), 1e-5)),
    ),
    mistakes=(
        Mistake(
            "standardises every place of a map by itself, over the batch only: all places of a channel share one mean "
            "and one variance, `dim=(0, 2, 3)`.",
            (lambda x, gamma, beta, eps: _affine(_normalised(x, (0,), eps), gamma, beta),),
        ),
        Mistake(
            "standardises each sample by itself: batch normalisation takes mean and variance over the batch as well, "
            "`dim=(0, 2, 3)`.",
            (
                lambda x, gamma, beta, eps: _affine(_normalised(x, (2, 3), eps), gamma, beta),
                lambda x, gamma, beta, eps: _affine(_normalised(x, (1, 2, 3), eps), gamma, beta),
            ),
        ),
        Mistake(
            "takes one mean and one variance of all entries together: each channel has its own, `dim=(0, 2, 3)`.",
            (lambda x, gamma, beta, eps: _affine(_normalised(x, _ALL, eps), gamma, beta),),
        ),
        Mistake(
            "divides the sum of squares by one less than the number of values: use `correction=0`. (With the "
            "correction PyTorch only updates the running variance.)",
            (lambda x, gamma, beta, eps: _affine(_normalised(x, (0, 2, 3), eps, 1), gamma, beta),),
        ),
        Mistake(
            "adds eps to the standard deviation: it belongs inside the root, to the variance.",
            (lambda x, gamma, beta, eps: _affine(_divided_by_std(x, (0, 2, 3), eps), gamma, beta),),
        ),
        Mistake(
            "leaves gamma and beta out: multiply the standardised values by gamma and add beta.",
            (lambda x, _gamma, _beta, eps: _normalised(x, (0, 2, 3), eps),),
        ),
        Mistake(
            "adds beta before it multiplies by gamma: scale first, then shift.",
            (lambda x, gamma, beta, eps: _of_channels(gamma) * (_normalised(x, (0, 2, 3), eps) + _of_channels(beta)),),
        ),
    ),
)

GROUP_NORM = Checker(
    name="group_norm",
    parameters=("x", "groups", "gamma", "beta", "eps"),
    returns="tensor",
    summary="x of shape (B, C, H, W): in each sample the channels, in order, form `groups` groups of equal size; each "
    "group is standardised over its channels and places, then each channel times gamma, plus beta, both (C,).",
    reference=lambda x, groups, gamma, beta, eps: F.group_norm(x, groups, gamma.to(x.dtype), beta.to(x.dtype), eps),
    cases=(
        Trial(lambda: (_maps(3, 6, 2, 5), 2, *_channels(6), 1e-5)),
        Trial(lambda: (_maps(3, 6, 2, 5), 3, *_channels(6), 1e-5)),
        Trial(lambda: (_maps(2, 4, 3, 3), 1, *_channels(4), 1e-5), "One group holds all channels."),
        Trial(lambda: (_maps(2, 4, 3, 3), 4, *_channels(4), 1e-5), "Each channel is a group of its own."),
        Trial(lambda: (_maps(1, 4, 4, 4), 2, *_channels(4), 1e-5), "One sample is enough."),
        Trial(lambda: (_maps(3, 6, 2, 5), 2, *_channels(6), 0.5), _LARGE_EPS),
        Trial(lambda: (_maps(2, 4, 3, 3, dtype=torch.float64), 2, *_channels(4, torch.float64), 1e-5)),
    ),
    mistakes=(
        Mistake(
            "standardises over the batch: each sample is standardised by itself.",
            (lambda x, _groups, gamma, beta, eps: _affine(_normalised(x, (0, 2, 3), eps), gamma, beta),),
        ),
        Mistake(
            "standardises each channel by itself: a group is C / groups channels that share mean and variance.",
            (lambda x, _groups, gamma, beta, eps: _affine(_normalised(x, (2, 3), eps), gamma, beta),),
        ),
        Mistake(
            "standardises all channels together: a group is only C / groups of them.",
            (lambda x, _groups, gamma, beta, eps: _affine(_normalised(x, (1, 2, 3), eps), gamma, beta),),
        ),
        Mistake(
            "takes `groups` for the number of channels in a group: it is the number of groups.",
            (
                lambda x, groups, gamma, beta, eps: _affine(
                    _normalised(_grouped(x, x.shape[1] // groups), (2,), eps).view_as(x), gamma, beta
                ),
            ),
        ),
        Mistake(
            "puts every `groups`-th channel into a group: the channels of a group are neighbours.",
            (
                lambda x, groups, gamma, beta, eps: _affine(
                    _normalised(x.unflatten(1, (-1, groups)), (1, 3, 4), eps).flatten(1, 2), gamma, beta
                ),
            ),
        ),
        Mistake(
            "divides the sum of squares by one less than the number of values: use `correction=0`.",
            (
                lambda x, groups, gamma, beta, eps: _affine(
                    _normalised(_grouped(x, groups), (2,), eps, 1).view_as(x), gamma, beta
                ),
            ),
        ),
        Mistake(
            "adds eps to the standard deviation: it belongs inside the root, to the variance.",
            (
                lambda x, groups, gamma, beta, eps: _affine(
                    _divided_by_std(_grouped(x, groups), (2,), eps).view_as(x), gamma, beta
                ),
            ),
        ),
        Mistake(
            "leaves gamma and beta out: multiply the standardised values by gamma and add beta.",
            (lambda x, groups, _gamma, _beta, eps: _normalised(_grouped(x, groups), (2,), eps).view_as(x),),
        ),
    ),
)

CHECKERS = (DROP_MAPS, BATCH_NORM_MAPS, GROUP_NORM)
