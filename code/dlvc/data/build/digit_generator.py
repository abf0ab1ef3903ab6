"""Trains the generator of digits that comes with the package: a DCGAN, longer than a chapter can.

``python -m dlvc.data.build.digit_generator FILE`` writes its weights, the kernels in float16. It takes some minutes on
one core; the same seed on the same kind of machine gives the same file.
"""

import sys
from pathlib import Path

import torch

from dlvc import adversarial, data
from dlvc.data.build.mobilenet import halve
from dlvc.data.files import write_safetensors
from dlvc.models import Discriminator, Generator

SEED, EPOCHS, LR = 0, 40, 5e-4
WIDTH, LATENT = 28, 32  # as large as a page's file may be
JUDGE_WIDTH = 32


def train() -> Generator:
    """Return the trained generator, in evaluation mode."""
    pictures = 2 * data.load("mnist", "train").tensors[0] - 1  # type: ignore[attr-defined]
    torch.manual_seed(SEED)
    generator = Generator(WIDTH, LATENT, channels=1, image_size=28).to(memory_format=torch.channels_last)
    discriminator = Discriminator(JUDGE_WIDTH, channels=1, image_size=28).to(memory_format=torch.channels_last)
    adversarial.fit(generator, discriminator, pictures, epochs=EPOCHS, lr=LR, seed=SEED)
    return generator.eval()


if __name__ == "__main__":
    write_safetensors(Path(sys.argv[1]), halve(train().state_dict()))
