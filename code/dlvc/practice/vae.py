"""Exercises of the chapter on variational autoencoders."""

import torch
from torch import Tensor
from torch.distributions import Normal, kl_divergence

from dlvc.practice.checker import Arguments, Checker, Mistake, Trial, normal


def _divergences(mu: Tensor, logvar: Tensor) -> Tensor:
    """The divergence of each entry, from torch.distributions."""
    return kl_divergence(Normal(mu, (0.5 * logvar).exp()), Normal(torch.zeros_like(mu), torch.ones_like(mu)))


KL_STANDARD_NORMAL = Checker(
    name="kl_standard_normal",
    parameters=("mu", "logvar"),
    returns="scalar",
    summary="divergence from normal distributions, with means mu and logarithms of variances logvar, both (B, d), to "
    "the standard normal one: the sum over the d entries of a code, the mean over the batch.",
    reference=lambda mu, logvar: _divergences(mu, logvar).sum(1).mean(),
    all_gradients=True,
    cases=(
        Trial(lambda: (normal(5, 3), normal(5, 3, seed=1))),
        Trial(lambda: (normal(4, 4), normal(4, 4, seed=1)), "There are as many codes as entries: are axes mixed up?"),
        Trial(lambda: (normal(1, 3), normal(1, 3, seed=1)), "A batch of one is still a batch."),
        Trial(lambda: (torch.zeros(2, 3), torch.zeros(2, 3)), "The divergence of the prior from itself is 0."),
        Trial(lambda: (normal(5, 3, dtype=torch.float64), normal(5, 3, seed=1, dtype=torch.float64))),
    ),
    mistakes=(
        Mistake(
            "leaves out the ½ in front of the sum, so that the result is twice the divergence.",
            (lambda mu, logvar: 2 * _divergences(mu, logvar).sum(1).mean(),),
        ),
        Mistake(
            "has the wrong sign: a divergence is never negative.",
            (
                lambda mu, logvar: -_divergences(mu, logvar).sum(1).mean(),
                lambda mu, logvar: -2 * _divergences(mu, logvar).sum(1).mean(),
            ),
        ),
        Mistake(
            "takes the mean over the entries of a code too: independent entries' divergences add up, so sum over them.",
            (lambda mu, logvar: _divergences(mu, logvar).mean(),),
        ),
        Mistake(
            "sums over the batch: sum over the entries of a code, `.sum(1)`, then take the mean.",
            (lambda mu, logvar: _divergences(mu, logvar).sum(),),
        ),
        Mistake(
            "sums over the batch and takes the mean over the entries: it is the other way round.",
            (lambda mu, logvar: _divergences(mu, logvar).sum(0).mean(),),
        ),
        Mistake(
            "returns one divergence for each code: take the mean over the batch.",
            (lambda mu, logvar: _divergences(mu, logvar).sum(1),),
        ),
        Mistake(
            "takes logvar for the logarithm of the standard deviation: `logvar.exp()` is the variance already.",
            (lambda mu, logvar: _divergences(mu, 2 * logvar).sum(1).mean(),),
        ),
        Mistake(
            "takes logvar for the variance itself: the variance is `logvar.exp()`.",
            (lambda mu, logvar: 0.5 * (mu.square() + logvar - logvar.log() - 1).sum(1).mean(),),
        ),
        Mistake(
            "takes the logarithm of the variance with the wrong sign: small variances are far from the prior's too.",
            (
                lambda mu, logvar: 0.5 * (mu.square() + logvar.exp() + logvar - 1).sum(1).mean(),
                lambda mu, logvar: 0.5 * (mu.square() + (-logvar).exp() - logvar - 1).sum(1).mean(),
            ),
        ),
        Mistake(
            "mixes variance and standard deviation: `logvar.exp()` and `logvar` belong together, both of the variance.",
            (
                lambda mu, logvar: 0.5 * (mu.square() + (0.5 * logvar).exp() - logvar - 1).sum(1).mean(),
                lambda mu, logvar: 0.5 * (mu.square() + logvar.exp() - 0.5 * logvar - 1).sum(1).mean(),
            ),
        ),
        Mistake(
            "computes the divergence the other way round, of the codes' distributions from the prior's: the mean is to "
            "be taken under q.",
            (lambda mu, logvar: 0.5 * (logvar + (1 + mu.square()) / logvar.exp() - 1).sum(1).mean(),),
        ),
        Mistake(
            "doesn't square the means.",
            (lambda mu, logvar: (_divergences(torch.zeros_like(mu), logvar) + 0.5 * mu).sum(1).mean(),),
        ),
        Mistake(
            "forgets the −1, which makes the divergence 0 where a code's distribution is the prior.",
            (lambda mu, logvar: (_divergences(mu, logvar) + 0.5).sum(1).mean(),),
        ),
    ),
)


def _noise(mu: Tensor, generator: torch.Generator) -> Tensor:
    return torch.randn(mu.shape, generator=generator, dtype=mu.dtype)


def _draws(*shape: int, dtype: torch.dtype = torch.float32) -> Arguments:
    return normal(*shape, dtype=dtype), normal(*shape, seed=1, dtype=dtype), torch.Generator().manual_seed(7)


REPARAMETERIZE = Checker(
    name="reparameterize",
    parameters=("mu", "logvar", "generator"),
    returns="z",
    summary="one draw from the normal distributions with means mu and logarithms of variances logvar, through which "
    "gradients pass: mu plus the standard deviation times `torch.randn(mu.shape, generator=generator)`.",
    reference=lambda mu, logvar, generator: mu + (0.5 * logvar).exp() * _noise(mu, generator),
    all_gradients=True,
    cases=(
        Trial(lambda: _draws(5, 3)),
        Trial(lambda: _draws(1, 2), "A batch of one is still a batch."),
        Trial(lambda: _draws(2, 3, 4), "Any shape will do."),
        Trial(lambda: _draws(5, 3, dtype=torch.float64)),
    ),
    mistakes=(
        Mistake(
            "multiplies the noise by the variance: by the standard deviation, `(0.5 * logvar).exp()`.",
            (lambda mu, logvar, generator: mu + logvar.exp() * _noise(mu, generator),),
        ),
        Mistake(
            "doubles logvar where it should be halved: the standard deviation is `(0.5 * logvar).exp()`.",
            (lambda mu, logvar, generator: mu + (2 * logvar).exp() * _noise(mu, generator),),
        ),
        Mistake(
            "takes the root of logvar: the standard deviation is the root of the variance, `(0.5 * logvar).exp()`.",
            (lambda mu, logvar, generator: mu + logvar.sqrt() * _noise(mu, generator),),
        ),
        Mistake(
            "multiplies the noise by logvar: the standard deviation is `(0.5 * logvar).exp()`.",
            (lambda mu, logvar, generator: mu + logvar * _noise(mu, generator),),
        ),
        Mistake(
            "adds the noise without scaling it: multiply by the standard deviation, `(0.5 * logvar).exp()`.",
            (lambda mu, _logvar, generator: mu + _noise(mu, generator),),
        ),
        Mistake(
            "draws noise between 0 and 1, evenly: the noise is normal, `torch.randn`, not `torch.rand`.",
            (
                lambda mu, logvar, generator: (
                    mu + (0.5 * logvar).exp() * torch.rand(mu.shape, generator=generator, dtype=mu.dtype)
                ),
            ),
        ),
        Mistake(
            "draws one number an entry and uses it for the whole batch: each code has noise of its own, of mu's shape.",
            (
                lambda mu, logvar, generator: (
                    mu + (0.5 * logvar).exp() * torch.randn(mu.shape[-1:], generator=generator, dtype=mu.dtype)
                ),
            ),
        ),
        Mistake(
            "returns the means, without noise: the decoder would never see a neighbourhood, only a point.",
            (lambda mu, _logvar, _generator: mu.clone(),),
        ),
        Mistake(
            "leaves out the mean.",
            (lambda mu, logvar, generator: (0.5 * logvar).exp() * _noise(mu, generator),),
        ),
    ),
)

CHECKERS = (KL_STANDARD_NORMAL, REPARAMETERIZE)
