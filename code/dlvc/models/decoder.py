"""From an encoder's features to a class for every pixel: a plain decoder, and that of a U-Net."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn


class Decoder(nn.Module):
    """Enlarge the coarsest features step by step, with or without a look at the finer ones.

    With ``skips`` each step also receives the encoder's features of its resolution, as in a U-Net; without, all that is
    known of the picture's details is what the coarsest features kept.

    Args:
        channels: of the features, the coarsest first, at least two.
        outputs: number of classes, the background included.
        width: channels of every step.
        skips: whether finer features come in.

    Raises:
        ValueError: if there are fewer than two features.

    Reference:
        Ronneberger, Fischer and Brox, *U-Net: Convolutional Networks for Biomedical Image Segmentation*, MICCAI 2015.
        Theirs has two convolutions a step, learned upsampling, and an encoder that is trained with it.
    """

    def __init__(self, channels: Sequence[int], outputs: int, *, width: int = 32, skips: bool = True) -> None:
        super().__init__()
        if len(channels) < 2:
            raise ValueError(f"channels is {list(channels)}; wanted those of at least two resolutions")
        coarsest, *finer = channels
        self.enter = nn.Conv2d(coarsest, width, 1)
        self.skips = nn.ModuleList(nn.Conv2d(each, width, 1) for each in finer if skips)
        self.steps = nn.ModuleList(_step((1 + skips) * width, width) for _ in finer)
        self.leave = nn.Conv2d(width, outputs, 1)

    def forward(self, features: Sequence[Float[Tensor, "batch _ _ _"]]) -> Float[Tensor, "batch outputs height width"]:
        """Return logits four times as high and wide as the finest features.

        Args:
            features: the encoder's, the coarsest first.
        """
        h = self.enter(features[0])
        for index, step in enumerate(self.steps):
            finer = features[index + 1]
            h = F.interpolate(h, size=finer.shape[-2:])
            h = step(torch.cat([h, self.skips[index](finer)], 1) if self.skips else h)
        return F.interpolate(self.leave(h), scale_factor=4.0, mode="bilinear")


def _step(channels: int, width: int) -> nn.Sequential:
    """Return a convolution that keeps the size, normalised, with its activation."""
    return nn.Sequential(
        nn.Conv2d(channels, width, 3, padding=1, bias=False),
        nn.BatchNorm2d(width),
        nn.ReLU(),
    )
