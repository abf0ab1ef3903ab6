"""Exercises of the chapter on the GAN family: right answers pass, each planted wrong one gets its message."""

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from dlvc import losses, models
from dlvc.practice import check, gan_family
from dlvc.practice.checker import Checker

Function = Callable[..., Tensor]


def penalty_by_pictures(critic: Function, real: Tensor, fake: Tensor, generator: torch.Generator) -> Tensor:
    """One picture after the other, with plain sums."""
    shares = torch.rand(len(real), generator=generator)
    total = torch.zeros(())
    for share, a, b in zip(shares, real, fake, strict=True):
        x = torch.lerp(b, a, share).unsqueeze(0).requires_grad_()
        (slope,) = torch.autograd.grad(critic(x).squeeze(), x, create_graph=True)
        total = total + ((slope**2).sum() ** 0.5 - 1) ** 2
    return total / len(real)


def adain_by_instance_norm(content: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
    return torch.stack([
        F.instance_norm(picture[None], weight=a, bias=b)[0]
        for picture, a, b in zip(content, scale, shift, strict=True)
    ])  # fmt: skip


RIGHT = [
    ("gradient_penalty", losses.gradient_penalty),
    ("gradient_penalty", penalty_by_pictures),
    ("adain", models.adain),
    ("adain", adain_by_instance_norm),
]


@pytest.mark.usefixtures("untyped")
@pytest.mark.parametrize(("name", "fn"), RIGHT)
def test_right_answers_pass(name: str, fn: Function) -> None:
    report = check(name, fn)
    assert report.passed, str(report)


def slopes(critic: Function, x: Tensor, *, graph: bool = True) -> Tensor:
    x = x.detach().requires_grad_()
    return torch.autograd.grad(critic(x).sum(), x, create_graph=graph)[0].flatten(1)


def between(real: Tensor, fake: Tensor, generator: torch.Generator) -> Tensor:
    share = torch.rand(len(real), generator=generator).view(-1, *[1] * (real.ndim - 1))
    return share * real + (1 - share) * fake


def penalty_without_graph(c: Function, r: Tensor, f: Tensor, g: torch.Generator) -> Tensor:
    return (slopes(c, between(r, f, g), graph=False).norm(dim=1) - 1).square().mean()


def penalty_with_one_share(c: Function, r: Tensor, f: Tensor, g: torch.Generator) -> Tensor:
    share = torch.rand(1, generator=g)
    return (slopes(c, share * r + (1 - share) * f).norm(dim=1) - 1).square().mean()


def penalty_one_sided(c: Function, r: Tensor, f: Tensor, g: torch.Generator) -> Tensor:
    return (slopes(c, between(r, f, g)).norm(dim=1) - 1).relu().square().mean()


def penalty_by_rows(c: Function, r: Tensor, f: Tensor, g: torch.Generator) -> Tensor:
    x = between(r, f, g).detach().requires_grad_()
    return (torch.autograd.grad(c(x).sum(), x, create_graph=True)[0].norm(dim=1) - 1).square().mean()


WRONG = [
    ("gradient_penalty", penalty_without_graph, "lets no gradient through to the critic's weights"),
    ("gradient_penalty", penalty_without_graph, "create_graph=True"),
    ("gradient_penalty", penalty_with_one_share, "gradient_penalty draws one share for the whole batch"),
    ("gradient_penalty", lambda c, r, f, g: penalty_by_pictures(c, f, r, g), "takes the share of fakes for that of"),
    ("gradient_penalty", lambda c, r, _, g: penalty_by_pictures(c, r, r, g), "takes the slope at the real pictures"),
    ("gradient_penalty", penalty_by_rows, "gradient_penalty is wrong for critic critic, real of shape (3, 1, 2, 2)"),
    ("gradient_penalty", penalty_one_sided, "gradient_penalty is wrong"),
    ("adain", lambda x, a, b: F.batch_norm(x, None, None, training=True) * a[..., None, None] + b[..., None, None],
     "over the batch too, which is batch normalisation"),
    ("adain", lambda x, a, b: F.layer_norm(x, x.shape[1:]) * a[..., None, None] + b[..., None, None],
     "over the channels too, which is layer normalisation"),
    ("adain", lambda x, a, b: adain_by_instance_norm(x, b, a), "swaps scale and shift"),
    ("adain", lambda x, a, _: F.instance_norm(x) * a[..., None, None], "leaves the shift out"),
    ("adain", lambda x, a, b: F.instance_norm(x).mul_(a[..., None, None]).detach() + b[..., None, None],
     "lets no gradient through to content"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "fn", "message"), WRONG)
def test_wrong_answers_get_their_message(name: str, fn: Function, message: str) -> None:
    report = check(name, fn)
    assert not report.passed
    assert message in report.messages[0], report.messages


@pytest.mark.parametrize("checker", gan_family.CHECKERS, ids=lambda checker: checker.name)
def test_a_checker_accepts_its_reference_and_recognises_its_mistakes(checker: Checker) -> None:
    assert check(checker.name, checker.reference).passed
    for mistake in checker.mistakes:
        for function in mistake.functions:
            assert mistake.message in check(checker.name, function).messages[0]
