"""Exercises of the chapter on training well: right answers pass, each planted wrong one gets its message."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from dlvc import normalisation
from dlvc.practice import check, training
from dlvc.practice.checker import Checker

Function = Callable[..., Tensor]


def drop_maps_by_where(x: Tensor, keep: Tensor, p: float, training: bool) -> Tensor:
    if not training:
        return x
    return torch.where(keep.unsqueeze(-1).unsqueeze(-1), x / (1 - p), torch.zeros_like(x))


def drop_maps_by_sum(x: Tensor, keep: Tensor, p: float, training: bool) -> Tensor:
    return torch.einsum("bchw,bc->bchw", x, keep.to(x.dtype)).div(1 - p) if training else x


def batch_norm_maps_by_channels(x: Tensor, gamma: Tensor, beta: Tensor, eps: float) -> Tensor:
    channels = []
    for c in range(x.shape[1]):
        centred = x[:, c] - x[:, c].sum() / x[:, c].numel()
        channels.append(gamma[c] * centred * torch.rsqrt((centred**2).mean() + eps) + beta[c])
    return torch.stack(channels, 1)


def batch_norm_maps_by_rows(x: Tensor, gamma: Tensor, beta: Tensor, eps: float) -> Tensor:
    rows = normalisation.batch_norm(x.movedim(1, -1).flatten(0, 2), gamma, beta, eps)  # (B, C, H, W) -> (BHW, C)
    return rows.view(x.shape[0], *x.shape[2:], -1).movedim(-1, 1)


def group_norm_by_loop(x: Tensor, groups: int, gamma: Tensor, beta: Tensor, eps: float) -> Tensor:
    parts = [(part - part.mean()) / (part.var(correction=0) + eps).sqrt() for each in x for part in each.chunk(groups)]
    return torch.cat(parts).view(x.shape) * gamma[:, None, None] + beta[:, None, None]


def group_norm_by_moments(x: Tensor, groups: int, gamma: Tensor, beta: Tensor, eps: float) -> Tensor:
    parts = x.unflatten(1, (groups, -1))  # (B, G, C / G, H, W)
    variance, mean = torch.var_mean(parts, (2, 3, 4), correction=0, keepdim=True)
    standard = ((parts - mean) * (variance + eps) ** -0.5).flatten(1, 2)
    return torch.addcmul(beta.view(1, -1, 1, 1), gamma.view(1, -1, 1, 1), standard)


RIGHT = [
    ("drop_maps", drop_maps_by_where),
    ("drop_maps", drop_maps_by_sum),
    ("batch_norm_maps", batch_norm_maps_by_channels),
    ("batch_norm_maps", batch_norm_maps_by_rows),
    ("group_norm", group_norm_by_loop),
    ("group_norm", group_norm_by_moments),
]


@pytest.mark.usefixtures("untyped")
@pytest.mark.parametrize(("name", "fn"), RIGHT)
def test_right_answers_pass(name: str, fn: Function) -> None:
    report = check(name, fn)
    assert report.passed, str(report)


def drop_maps_in_place(x: Tensor, keep: Tensor, p: float, training: bool) -> Tensor:
    return x.mul_(keep[..., None, None]).div_(1 - p) if training else x


def drop_maps_by_rescaling_what_is_there(x: Tensor, keep: Tensor, _: float, training: bool) -> Tensor:
    return x * keep[..., None, None] / keep.float().mean() if training else x


def per_channel(function: Function) -> Function:
    """Standardise a batch of maps by a function, then scale and shift each channel."""
    return lambda x, g, b, e: function(x, e) * g.view(-1, 1, 1) + b.view(-1, 1, 1)


def with_constant_statistics(x: Tensor, eps: float) -> Tensor:
    variance, mean = torch.var_mean(x.detach(), (0, 2, 3), correction=0, keepdim=True)
    return (x - mean) / (variance + eps).sqrt()


def standard(x: Tensor, axes: tuple[int, ...], eps: float, correction: int = 0) -> Tensor:
    variance, mean = torch.var_mean(x, axes, correction=correction, keepdim=True)
    return (x - mean) / (variance + eps).sqrt()


def group_norm_in_float32(x: Tensor, groups: int, gamma: Tensor, beta: Tensor, eps: float) -> Tensor:
    return group_norm_by_moments(x, groups, gamma, beta, eps).float()


WRONG = [
    ("drop_maps", lambda x, k, _, t: x * k[..., None, None] if t else x, "drop_maps drops without rescaling"),
    ("drop_maps", lambda x, k, p, t: x * k[..., None, None] / p if t else x, "drop_maps divides by p, the probability"),
    ("drop_maps", lambda x, k, p, t: x * k[..., None, None] * (1 - p) if t else x, "drop_maps multiplies what stays"),
    ("drop_maps", lambda x, k, p, t: x * ~k[..., None, None] / (1 - p) if t else x, "drop_maps keeps what should be"),
    ("drop_maps", lambda x, k, p, _: x * k[..., None, None] / (1 - p), "drop_maps drops in evaluation too"),
    ("drop_maps", lambda x, k, p, t: x if t else x * k[..., None, None] / (1 - p), "drop_maps does it the wrong way"),
    ("drop_maps", lambda x, k, p, t: x * k[..., None, None] / (1 - p) if t else x * (1 - p), "as the first papers"),
    ("drop_maps", lambda x, k, p, t: x * k / (1 - p) if t else x, "drop_maps raised RuntimeError"),
    ("drop_maps", drop_maps_in_place, "drop_maps changed its argument x in place"),
    ("drop_maps", drop_maps_by_rescaling_what_is_there, "drop_maps is wrong for x of shape (4, 3, 2, 5)"),
    ("batch_norm_maps", per_channel(lambda x, e: standard(x, (0,), e)), "standardises every place of a map by itself"),
    ("batch_norm_maps", per_channel(lambda x, e: standard(x, (2, 3), e)), "standardises each sample by itself"),
    ("batch_norm_maps", per_channel(lambda x, e: standard(x, (0, 1, 2, 3), e)), "takes one mean and one variance"),
    ("batch_norm_maps", per_channel(lambda x, e: standard(x, (0, 2, 3), e, 1)), "by one less than the number"),
    ("batch_norm_maps", lambda x, _g, _b, e: standard(x, (0, 2, 3), e), "leaves gamma and beta out"),
    ("batch_norm_maps", lambda x, g, b, e: standard(x, (0, 2, 3), e) * g + b, "raised RuntimeError"),
    ("batch_norm_maps", per_channel(with_constant_statistics), "wrong gradient with respect to x"),
    ("group_norm", lambda x, _, g, b, e: per_channel(lambda x, e: standard(x, (0, 2, 3), e))(x, g, b, e),
     "group_norm standardises over the batch"),
    ("group_norm", lambda x, _, g, b, e: torch.nn.functional.instance_norm(x, None, None, g, b, eps=e),
     "group_norm standardises each channel by itself"),
    ("group_norm", lambda x, _, g, b, e: torch.nn.functional.group_norm(x, 1, g, b, e),
     "group_norm standardises all channels together"),
    ("group_norm", lambda x, n, g, b, e: torch.nn.functional.group_norm(x, x.shape[1] // n, g, b, e),
     "group_norm takes `groups` for the number of channels"),
    ("group_norm", lambda x, n, _g, _b, e: torch.nn.functional.group_norm(x, n, None, None, e),
     "group_norm leaves gamma and beta out"),
    ("group_norm", lambda x, n, g, b, e: torch.nn.functional.channel_shuffle(torch.nn.functional.group_norm(
        torch.nn.functional.channel_shuffle(x, x.shape[1] // n), n, None, None, e), n) * g[:, None, None]
        + b[:, None, None],
     "group_norm puts every `groups`-th channel into a group"),
    ("group_norm", group_norm_in_float32, "group_norm returned torch.float32"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "fn", "message"), WRONG)
def test_wrong_answers_get_their_message(name: str, fn: Function, message: str) -> None:
    report = check(name, fn)
    assert not report.passed
    assert message in report.messages[0], report.messages


@pytest.mark.parametrize("checker", training.CHECKERS, ids=lambda checker: checker.name)
def test_a_checker_accepts_its_reference_and_recognises_its_mistakes(checker: Checker) -> None:
    assert check(checker.name, checker.reference).passed
    for mistake in checker.mistakes:
        for function in mistake.functions:
            assert mistake.message in check(checker.name, function).messages[0]
