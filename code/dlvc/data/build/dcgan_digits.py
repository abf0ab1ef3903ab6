"""Rebuild ``dcgan_digits.safetensors``: the DCGAN of the chapter, trained longer than a page may take.

The data is the embedded part of MNIST. The same seed gives the same digits on one kind of processor; on another, other
roundings lead a GAN to other weights.

Scores on the way, on 2,000 pictures: the share of which the chapter's reader is more than 90 % sure, and the Fréchet
distance to the test digits in the 84 features before its logits. After 1,000 steps 49 % and 26.1; after 2,000 54 % and
22.4; after 3,000 59 % and 19.3; after 4,000 60 % and 20.6; after 5,000 60 % and 21.8. A run before it, with the width
16 of the page, 32 of the discriminator, and 64 latent numbers, was ended when it stayed at 53 % and 24.

    python -m dlvc.data.build.dcgan_digits
"""

from collections.abc import Callable
from copy import deepcopy
from functools import partial

import torch
from jaxtyping import Float
from torch import Tensor
from torch.optim.lr_scheduler import LinearLR
from torch.optim.swa_utils import update_bn

from dlvc import adversarial
from dlvc.data.build.generators import build
from dlvc.data.load import load
from dlvc.data.pretrained import DCGAN_DIGITS
from dlvc.models import Discriminator, Generator

STEPS = 5_000
FADING = 0.999  # share of the old weights in the running average


def train(
    pictures: Float[Tensor, "count 1 28 28"],
    *,
    steps: int = STEPS,
    seed: int = 0,
    lr: float = 1e-3,
    batch_size: int = 64,
    watch: Callable[[int, Generator], None] | None = None,
) -> Generator:
    """Train a DCGAN and return the running average of the generator's weights.

    Args:
        pictures: in [-1, 1].
        steps: of both players.
        seed: of the weights and all that is drawn.
        lr: learning rate at the beginning; it falls linearly to 0.
        batch_size: real pictures, and fakes, in a step.
        watch: called after each step with its number and the averaged generator, whose normalisation still has the
            statistics of the beginning.
    """
    fast = {"memory_format": torch.channels_last}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        generator = Generator(**DCGAN_DIGITS).to(**fast)
        discriminator = Discriminator(DCGAN_DIGITS["width"], channels=1, image_size=28).to(**fast)
    random = torch.Generator().manual_seed(seed)
    average = deepcopy(generator)
    optimizers = (
        torch.optim.Adam(generator.parameters(), lr=lr, betas=(0.5, 0.999)),
        torch.optim.Adam(discriminator.parameters(), lr=lr, betas=(0.5, 0.999)),
    )
    schedules = [LinearLR(optimizer, 1.0, 0.0, steps) for optimizer in optimizers]

    def latent() -> Tensor:
        return torch.randn(batch_size, generator.latent_size, generator=random)

    for step in range(1, steps + 1):
        real = pictures[torch.randint(len(pictures), (batch_size,), generator=random)]
        adversarial.step(generator, discriminator, optimizers, real, latent())
        for schedule in schedules:
            schedule.step()
        adversarial.follow(average, generator, min(FADING, step / (step + 10)))
        if watch:
            watch(step, average)
    settle(average, random)
    return average.eval()


def settle(generator: Generator, random: torch.Generator, *, batches: int = 100) -> None:
    """Give a generator the means and variances that its own maps have, over many batches of 100 latent vectors."""
    update_bn((torch.randn(100, generator.latent_size, generator=random) for _ in range(batches)), generator)


def main() -> None:
    """Train the generator and write its weights as float16."""
    pictures = 2 * load("mnist", "train").tensors[0] - 1  # type: ignore[attr-defined]
    build("dcgan_digits.safetensors", partial(train, pictures))


if __name__ == "__main__":
    main()
