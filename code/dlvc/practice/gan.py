"""Exercises of the chapter on generative adversarial networks."""

import torch
import torch.nn.functional as F
from torch import Tensor

from dlvc.practice.checker import Checker, Mistake, Trial, normal


def _d_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    return F.softplus(-real_logits).mean() + F.softplus(fake_logits).mean()


_SURE = "Logits of 200 are large, and sigmoids of them are exactly 1 in float32: use `logsigmoid` or `softplus`."

DISCRIMINATOR_LOSS = Checker(
    name="discriminator_loss",
    parameters=("real_logits", "fake_logits"),
    returns="loss",
    summary="what the discriminator minimises, one number: the mean of -log D over real pictures plus the mean of "
    "-log(1 - D) over fakes, where D is the sigmoid of the logits, (N,) and (M,).",
    reference=_d_loss,
    cases=(
        Trial(lambda: (normal(6), normal(4, seed=1)), "There are more real pictures than fakes: take a mean of each."),
        Trial(lambda: (normal(8), normal(8, seed=1))),
        Trial(lambda: (normal(5, dtype=torch.float64), normal(5, seed=1, dtype=torch.float64))),
    ),
    mistakes=(
        Mistake(
            "has real and fake exchanged: real pictures should get large logits, fakes small ones.",
            (lambda real, fake: _d_loss(fake, real), lambda real, fake: _d_loss(-real, -fake)),
        ),
        Mistake(
            "is what the discriminator maximises: turn the sign, so that descent makes it better.",
            (lambda real, fake: -_d_loss(real, fake),),
        ),
        Mistake(
            "halves the sum of the two means: equation eq-gan-d adds them.",
            (lambda real, fake: _d_loss(real, fake) / 2,),
        ),
        Mistake(
            "sums over the batch: take the mean of each kind, so that the loss doesn't grow with the batch.",
            (lambda real, fake: F.softplus(-real).sum() + F.softplus(fake).sum(),),
        ),
        Mistake(
            "takes one mean over real pictures and fakes together: each kind has its own mean, or "
            "the larger set counts more.",
            (
                lambda real, fake: torch.cat([F.softplus(-real), F.softplus(fake)]).mean(),
                lambda real, fake: 2 * torch.cat([F.softplus(-real), F.softplus(fake)]).mean(),
            ),
        ),
        Mistake("forgets the fakes.", (lambda real, _: F.softplus(-real).mean(),)),
        Mistake("forgets the real pictures.", (lambda _, fake: F.softplus(fake).mean(),)),
        Mistake(
            "takes logits for probabilities: pass them through the sigmoid first.",
            (
                lambda real, fake: (
                    -(real.clamp(1e-6, 1 - 1e-6).log().mean() + (1 - fake.clamp(1e-6, 1 - 1e-6)).log().mean())
                ),
            ),
        ),
        Mistake(
            "applies the sigmoid twice: `binary_cross_entropy_with_logits` has one of its own.",
            (lambda real, fake: _d_loss(real.sigmoid(), fake.sigmoid()),),
        ),
        Mistake(
            "leaves out the logarithms: that is another game, with another optimal discriminator.",
            (
                lambda real, fake: -(real.sigmoid().mean() + (1 - fake.sigmoid()).mean()),
                lambda real, fake: fake.sigmoid().mean() - real.sigmoid().mean(),
            ),
        ),
    ),
    extremes=(Trial(lambda: (torch.tensor([-200.0, 200.0, 1.0]), torch.tensor([200.0, -200.0, 0.5])), _SURE),),
)

GENERATOR_LOSS = Checker(
    name="generator_loss",
    parameters=("fake_logits",),
    returns="loss",
    summary="the non-saturating loss of the generator, one number: the mean of -log D over fakes, where D is the "
    "sigmoid of the logits, (M,).",
    reference=lambda fake_logits: F.softplus(-fake_logits).mean(),
    cases=(
        Trial(lambda: (normal(6),)),
        Trial(lambda: (normal(9, seed=1) - 4,), "The discriminator isn't fooled here, and the loss is large."),
        Trial(lambda: (normal(5, dtype=torch.float64),)),
    ),
    mistakes=(
        Mistake(
            "is the saturating loss, log(1 - D): it has the same optimum, but hardly a slope where the discriminator "
            "isn't fooled. Use -log D.",
            (lambda fake: -F.softplus(fake).mean(),),
        ),
        Mistake(
            "is the discriminator's part, -log(1 - D): the generator wants fakes to be called real.",
            (lambda fake: F.softplus(fake).mean(),),
        ),
        Mistake("has the wrong sign: return -log D, not log D.", (lambda fake: -F.softplus(-fake).mean(),)),
        Mistake("sums over the batch: take the mean.", (lambda fake: F.softplus(-fake).sum(),)),
        Mistake(
            "applies the sigmoid twice: `binary_cross_entropy_with_logits` has one of its own.",
            (lambda fake: F.softplus(-fake.sigmoid()).mean(),),
        ),
        Mistake(
            "takes the logarithm of the mean: take the mean of the logarithms.",
            (lambda fake: -fake.sigmoid().mean().log(),),
        ),
        Mistake(
            "leaves out the logarithm.", (lambda fake: -fake.sigmoid().mean(), lambda fake: 1 - fake.sigmoid().mean())
        ),
        Mistake(
            "uses the logits themselves: that is a Wasserstein critic's loss.",
            (lambda fake: -fake.mean(),),
        ),
    ),
    extremes=(Trial(lambda: (torch.tensor([-200.0, 200.0, 1.0]),), _SURE),),
)

CHECKERS = (DISCRIMINATOR_LOSS, GENERATOR_LOSS)
