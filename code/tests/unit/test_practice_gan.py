"""Exercises of the chapter on adversarial networks: right answers pass, each planted wrong one gets its message."""

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from dlvc import losses
from dlvc.practice import check, gan
from dlvc.practice.checker import Checker

Function = Callable[..., Tensor]


def d_loss_by_targets(real: Tensor, fake: Tensor) -> Tensor:
    ones, zeros = torch.ones_like(real), torch.zeros_like(fake)
    return F.binary_cross_entropy_with_logits(real, ones) + F.binary_cross_entropy_with_logits(fake, zeros)


def d_loss_by_logsigmoid(real: Tensor, fake: Tensor) -> Tensor:
    return -(F.logsigmoid(real).sum() / len(real) + F.logsigmoid(-fake).sum() / len(fake))


def g_loss_by_logaddexp(fake: Tensor) -> Tensor:
    return torch.logaddexp(torch.zeros_like(fake), -fake).mean()


RIGHT = [
    ("discriminator_loss", d_loss_by_targets),
    ("discriminator_loss", d_loss_by_logsigmoid),
    ("discriminator_loss", losses.discriminator_loss),
    ("generator_loss", lambda fake: F.binary_cross_entropy_with_logits(fake, torch.ones_like(fake))),
    ("generator_loss", g_loss_by_logaddexp),
    ("generator_loss", losses.generator_loss),
]


@pytest.mark.usefixtures("untyped")
@pytest.mark.parametrize(("name", "fn"), RIGHT)
def test_right_answers_pass(name: str, fn: Function) -> None:
    report = check(name, fn)
    assert report.passed, str(report)


def d_loss_of_probabilities(real: Tensor, fake: Tensor) -> Tensor:
    return -real.sigmoid().log().mean() - (1 - fake.sigmoid()).log().mean()


def d_loss_exchanged(real: Tensor, fake: Tensor) -> Tensor:
    return d_loss_by_targets(fake, real)


def d_loss_summed(real: Tensor, fake: Tensor) -> Tensor:
    return F.softplus(-real).sum() + F.softplus(fake).sum()


def d_loss_as_one_batch(real: Tensor, fake: Tensor) -> Tensor:
    logits, targets = torch.cat([real, fake]), torch.cat([torch.ones_like(real), torch.zeros_like(fake)])
    return F.binary_cross_entropy_with_logits(logits, targets)


WRONG = [
    ("discriminator_loss", d_loss_exchanged, "real and fake exchanged"),
    ("discriminator_loss", lambda real, fake: -d_loss_by_targets(real, fake), "turn the sign"),
    ("discriminator_loss", d_loss_summed, "sums over the batch"),
    ("discriminator_loss", d_loss_as_one_batch, "takes one mean"),
    ("discriminator_loss", lambda real, _: F.softplus(-real).mean(), "forgets the fakes"),
    ("discriminator_loss", lambda _, fake: F.softplus(fake).mean(), "forgets the real pictures"),
    ("discriminator_loss", d_loss_of_probabilities, "logsigmoid"),
    ("discriminator_loss", lambda real, fake: d_loss_by_targets(real.sigmoid(), fake.sigmoid()), "sigmoid twice"),
    ("discriminator_loss", lambda real, fake: fake.sigmoid().mean() - real.sigmoid().mean(), "leaves out the log"),
    ("generator_loss", lambda fake: F.logsigmoid(-fake).mean(), "saturating"),
    ("generator_loss", lambda fake: -F.logsigmoid(-fake).mean(), "discriminator's part"),
    ("generator_loss", lambda fake: F.logsigmoid(fake).mean(), "wrong sign"),
    ("generator_loss", lambda fake: -F.logsigmoid(fake).sum(), "sums over the batch"),
    ("generator_loss", lambda fake: -F.logsigmoid(fake.sigmoid()).mean(), "sigmoid twice"),
    ("generator_loss", lambda fake: -fake.sigmoid().mean().log(), "mean of the logarithms"),
    ("generator_loss", lambda fake: -fake.sigmoid().mean(), "leaves out the logarithm"),
    ("generator_loss", lambda fake: -fake.mean(), "Wasserstein"),
    ("generator_loss", lambda fake: -fake.sigmoid().log().mean(), "logsigmoid"),
]


@pytest.mark.usefixtures("untyped")
@pytest.mark.parametrize(("name", "fn", "message"), WRONG)
def test_wrong_answers_get_their_message(name: str, fn: Function, message: str) -> None:
    report = check(name, fn)
    assert not report.passed
    assert message in report.messages[0], report.messages


@pytest.mark.parametrize("checker", gan.CHECKERS, ids=lambda checker: checker.name)
def test_a_checker_accepts_its_reference_and_recognises_its_mistakes(checker: Checker) -> None:
    assert check(checker.name, checker.reference).passed
    for mistake in checker.mistakes:
        for function in mistake.functions:
            assert mistake.message in check(checker.name, function).messages[0]
