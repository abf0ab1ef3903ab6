"""Exercises of the chapter on variational autoencoders: right answers pass, planted wrong ones get their messages."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.distributions import Normal

from dlvc import losses, models
from dlvc.practice import check, vae

Function = Callable[..., Tensor]


def kl_by_formula(mu: Tensor, logvar: Tensor) -> Tensor:
    return -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp()) / len(mu)


def kl_by_entries(mu: Tensor, logvar: Tensor) -> Tensor:
    std = torch.exp(logvar / 2)
    each = [((m**2 + s**2 - 1) / 2 - torch.log(s)).sum() for m, s in zip(mu, std, strict=True)]
    return torch.stack(each).mean()


def reparameterize_by_normal(mu: Tensor, logvar: Tensor, generator: torch.Generator) -> Tensor:
    noise = torch.empty_like(mu).normal_(generator=generator)
    return torch.addcmul(mu, logvar.exp().sqrt(), noise)


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("kl_standard_normal", kl_by_formula),
        ("kl_standard_normal", kl_by_entries),
        ("kl_standard_normal", losses.kl_standard_normal),
        ("reparameterize", reparameterize_by_normal),
        ("reparameterize", models.reparameterize),
    ],
)
def test_right_answers_pass(untyped: None, name: str, function: Function) -> None:  # noqa: ARG001
    report = check(name, function)
    assert not report.messages, report


@pytest.mark.parametrize("checker", vae.CHECKERS, ids=lambda checker: checker.name)
def test_every_planted_mistake_is_recognised(checker) -> None:
    for mistake in checker.mistakes:
        for function in mistake.functions:
            report = check(checker.name, function)
            assert mistake.message in report.messages[0]


def kl_of_std(mu: Tensor, logvar: Tensor) -> Tensor:
    return 0.5 * (mu**2 + (2 * logvar).exp() - 2 * logvar - 1).sum(1).mean()


def kl_without_gradient(mu: Tensor, logvar: Tensor) -> Tensor:
    return kl_by_formula(mu.detach(), logvar)


def kl_of_fixed_variances(mu: Tensor, logvar: Tensor) -> Tensor:
    return kl_by_formula(mu, logvar.detach())


def shifted(mu: Tensor, logvar: Tensor, generator: torch.Generator) -> Tensor:
    """Learns where to draw, and not how widely."""
    return reparameterize_by_normal(mu, logvar.detach(), generator)


def sampled(mu: Tensor, logvar: Tensor, generator: torch.Generator) -> Tensor:
    return torch.normal(mu, torch.exp(logvar / 2), generator=generator)


def unseeded(mu: Tensor, logvar: Tensor, _: torch.Generator) -> Tensor:
    return Normal(mu, torch.exp(logvar / 2)).rsample()


@pytest.mark.parametrize(
    ("name", "function", "words"),
    [
        ("kl_standard_normal", kl_of_std, "takes logvar for the logarithm of the standard deviation"),
        ("kl_standard_normal", lambda mu, logvar: kl_by_formula(mu, logvar).item(), "carries no gradient"),
        ("kl_standard_normal", kl_without_gradient, "lets no gradient through to mu"),
        ("kl_standard_normal", kl_of_fixed_variances, "lets no gradient through to logvar"),
        ("reparameterize", shifted, "lets no gradient through to logvar"),
        ("reparameterize", sampled, "wrong gradient with respect to mu"),
        ("reparameterize", unseeded, "is wrong for mu"),
    ],
)
def test_other_wrong_answers_are_told_why(name: str, function: Function, words: str) -> None:
    assert words in " ".join(check(name, function).messages)
