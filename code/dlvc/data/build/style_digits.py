"""Rebuild ``style_digits.safetensors``: a small StyleGAN of handwritten digits, trained longer than a page may take.

The data is the embedded part of MNIST. The same seed gives the same digits on one kind of processor; on another, other
roundings lead a GAN to other weights.

    python -m dlvc.data.build.style_digits
"""

from collections.abc import Callable
from copy import deepcopy
from functools import partial

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import spectral_norm

from dlvc import losses
from dlvc.adversarial import follow
from dlvc.data.build.generators import build
from dlvc.data.load import load
from dlvc.data.pretrained import STYLE_DIGITS
from dlvc.models import Discriminator, StyleGenerator

STEPS = 4000
FADING = 0.995  # share of the old weights in the running average


def small(pictures: Float[Tensor, "count channels 28 28"]) -> Float[Tensor, "count channels 16 16"]:
    """Return the pictures with a margin of two pixels, at half the size."""
    return F.avg_pool2d(F.pad(pictures, (2, 2, 2, 2)), 2)


def critic(width: int = 16, *, normalised: bool = True) -> nn.Module:
    """Return DCGAN's discriminator with larger first weights, and with spectral normalisation or without any."""
    network = Discriminator(width, channels=1, image_size=16, norm=None)
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight, 0.2)
            if normalised:
                spectral_norm(layer)
    return network


def train(
    pictures: Float[Tensor, "count 1 16 16"],
    *,
    steps: int = STEPS,
    seed: int = 0,
    lr: float = 2e-3,
    batch_size: int = 64,
    watch: Callable[[int, StyleGenerator], None] | None = None,
) -> StyleGenerator:
    """Train a small StyleGAN and return the running average of its weights.

    Half of the fakes have two styles, changed at a random layer: neighbouring layers can't rely on each other.

    Args:
        pictures: in [-1, 1].
        steps: of the generator, and as many of the discriminator.
        seed: of the weights and all that is drawn.
        lr: learning rate; the mapping network's is a tenth of it.
        batch_size: real pictures, and fakes, in a step.
        watch: called after each step with its number and the averaged generator.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        generator, discriminator = StyleGenerator(**STYLE_DIGITS), critic()
    random = torch.Generator().manual_seed(seed)
    average = deepcopy(generator)
    drawing = [weight for name, weight in generator.named_parameters() if not name.startswith("mapping")]
    of_generator = torch.optim.Adam([{"params": drawing}], lr=lr, betas=(0.0, 0.99))
    of_generator.add_param_group({"params": generator.mapping.parameters(), "lr": lr / 10})
    of_discriminator = torch.optim.Adam(discriminator.parameters(), lr=lr, betas=(0.0, 0.99))
    layers = len(generator.layers)

    def fakes() -> Tensor:
        z = torch.randn(2, batch_size, STYLE_DIGITS["latent_size"], generator=random)
        first, second = generator.mapping(z[0]).unsqueeze(1), generator.mapping(z[1]).unsqueeze(1)  # (B, 1, D)
        change = torch.randint(1, 2 * layers, (batch_size, 1, 1), generator=random)
        styles = torch.where(torch.arange(layers).view(1, -1, 1) < change, first, second)  # (B, 6, D)
        return generator.synthesise(styles, random)

    for step in range(1, steps + 1):
        real = pictures[torch.randint(len(pictures), (batch_size,), generator=random)]
        fake = fakes()
        of_discriminator.zero_grad()
        losses.discriminator_loss(discriminator(real), discriminator(fake.detach())).backward()  # type: ignore[no-untyped-call]
        of_discriminator.step()
        of_generator.zero_grad()
        losses.generator_loss(discriminator(fake)).backward()  # type: ignore[no-untyped-call]
        of_generator.step()
        follow(average, generator, min(FADING, step / (step + 10)))
        if watch:
            watch(step, average)
    return average.eval()


def main() -> None:
    """Train the generator and write its weights as float16."""
    pictures = 2 * small(load("mnist", "train").tensors[0]) - 1  # type: ignore[attr-defined]
    build("style_digits.safetensors", partial(train, pictures))


if __name__ == "__main__":
    main()
