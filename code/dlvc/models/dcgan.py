"""DCGAN: two convolutional networks, one that draws pictures and one that tells them from photographs."""

from collections.abc import Callable
from itertools import pairwise

from jaxtyping import Float
from torch import Tensor, nn

# The side of the first and smallest maps, for each size of picture; each layer after it doubles them.
SMALLEST = {16: 4, 28: 7, 32: 4, 64: 4}


class Generator(nn.Module):
    """Turns a latent vector into a picture, with a transposed convolution for every doubling of its side.

    The standard deviation of the first weights, 0.02, is the paper's.

    Args:
        width: number of the last hidden maps, which is 128 in the paper; it doubles towards the smaller maps.
        latent_size: length of the latent vectors.
        channels: of the pictures.
        image_size: side of the pictures in pixels: 16, 28, 32 or 64.

    Raises:
        ValueError: if the size is another one.

    Reference: Radford et al., *Unsupervised Representation Learning with Deep Convolutional Generative Adversarial
    Networks* (2016), figure 1, with kernels of 4 where the figure has 5.
    """

    def __init__(self, width: int = 128, latent_size: int = 100, channels: int = 3, image_size: int = 64) -> None:
        super().__init__()
        self.latent_size = latent_size
        widths = _widths(width, image_size)[::-1]
        layers: list[nn.Module] = [
            nn.Unflatten(1, (latent_size, 1, 1)),
            nn.ConvTranspose2d(latent_size, widths[0], SMALLEST[image_size], bias=False),
        ]
        for wide, narrow in pairwise(widths):
            layers += [nn.BatchNorm2d(wide), nn.ReLU(), nn.ConvTranspose2d(wide, narrow, 4, 2, 1, bias=False)]
        layers += [nn.BatchNorm2d(width), nn.ReLU(), nn.ConvTranspose2d(width, channels, 4, 2, 1, bias=False)]
        self.layers = nn.Sequential(*layers, nn.Tanh())
        _start(self)

    def forward(self, z: Float[Tensor, "batch latent"]) -> Float[Tensor, "batch channels height width"]:
        """Return pictures with values in [-1, 1], ``(B, latent_size) -> (B, channels, image_size, image_size)``."""
        pictures: Tensor = self.layers(z)
        return pictures


class Discriminator(nn.Module):
    """Turns a picture into one logit, which is positive where the picture looks real.

    The generator's mirror image: strides instead of pooling, LeakyReLU, and no normalisation of the first and last
    layer.

    Args:
        width: number of the first maps, 128 in the mirror image of the paper's generator; it doubles towards the
            smaller maps.
        channels: of the pictures.
        image_size: side of the pictures in pixels: 16, 28, 32 or 64.
        norm: makes the normalisation of the layers between, called with the number of maps; None leaves it out.

    Raises:
        ValueError: if the size is another one.

    Reference: Radford et al., *Unsupervised Representation Learning with Deep Convolutional Generative Adversarial
    Networks* (2016), section 3; of its widths the paper says only that the ImageNet model's largest is 512.
    """

    def __init__(
        self,
        width: int = 128,
        channels: int = 3,
        image_size: int = 64,
        norm: Callable[[int], nn.Module] | None = nn.BatchNorm2d,
    ) -> None:
        super().__init__()
        widths = _widths(width, image_size)
        layers: list[nn.Module] = [nn.Conv2d(channels, width, 4, 2, 1, bias=False), nn.LeakyReLU(0.2)]
        for narrow, wide in pairwise(widths):
            # A normalisation's own shift stands in for the bias.
            layers.append(nn.Conv2d(narrow, wide, 4, 2, 1, bias=norm is None))
            if norm:
                layers.append(norm(wide))
            layers.append(nn.LeakyReLU(0.2))
        last = nn.Conv2d(widths[-1], 1, SMALLEST[image_size], bias=False)
        self.layers = nn.Sequential(*layers, last, nn.Flatten(0))
        _start(self)

    def forward(self, pictures: Float[Tensor, "batch channels height width"]) -> Float[Tensor, " batch"]:
        """Return logits, ``(B, channels, image_size, image_size) -> (B,)``."""
        logits: Tensor = self.layers(pictures)
        return logits


def _widths(width: int, image_size: int) -> list[int]:
    """Return the numbers of hidden maps, from the largest maps to the smallest."""
    if image_size not in SMALLEST:
        raise ValueError(f"image_size is {image_size}; it must be one of {sorted(SMALLEST)}")
    doublings = (image_size // SMALLEST[image_size]).bit_length() - 1
    return [width * 2**halved for halved in range(doublings)]


def _start(network: nn.Module) -> None:
    """Draw the weights of the convolutions as the paper does; biases begin at 0."""
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
            nn.init.normal_(layer.weight, std=0.02)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
