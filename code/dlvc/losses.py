"""What is minimised, and what it is made of: pure functions of tensors, in the order of the book.

Each function evaluates the labelled equation that its docstring names; ``tests/equations`` proves it.
What returns a scalar is a mean over the batch. Entropies are in nats, the unit of the natural logarithm.
"""

import math
from collections.abc import Callable

import torch
from jaxtyping import Float, Int
from torch import Tensor


def one_hot(labels: Int[Tensor, "*batch"], num_classes: int) -> Float[Tensor, "*batch classes"]:
    """Turn class numbers into vectors with a single 1.

    Args:
        labels: integers in ``[0, num_classes)``, any shape.
        num_classes: length of the vectors, at least 1.

    Returns:
        Float32 vectors along a new last axis.

    Raises:
        ValueError: if a label is outside the range.
    """
    _check_labels(labels, num_classes)
    return (labels.unsqueeze(-1) == torch.arange(num_classes, device=labels.device)).float()


def squared_error(
    predictions: Float[Tensor, "batch *shape"], targets: Float[Tensor, "batch *shape"]
) -> Float[Tensor, ""]:
    """Mean squared difference over all entries.

    Args:
        predictions: any shape.
        targets: exactly the same shape; broadcasting would compare every prediction with every target.

    Raises:
        ValueError: if the shapes differ or the batch is empty.

    Equation: eq-squared-error
    """
    if predictions.shape != targets.shape:
        raise ValueError(
            f"predictions have shape {tuple(predictions.shape)} and targets {tuple(targets.shape)}; they must be "
            "equal, because broadcasting would silently compare every prediction with every target"
        )
    _check_not_empty(predictions, "predictions")
    return (predictions - targets).square().mean()


def log_sum_exp(logits: Float[Tensor, "*batch classes"]) -> Float[Tensor, "*batch"]:
    """Logarithm of the sum of exponentials over the last axis, without overflow.

    Args:
        logits: any real numbers; the last axis is the classes.

    Equation: eq-log-sum-exp
    """
    largest = _largest(logits)
    return (logits - largest).exp().sum(-1).log() + largest.squeeze(-1)


def log_softmax(logits: Float[Tensor, "*batch classes"]) -> Float[Tensor, "*batch classes"]:
    """Logarithm of `softmax`, accurate where a probability would underflow to 0."""
    # Not `logits - log_sum_exp(logits)`: among large logits that difference loses the digits that matter.
    shifted = logits - _largest(logits)
    return shifted - shifted.exp().sum(-1, keepdim=True).log()


def softmax(logits: Float[Tensor, "*batch classes"], temperature: float = 1.0) -> Float[Tensor, "*batch classes"]:
    """Turn logits into probabilities over the last axis.

    Args:
        logits: any real numbers.
        temperature: divides the logits; above 1 it flattens the distribution, below 1 it sharpens it.

    Returns:
        Probabilities of the same shape; each row sums to 1.

    Raises:
        ValueError: if the temperature is not positive.

    Equation: eq-softmax, eq-temperature
    """
    if not temperature > 0:
        raise ValueError(f"temperature is {temperature}; it must be positive")
    exponentials = ((logits - _largest(logits)) / temperature).exp()
    return exponentials / exponentials.sum(-1, keepdim=True)


def cross_entropy(
    logits: Float[Tensor, "batch classes"],
    targets: Int[Tensor, "batch"] | Float[Tensor, "batch classes"],
    label_smoothing: float = 0.0,
) -> Float[Tensor, ""]:
    """Mean cross-entropy between target distributions and ``softmax(logits)``.

    Args:
        logits: scores before the softmax.
        targets: class numbers, or a distribution over the classes for each sample.
        label_smoothing: share of the target that is spread evenly over all classes, in [0, 1].

    Returns:
        Scalar, in nats, at least 0.

    Raises:
        ValueError: if shapes or labels do not fit, a row of targets is no distribution, the batch is empty, or a
            logit is NaN.

    Reference: label smoothing is from Szegedy et al., *Rethinking the Inception Architecture for Computer Vision*
    (2016), section 7.

    Equation: eq-cross-entropy, eq-negative-log-likelihood, eq-label-smoothing
    """
    _check_logits(logits)
    if not 0 <= label_smoothing <= 1:
        raise ValueError(f"label_smoothing is {label_smoothing}; it must lie in [0, 1]")
    num_classes = logits.shape[-1]
    if targets.is_floating_point():
        if targets.shape != logits.shape:
            raise ValueError(
                f"targets have shape {tuple(targets.shape)}; distributions need that of the logits, "
                f"{tuple(logits.shape)}"
            )
        sums = targets.sum(-1)
        if not ((targets >= 0).all() and torch.allclose(sums, torch.ones_like(sums), atol=1e-4)):
            raise ValueError("targets are not distributions: each row must be at least 0 and sum to 1")
        distribution = targets
    else:
        if targets.shape != logits.shape[:-1]:
            raise ValueError(
                f"targets have shape {tuple(targets.shape)}; class numbers for logits of shape "
                f"{tuple(logits.shape)} need {tuple(logits.shape[:-1])}"
            )
        distribution = one_hot(targets, num_classes).to(logits.dtype)
    distribution = (1 - label_smoothing) * distribution + label_smoothing / num_classes
    surprise = -log_softmax(logits)
    # A class without target mass costs nothing, also where its probability is exactly 0.
    return torch.where(distribution > 0, distribution * surprise, 0.0).sum(-1).mean()


def kl_divergence(p: Float[Tensor, "*batch classes"], q: Float[Tensor, "*batch classes"]) -> Float[Tensor, "*batch"]:
    """Kullback-Leibler divergence of q from p over the last axis, in nats.

    Args:
        p: probabilities; where p is 0 the term is 0.
        q: probabilities of the same shape; the result is infinite where q is 0 and p is not.

    Raises:
        ValueError: if the shapes differ.

    Equation: eq-kl-divergence
    """
    if p.shape != q.shape:
        raise ValueError(f"p has shape {tuple(p.shape)} and q {tuple(q.shape)}; they must be equal")
    terms: Tensor = torch.special.xlogy(p, p) - torch.special.xlogy(p, q)
    return terms.sum(-1)


def binary_cross_entropy_with_logits(
    logits: Float[Tensor, "batch *shape"], targets: Float[Tensor, "batch *shape"]
) -> Float[Tensor, ""]:
    """Mean cross-entropy of independent yes/no questions.

    Args:
        logits: scores before the sigmoid.
        targets: the same shape, in [0, 1]; values between are soft targets.

    Returns:
        Scalar, in nats: the mean over all entries.

    Raises:
        ValueError: if the shapes differ, a target is outside [0, 1], a logit is NaN or the batch is empty.

    Equation: eq-binary-cross-entropy
    """
    _check_logits(logits)
    if logits.shape != targets.shape:
        raise ValueError(
            f"logits have shape {tuple(logits.shape)} and targets {tuple(targets.shape)}; they must be equal"
        )
    if not ((targets >= 0) & (targets <= 1)).all():
        raise ValueError(f"targets range from {targets.min()} to {targets.max()}; they must lie in [0, 1]")
    # No exponential of a positive number, so no overflow. `maximum` and not `clamp`, because its gradient at 0
    # is one half, which makes that of the whole sigmoid(z) - t there too.
    positive = torch.maximum(logits, torch.zeros_like(logits))
    return (positive - logits * targets + torch.log1p(torch.exp(-logits.abs()))).mean()


def discriminator_loss(real_logits: Float[Tensor, " real"], fake_logits: Float[Tensor, " fake"]) -> Float[Tensor, ""]:
    """Cross-entropy of the discriminator's answers: real pictures should be called real, and fakes fake.

    Args:
        real_logits: of real pictures, before the sigmoid.
        fake_logits: of the generator's pictures; another number of them is allowed.

    Returns:
        Scalar, in nats: the mean over real pictures plus the mean over fakes, at least 0. It is log 4 where nothing
        can be told apart.

    Raises:
        ValueError: if a logit is NaN or one of the batches is empty.

    Reference: Goodfellow et al., *Generative Adversarial Nets* (2014), equation 1.

    Equation: eq-gan-d
    """
    real = binary_cross_entropy_with_logits(real_logits, torch.ones_like(real_logits))
    fake = binary_cross_entropy_with_logits(fake_logits, torch.zeros_like(fake_logits))
    return real + fake


def generator_loss(fake_logits: Float[Tensor, " fake"]) -> Float[Tensor, ""]:
    """Cross-entropy between what the discriminator says about fakes and what the generator wants to hear.

    This is the non-saturating loss: its gradient is largest where the discriminator isn't fooled.

    Args:
        fake_logits: of the generator's pictures, before the sigmoid.

    Returns:
        Scalar, in nats, at least 0. It is log 2 where nothing can be told apart.

    Raises:
        ValueError: if a logit is NaN or the batch is empty.

    Reference: Goodfellow et al., *Generative Adversarial Nets* (2014), section 3.

    Equation: eq-gan-g
    """
    return binary_cross_entropy_with_logits(fake_logits, torch.ones_like(fake_logits))


def wasserstein_critic_loss(
    real_scores: Float[Tensor, " real"], fake_scores: Float[Tensor, " fake"]
) -> Float[Tensor, ""]:
    """How far the critic's mean score of fakes lies above that of real pictures.

    With a critic whose slope is nowhere above 1, and which is as good as can be, its negative is the Wasserstein
    distance of the two distributions.

    Args:
        real_scores: of real pictures, any real numbers.
        fake_scores: of the generator's pictures; another number of them is allowed.

    Raises:
        ValueError: if a score is NaN or one of the batches is empty.

    Reference: Arjovsky et al., *Wasserstein Generative Adversarial Networks* (2017), section 3.

    Equation: eq-wgan-critic
    """
    _check_logits(real_scores)
    _check_logits(fake_scores)
    return fake_scores.mean() - real_scores.mean()


def wasserstein_generator_loss(fake_scores: Float[Tensor, " fake"]) -> Float[Tensor, ""]:
    """The critic's mean score of fakes, with the opposite sign. A discriminator with a hinge loss has the same.

    Args:
        fake_scores: of the generator's pictures.

    Raises:
        ValueError: if a score is NaN or the batch is empty.

    Reference: Arjovsky et al., *Wasserstein Generative Adversarial Networks* (2017), section 3; Lim and Ye,
    *Geometric GAN* (2017).

    Equation: eq-wgan-generator
    """
    _check_logits(fake_scores)
    return -fake_scores.mean()


def hinge_discriminator_loss(
    real_scores: Float[Tensor, " real"], fake_scores: Float[Tensor, " fake"]
) -> Float[Tensor, ""]:
    """Mean shortfall of real scores below 1, plus mean excess of fake scores above -1.

    Args:
        real_scores: of real pictures.
        fake_scores: of the generator's pictures; another number of them is allowed.

    Returns:
        Scalar, at least 0; 2 where every score is 0.

    Raises:
        ValueError: if a score is NaN or one of the batches is empty.

    Reference: Lim and Ye, *Geometric GAN* (2017).

    Equation: eq-hinge-d
    """
    _check_logits(real_scores)
    _check_logits(fake_scores)
    return (1 - real_scores).clamp(min=0).mean() + (1 + fake_scores).clamp(min=0).mean()


def least_squares_discriminator_loss(
    real_scores: Float[Tensor, "real *places"], fake_scores: Float[Tensor, "fake *places"]
) -> Float[Tensor, ""]:
    """Mean squared distance of real scores from 1, plus that of fake scores from 0.

    Args:
        real_scores: of real pictures, one or several each.
        fake_scores: of made pictures; another number of them is allowed.

    Raises:
        ValueError: if one of the batches is empty.

    Reference: Mao et al., *Least Squares Generative Adversarial Networks* (2017), with labels 0 and 1.

    Equation: eq-least-squares
    """
    real = squared_error(real_scores, torch.ones_like(real_scores))
    return real + squared_error(fake_scores, torch.zeros_like(fake_scores))


def least_squares_generator_loss(fake_scores: Float[Tensor, "fake *places"]) -> Float[Tensor, ""]:
    """Mean squared distance from 1 of the scores of made pictures. CycleGAN's translators pay it for each domain.

    Args:
        fake_scores: of made pictures, one or several each.

    Raises:
        ValueError: if there are none.

    Reference: Mao et al., *Least Squares Generative Adversarial Networks* (2017), with labels 0 and 1.

    Equation: eq-cyclegan
    """
    return squared_error(fake_scores, torch.ones_like(fake_scores))


def gradient_penalty(
    critic: Callable[[Tensor], Tensor],
    real: Float[Tensor, "batch *shape"],
    fake: Float[Tensor, "batch *shape"],
    generator: torch.Generator,
) -> Float[Tensor, ""]:
    """How far the critic's slope is from 1, at one random point between each real picture and a fake.

    Args:
        critic: returns one score for each picture of a batch, each computed from that picture alone: a critic with
            batch normalisation does not.
        real: real pictures.
        fake: as many of the generator's.
        generator: draws the places between; one number in [0, 1) a picture.

    Returns:
        Mean squared difference of the slope's Euclidean norm from 1; it can be differentiated by the critic's weights.

    Raises:
        ValueError: if the shapes differ or the batch is empty.

    Reference: Gulrajani et al., *Improved Training of Wasserstein GANs* (2017), section 4.

    Equation: eq-between, eq-gradient-penalty
    """
    if real.shape != fake.shape:
        raise ValueError(f"real has shape {tuple(real.shape)} and fake {tuple(fake.shape)}; they must be equal")
    _check_not_empty(real, "real")
    share = torch.rand(len(real), generator=generator, dtype=real.dtype, device=generator.device).to(real.device)
    share = share.view(-1, *[1] * (real.ndim - 1))  # (B,) -> (B, 1, 1, 1)
    between = (share * real + (1 - share) * fake).detach().requires_grad_()
    # The sum's gradient holds that of each score by its own picture.
    (slopes,) = torch.autograd.grad(critic(between).sum(), between, create_graph=True)
    lengths: Tensor = slopes.flatten(1).norm(dim=1)
    return (lengths - 1).square().mean()


def cycle_loss(
    a: Float[Tensor, "batch_a *shape_a"],
    a_restored: Float[Tensor, "batch_a *shape_a"],
    b: Float[Tensor, "batch_b *shape_b"],
    b_restored: Float[Tensor, "batch_b *shape_b"],
) -> Float[Tensor, ""]:
    """How much pictures of two domains change when they are translated into the other one and back.

    Args:
        a: pictures of the first domain.
        a_restored: the same after both translations.
        b: pictures of the second domain; their number and shape may differ from the first's.
        b_restored: the same after both translations.

    Returns:
        Mean absolute difference in the first domain, plus that in the second.

    Raises:
        ValueError: if pictures and restored ones differ in shape, or there are none.

    Reference: Zhu et al., *Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial Networks* (2017),
    equation 2, which has sums in place of the means.

    Equation: eq-cycle
    """
    for name, original, restored in (("a", a, a_restored), ("b", b, b_restored)):
        if original.shape != restored.shape:
            raise ValueError(
                f"{name} has shape {tuple(original.shape)} and {name}_restored {tuple(restored.shape)}; "
                "they must be equal"
            )
        _check_not_empty(original, name)
    return (a_restored - a).abs().mean() + (b_restored - b).abs().mean()


def kl_standard_normal(mu: Float[Tensor, "batch latent"], logvar: Float[Tensor, "batch latent"]) -> Float[Tensor, ""]:
    """Kullback-Leibler divergence of a standard normal distribution from normal ones with independent entries.

    Args:
        mu: means.
        logvar: logarithms of the variances.

    Returns:
        Scalar, in nats, at least 0: the sum over the latent entries, the mean over the batch.

    Raises:
        ValueError: if the shapes differ or the batch is empty.

    Reference: Kingma and Welling, *Auto-Encoding Variational Bayes* (2014), appendix B.

    Equation: eq-kl-gaussian
    """
    if mu.shape != logvar.shape:
        raise ValueError(f"mu has shape {tuple(mu.shape)} and logvar {tuple(logvar.shape)}; they must be equal")
    _check_not_empty(mu, "mu")
    # expm1(v) - v and not exp(v) - 1 - v, which loses its digits where a variance is near 1.
    return 0.5 * (mu.square() + logvar.expm1() - logvar).sum(1).mean()


def beta_vae_loss(
    reconstruction: Float[Tensor, "batch *shape"],
    targets: Float[Tensor, "batch *shape"],
    mu: Float[Tensor, "batch latent"],
    logvar: Float[Tensor, "batch latent"],
    beta: float,
) -> Float[Tensor, ""]:
    """Squared error, summed over the pixels, plus beta times twice the divergence of the codes; batch mean.

    With ``beta`` as the variance of a normal likelihood, this is the negative evidence lower bound times ``2 * beta``,
    without its constant. It is so of Higgins' loss with price b and variance s² too, times ``2 * s²``, if ``beta`` is
    b times s².

    Args:
        reconstruction: pictures from the decoder.
        targets: the pictures that they should be, of exactly the same shape.
        mu: means of the codes.
        logvar: logarithms of the codes' variances.
        beta: price of the divergence, at least 0.

    Returns:
        Scalar, at least 0.

    Raises:
        ValueError: if shapes differ, the batch is empty or beta is negative.

    Equation: eq-beta-vae, eq-beta-is-variance, eq-beta-vae-higgins, eq-rate-distortion
    """
    if not beta >= 0:
        raise ValueError(f"beta is {beta}; it must be at least 0")
    pixels = reconstruction[0].numel()
    return squared_error(reconstruction, targets) * pixels + 2 * beta * kl_standard_normal(mu, logvar)


def importance_weighted_bound(log_weights: Float[Tensor, "batch samples"]) -> Float[Tensor, "batch"]:
    """Lower bound of the log-likelihood from weighted samples of the codes; with one sample it is the ELBO's estimate.

    Args:
        log_weights: ``log p(x|z) + log p(z) - log q(z|x)`` for several draws z from ``q(z|x)`` a picture.

    Returns:
        For each picture the logarithm of the mean weight, in nats; its expectation rises with the number of samples.

    Reference: Burda, Grosse and Salakhutdinov, *Importance Weighted Autoencoders* (2016).

    Equation: eq-iwae
    """
    return log_sum_exp(log_weights) - math.log(log_weights.shape[1])


def uncertainty_weighted(losses: Float[Tensor, " tasks"], log_variances: Float[Tensor, " tasks"]) -> Float[Tensor, ""]:
    """Sum of several tasks' losses, each divided by a variance that is learned with the network.

    Args:
        losses: one a task, each a mean over the batch.
        log_variances: logarithms of the variances, parameters of the training; 0 is a weight of 1.

    Raises:
        ValueError: if there isn't one log-variance a loss.

    Reference: Kendall, Gal and Cipolla, *Multi-Task Learning Using Uncertainty to Weigh Losses for Scene Geometry and
    Semantics* (2018), who derive it from maximum likelihood. Theirs has a factor of one half before a regression's
    loss, which here belongs to the loss. For an absolute error, whose likelihood is Laplace's, the term that is added
    would be the whole logarithm instead of half of it.

    Equation: eq-uncertainty-weights
    """
    if losses.shape != log_variances.shape:
        raise ValueError(f"got {len(losses)} losses and {len(log_variances)} log-variances; wanted one for each loss")
    return (losses * (-log_variances).exp() + log_variances / 2).sum()


def _largest(logits: Float[Tensor, "*batch classes"]) -> Float[Tensor, "*batch 1"]:
    """Return the shift that keeps exponentials from overflowing; 0 where the largest logit is infinite."""
    # The shift changes nothing in exact arithmetic, so no gradient needs to pass through it.
    return logits.detach().amax(-1, keepdim=True).nan_to_num(nan=torch.nan, posinf=0.0, neginf=0.0)


def _check_logits(logits: Tensor) -> None:
    if not logits.is_floating_point():
        raise ValueError(f"logits have dtype {logits.dtype}; they must be floating point")
    _check_not_empty(logits, "logits")
    if logits.isnan().any():
        raise ValueError("logits contain NaN; look for it in the inputs, the weights or a learning rate too large")


def _check_not_empty(values: Tensor, name: str) -> None:
    if values.numel() == 0:
        raise ValueError(f"{name} have shape {tuple(values.shape)}; the mean of an empty batch is undefined")


def _check_labels(labels: Tensor, num_classes: int) -> None:
    if labels.is_floating_point() or labels.dtype == torch.bool:
        raise ValueError(f"labels have dtype {labels.dtype}; they must be integers")
    if labels.numel() and not (int(labels.min()) >= 0 and int(labels.max()) < num_classes):
        raise ValueError(
            f"labels range from {int(labels.min())} to {int(labels.max())}; with {num_classes} classes "
            f"they must lie in 0 to {num_classes - 1}"
        )
