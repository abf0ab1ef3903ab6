"""What trains two networks against each other: one step of each in turn, over and over."""

from collections.abc import Callable, Mapping

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.optim import Adam, Optimizer
from tqdm.auto import tqdm

from dlvc import losses
from dlvc.evaluation import check_positive, device_of, in_mode
from dlvc.models.dcgan import Generator
from dlvc.watching import is_watched

Pictures = Float[Tensor, "batch channels height width"]
DiscriminatorLoss = Callable[[Tensor, Tensor], Tensor]
GeneratorLoss = Callable[[Tensor], Tensor]


def step(
    generator: nn.Module,
    discriminator: nn.Module,
    optimizers: tuple[Optimizer, Optimizer],
    real: Float[Tensor, "batch *picture"],
    z: Float[Tensor, "batch latent"],
    *,
    discriminator_loss: DiscriminatorLoss = losses.discriminator_loss,
    generator_loss: GeneratorLoss = losses.generator_loss,
) -> dict[str, float]:
    """Let the discriminator take one step, then the generator, and return what they paid before theirs.

    Args:
        generator: changed in place.
        discriminator: changed in place.
        optimizers: of the generator and of the discriminator.
        real: pictures in [-1, 1], or points.
        z: as many latent vectors.
        discriminator_loss: of the logits of real pictures and of fakes.
        generator_loss: of the logits of fakes.

    Reference: Goodfellow et al., *Generative Adversarial Nets* (2014), algorithm 1 with one discriminator step.
    """
    of_generator, of_discriminator = optimizers
    fake = generator(z)
    # Detached: what the discriminator learns here must not change the generator.
    d_loss = discriminator_loss(discriminator(real), discriminator(fake.detach()))
    of_discriminator.zero_grad()
    d_loss.backward()  # type: ignore[no-untyped-call]
    of_discriminator.step()

    g_loss = generator_loss(discriminator(fake))
    of_generator.zero_grad()
    g_loss.backward()  # type: ignore[no-untyped-call]
    of_generator.step()
    return {"discriminator": d_loss.item(), "generator": g_loss.item()}


class Blur(nn.Module):
    """Adds noise to whatever a discriminator sees, real or not, so that the two overlap; ``sigma`` is its spread.

    Reference: Arjovsky and Bottou, *Towards Principled Methods for Training Generative Adversarial Networks* (2017).
    """

    def __init__(self, sigma: float) -> None:
        super().__init__()
        self.sigma = sigma

    def forward(self, x: Float[Tensor, "batch *picture"]) -> Float[Tensor, "batch *picture"]:
        """Return noisy pictures, new noise at each call."""
        return x + self.sigma * torch.randn_like(x)


@torch.no_grad()
def follow(average: nn.Module, network: nn.Module, fading: float) -> None:
    """Move the weights of a running average a little towards those of a network.

    Args:
        average: of the same shape; changed in place.
        network: in training.
        fading: share of the old weights that is kept, in [0, 1].
    """
    for old, new in zip(average.parameters(), network.parameters(), strict=True):
        old.lerp_(new, 1 - fading)


def fit(
    generator: Generator,
    discriminator: nn.Module,
    pictures: Pictures,
    *,
    epochs: int,
    batch_size: int = 128,
    lr: float = 2e-4,
    betas: tuple[float, float] = (0.5, 0.999),
    seed: int = 0,
    watch: Callable[[int], None] | None = None,
    progress: bool | None = None,
    **objectives: Callable[..., Tensor],
) -> Mapping[str, list[float]]:
    """Train both networks in place, and return what either paid at each step.

    Latent vectors and the pictures' order follow from ``seed``; the caller's random state stays as it was. An
    incomplete last batch is left out: it would have other batch statistics.

    Args:
        generator: initialised.
        discriminator: initialised.
        pictures: in [-1, 1], at least a batch.
        epochs: passes over the pictures.
        batch_size: real pictures, and fakes, in a step.
        lr: learning rate of both.
        betas: of both networks' Adam; the defaults are the DCGAN paper's.
        seed: at least 0.
        watch: called with the number of steps done, 0 before the first.
        progress: show a bar; by default in a terminal and in a live notebook.
        objectives: other losses for `step`.

    Raises:
        ValueError: if a number isn't positive, or there are fewer pictures than in a batch.
    """
    check_positive({"epochs": epochs, "batch_size": batch_size, "lr": lr})
    if len(pictures) < batch_size:
        raise ValueError(f"pictures are {len(pictures)}; a batch needs {batch_size}")
    watch = watch or (lambda _: None)
    optimizers = (
        Adam(generator.parameters(), lr=lr, betas=betas),
        Adam(discriminator.parameters(), lr=lr, betas=betas),
    )
    random = torch.Generator().manual_seed(seed)
    device = device_of(generator)
    steps = len(pictures) // batch_size
    paid: dict[str, list[float]] = {"discriminator": [], "generator": []}
    hidden = not (is_watched() if progress is None else progress)
    bar = tqdm(total=epochs * steps, unit="step", disable=hidden)
    with bar, in_mode(generator, training=True), in_mode(discriminator, training=True):
        watch(0)
        for _ in range(epochs):
            for batch in torch.randperm(len(pictures), generator=random)[: steps * batch_size].view(steps, -1):
                z = torch.randn(batch_size, generator.latent_size, generator=random).to(device)
                costs = step(generator, discriminator, optimizers, pictures[batch].to(device), z, **objectives)
                for name, cost in costs.items():
                    paid[name].append(cost)
                bar.update()
                watch(len(paid["generator"]))
    return paid


@torch.no_grad()
def draw(generator: nn.Module, z: Float[Tensor, "count latent"]) -> Float[Tensor, "count channels height width"]:
    """Return the pictures of latent vectors with values in [0, 1], on the CPU, by the generator in evaluation mode."""
    with in_mode(generator, training=False):
        pictures: Tensor = generator(z.to(device_of(generator)))
    return ((pictures + 1) / 2).cpu()
