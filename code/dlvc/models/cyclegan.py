"""CycleGAN's two networks: one translates pictures, one judges patches of them."""

from jaxtyping import Float
from torch import Tensor, nn


class ResidualBlock(nn.Module):
    """Two convolutions whose result is added to what came in.

    Args:
        channels: maps that come in and go out.
        affine: whether normalised maps get a learned scale and shift.
    """

    def __init__(self, channels: int, *, affine: bool) -> None:
        super().__init__()
        self.change = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1, padding_mode="reflect"),
            nn.InstanceNorm2d(channels, affine=affine),
            nn.ReLU(),
            nn.Conv2d(channels, channels, 3, padding=1, padding_mode="reflect"),
            nn.InstanceNorm2d(channels, affine=affine),
        )

    def forward(self, x: Float[Tensor, "batch channels height width"]) -> Float[Tensor, "batch channels height width"]:
        """Return the changed maps."""
        changed: Tensor = x + self.change(x)
        return changed


class Translator(nn.Module):
    """Turns a picture of one domain into one of another, of the same size.

    Args:
        in_channels: of the pictures that come in.
        out_channels: of those that go out.
        width: number of the first maps, which is 64 in the paper.
        halvings: how often the side is halved, and later doubled; each time the number of maps doubles.
        blocks: number of residual blocks at the smallest size: 9 in the paper for pictures of 256 pixels.
        affine: whether normalised maps get a learned scale and shift, as in the authors' first program.

    Reference: Zhu et al., *Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial Networks* (2017),
    appendix 7.2.
    """

    def __init__(
        self,
        in_channels: int = 3,
        out_channels: int = 3,
        width: int = 64,
        halvings: int = 2,
        blocks: int = 9,
        *,
        affine: bool = False,
    ) -> None:
        super().__init__()
        layers: list[nn.Module] = [
            nn.Conv2d(in_channels, width, 7, padding=3, padding_mode="reflect"),
            nn.InstanceNorm2d(width, affine=affine),
            nn.ReLU(),
        ]
        for level in range(halvings):
            narrow, wide = width << level, width << level + 1
            layers += [nn.Conv2d(narrow, wide, 3, 2, 1), nn.InstanceNorm2d(wide, affine=affine), nn.ReLU()]
        layers += [ResidualBlock(width << halvings, affine=affine) for _ in range(blocks)]
        for level in reversed(range(halvings)):
            narrow, wide = width << level, width << level + 1
            layers += [nn.ConvTranspose2d(wide, narrow, 3, 2, 1, output_padding=1)]
            layers += [nn.InstanceNorm2d(narrow, affine=affine), nn.ReLU()]
        last = nn.Conv2d(width, out_channels, 7, padding=3, padding_mode="reflect")
        self.layers = nn.Sequential(*layers, last, nn.Tanh())

    def forward(self, pictures: Float[Tensor, "batch ins height width"]) -> Float[Tensor, "batch outs height width"]:
        """Return translated pictures with values in [-1, 1]."""
        translated: Tensor = self.layers(pictures)
        return translated


class PatchDiscriminator(nn.Module):
    """Says of many overlapping patches of a picture, each alone, whether they look real.

    Args:
        channels: of the pictures.
        width: number of the first maps, which is 64 in the paper.
        halvings: how often the side is halved: 3 in the paper, for patches of 70 pixels.

    Reference: Zhu et al., *Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial Networks* (2017),
    appendix 7.2.
    """

    def __init__(self, channels: int = 3, width: int = 64, halvings: int = 3) -> None:
        super().__init__()
        layers: list[nn.Module] = [nn.Conv2d(channels, width, 4, 2, 1), nn.LeakyReLU(0.2)]
        for level in range(1, halvings + 1):
            narrow, wide = width << level - 1, width << level
            stride = 2 if level < halvings else 1
            layers += [nn.Conv2d(narrow, wide, 4, stride, 1), nn.InstanceNorm2d(wide), nn.LeakyReLU(0.2)]
        self.layers = nn.Sequential(*layers, nn.Conv2d(width << halvings, 1, 4, 1, 1))

    def forward(self, pictures: Float[Tensor, "batch channels height width"]) -> Float[Tensor, "batch rows columns"]:
        """Return one score a patch."""
        scores: Tensor = self.layers(pictures)
        return scores.squeeze(1)  # (B, 1, rows, columns) -> (B, rows, columns)
