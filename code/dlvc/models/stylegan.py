"""A small StyleGAN: one vector describes the picture, and every layer is told it again.

Three ideas of the original are here: the mapping network, adaptive instance normalisation, and noise for what is
accidental. Left out are the growing of the networks, the blur after upsampling, and the equalised learning rates.
"""

from itertools import pairwise

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F


def adain(
    content: Float[Tensor, "batch channels height width"],
    scale: Float[Tensor, "batch channels"],
    shift: Float[Tensor, "batch channels"],
    eps: float = 1e-5,
) -> Float[Tensor, "batch channels height width"]:
    """Give every map of every picture a new mean, ``shift``, and a new standard deviation, ``scale``.

    Args:
        content: maps ``(B, C, H, W)``; what they had for mean and deviation is lost.
        scale: one number a map.
        shift: one number a map.
        eps: is added to the variance.

    Reference: Huang and Belongie, *Arbitrary Style Transfer in Real-Time with Adaptive Instance Normalization* (2017),
    equation 8.

    Equation: eq-adain
    """
    variance, mean = torch.var_mean(content, dim=(2, 3), correction=0, keepdim=True)  # (B, C, 1, 1)
    normalised = (content - mean) * (variance + eps).rsqrt()
    return scale[..., None, None] * normalised + shift[..., None, None]


class MappingNetwork(nn.Module):
    """Turns z, which is normally distributed, into w, whose distribution is learned.

    Args:
        latent_size: length of both vectors.
        depth: number of layers.
    """

    def __init__(self, latent_size: int, depth: int) -> None:
        super().__init__()
        self.layers = nn.Sequential()
        for _ in range(depth):
            linear = nn.Linear(latent_size, latent_size)
            nn.init.kaiming_normal_(linear.weight, 0.2)  # PyTorch's own would make w nearly the same for every z
            nn.init.zeros_(linear.bias)
            self.layers.extend([linear, nn.LeakyReLU(0.2)])

    def forward(self, z: Float[Tensor, "batch latent"]) -> Float[Tensor, "batch latent"]:
        """Return w; only the direction of z counts."""
        w: Tensor = self.layers(F.normalize(z, dim=1) * z.shape[1] ** 0.5)
        return w


class StyledConvolution(nn.Module):
    """A convolution, noise, an activation, and then the style.

    Args:
        in_channels: maps that come in.
        out_channels: maps that go out.
        latent_size: length of w.
        upsample: whether height and width are doubled first.
    """

    def __init__(self, in_channels: int, out_channels: int, latent_size: int, *, upsample: bool) -> None:
        super().__init__()
        self.upsample = upsample
        self.convolution = nn.Conv2d(in_channels, out_channels, 3, padding=1)
        self.noise_strength = nn.Parameter(torch.zeros(out_channels, 1, 1))
        self.style = nn.Linear(latent_size, 2 * out_channels)
        with torch.no_grad():
            self.style.bias[:out_channels] = 1  # scales begin around 1
            self.style.bias[out_channels:] = 0  # and shifts around 0

    def forward(
        self,
        x: Float[Tensor, "batch ins height width"],
        w: Float[Tensor, "batch latent"],
        generator: torch.Generator | None,
    ) -> Float[Tensor, "batch outs new_height new_width"]:
        """Return the styled maps; without a generator there is no noise."""
        if self.upsample:
            x = F.interpolate(x, scale_factor=2, mode="nearest")
        x = self.convolution(x)
        if generator is not None:
            noise = torch.randn(len(x), 1, *x.shape[2:], generator=generator, device=generator.device)
            x = x + self.noise_strength * noise.to(x)  # one noise picture, by a factor for each map
        scale, shift = self.style(w).chunk(2, dim=1)  # (B, 2C) -> twice (B, C)
        return adain(F.leaky_relu(x, 0.2), scale, shift)


class StyleGenerator(nn.Module):
    """Draws a picture from a constant, told by w at every layer what to make of it.

    Args:
        width: maps of the last layers; earlier, smaller ones have twice and four times as many.
        latent_size: length of z and w.
        depth: layers of the mapping network.
        channels: of the pictures.
        smallest: side of the constant; pictures have four times that.

    Reference: Karras, Laine and Aila, *A Style-Based Generator Architecture for Generative Adversarial Networks*
    (2019), figure 1.
    """

    def __init__(
        self, width: int = 12, latent_size: int = 32, depth: int = 4, channels: int = 1, smallest: int = 7
    ) -> None:
        super().__init__()
        self.mapping = MappingNetwork(latent_size, depth)
        widths = [4 * width, 4 * width, 2 * width, width]
        self.constant = nn.Parameter(torch.randn(1, widths[0], smallest, smallest))
        self.layers = nn.ModuleList()
        for level, (ins, outs) in enumerate(pairwise(widths)):
            self.layers.append(StyledConvolution(ins, outs, latent_size, upsample=level > 0))
            self.layers.append(StyledConvolution(outs, outs, latent_size, upsample=False))
        self.to_picture = nn.Conv2d(width, channels, 1)

    def synthesise(
        self, styles: Float[Tensor, "batch layers latent"], generator: torch.Generator | None = None
    ) -> Float[Tensor, "batch channels height width"]:
        """Return pictures with values in [-1, 1] for one w a layer, ``(B, 6, latent_size)``.

        Args:
            styles: the vectors, from the coarsest layer to the finest: two layers a resolution.
            generator: draws the noise; without it there is none.
        """
        x = self.constant.expand(len(styles), -1, -1, -1)  # (B, 4 width, smallest, smallest)
        for layer, w in zip(self.layers, styles.unbind(1), strict=True):
            x = layer(x, w, generator)
        return torch.tanh(self.to_picture(x))

    def forward(
        self, z: Float[Tensor, "batch latent"], generator: torch.Generator | None = None
    ) -> Float[Tensor, "batch channels height width"]:
        """Return pictures with values in [-1, 1], each with one style in all its layers."""
        w = self.mapping(z)
        return self.synthesise(w.unsqueeze(1).expand(-1, len(self.layers), -1), generator)  # (B, D) -> (B, 6, D)
