"""Autoencoders: a picture through a few numbers and back; and the variational one, whose numbers are random."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor, nn

from dlvc.models.mlp import MLP

SHAPE = (1, 28, 28)


def reparameterize(
    mu: Float[Tensor, "*shape"], logvar: Float[Tensor, "*shape"], generator: torch.Generator | None = None
) -> Float[Tensor, "*shape"]:
    """Draw from normal distributions in a way that gradients can pass: the mean plus scaled noise.

    Args:
        mu: means.
        logvar: logarithms of the variances, of the same shape.
        generator: of the noise; torch's global one if left out.

    Returns:
        One draw for each entry.

    Reference: Kingma and Welling, *Auto-Encoding Variational Bayes* (2014), section 2.4.

    Equation: eq-reparameterisation
    """
    noise = torch.randn(mu.shape, generator=generator, dtype=mu.dtype, device=mu.device)
    return mu + (0.5 * logvar).exp() * noise


def slerp(
    start: Float[Tensor, "latent"], end: Float[Tensor, "latent"], shares: Float[Tensor, "steps"]
) -> Float[Tensor, "steps latent"]:
    """Interpolate between two codes along an arc: direction and, for equally long codes, length change evenly.

    Args:
        start: a code that isn't 0.
        end: another, neither 0 nor opposite to the first.
        shares: where on the way, 0 at the start, 1 at the end.

    Returns:
        One code a share.

    Reference: Shoemake, *Animating Rotation with Quaternion Curves* (1985).

    Equation: eq-slerp
    """
    angle = torch.acos(torch.nn.functional.cosine_similarity(start, end, 0).clamp(-1, 1))
    if angle < 1e-4:  # sine by sine is 0 by 0 there, and the arc is a line
        return torch.lerp(start, end, shares.unsqueeze(1))
    weights = torch.stack([((1 - shares) * angle).sin(), (shares * angle).sin()], 1) / angle.sin()  # (steps, 2)
    return weights @ torch.stack([start, end])


class Decoder(nn.Sequential):
    """From a code to a picture: an MLP, whose outputs a sigmoid puts between 0 and 1.

    Args:
        inputs: length of a code, with what it is conditioned on.
        hidden: widths of the hidden layers.
    """

    def __init__(self, inputs: int, hidden: Sequence[int]) -> None:
        pixels = SHAPE[0] * SHAPE[1] * SHAPE[2]
        super().__init__(MLP((inputs,), hidden, pixels), nn.Sigmoid(), nn.Unflatten(1, SHAPE))


class Autoencoder(nn.Module):
    """A picture to a code of a few numbers, and back.

    Args:
        latent: length of a code.
        hidden: widths of the encoder's hidden layers; the decoder has them in the opposite order.

    Equation: eq-autoencoder
    """

    def __init__(self, latent: int, hidden: Sequence[int] = (128, 128)) -> None:
        super().__init__()
        self.encoder = MLP(SHAPE, hidden, latent)
        self.decoder = Decoder(latent, hidden[::-1])

    def forward(self, x: Float[Tensor, "batch 1 28 28"]) -> Float[Tensor, "batch 1 28 28"]:
        """Return the pictures as the decoder makes them from their codes."""
        pictures: Tensor = self.decoder(self.encoder(x))  # (B, 1, 28, 28) -> (B, latent) -> (B, 1, 28, 28)
        return pictures


class Reconstruction(NamedTuple):
    """What a variational autoencoder makes of pictures.

    Attributes:
        pictures: each made from one draw of its code; pixels in [0, 1].
        mu: means of the codes, (B, latent).
        logvar: logarithms of the codes' variances, (B, latent).
    """

    pictures: Tensor
    mu: Tensor
    logvar: Tensor


class VAE(nn.Module):
    """A picture to a normal distribution of codes, and a code drawn from it back to a picture.

    Args:
        latent: length of a code.
        hidden: widths of the encoder's hidden layers; the decoder has them in the opposite order.

    Reference: Kingma and Welling, *Auto-Encoding Variational Bayes* (2014).
    """

    def __init__(self, latent: int, hidden: Sequence[int] = (128, 128)) -> None:
        super().__init__()
        self.encoder = MLP(SHAPE, hidden, 2 * latent)
        self.decoder = Decoder(latent, hidden[::-1])

    def encode(
        self, x: Float[Tensor, "batch 1 28 28"]
    ) -> tuple[Float[Tensor, "batch latent"], Float[Tensor, "batch latent"]]:
        """Return mean and logarithm of the variance of each picture's code."""
        mu, logvar = self.encoder(x).chunk(2, 1)  # (B, 2 latent) -> twice (B, latent)
        return mu, logvar

    def forward(self, x: Float[Tensor, "batch 1 28 28"]) -> Reconstruction:
        """Return the pictures made from one draw of each code, and the codes' distributions."""
        mu, logvar = self.encode(x)
        return Reconstruction(self.decoder(reparameterize(mu, logvar)), mu, logvar)


class ConditionalVAE(nn.Module):
    """A variational autoencoder whose encoder and decoder are both told the class.

    Args:
        latent: length of a code.
        num_classes: number of classes.
        hidden: widths of the encoder's hidden layers; the decoder has them in the opposite order.

    Reference: Sohn, Lee and Yan, *Learning Structured Output Representation using Deep Conditional Generative Models*
    (2015).
    """

    def __init__(self, latent: int, num_classes: int, hidden: Sequence[int] = (128, 128)) -> None:
        super().__init__()
        self.encoder = MLP((SHAPE[0] * SHAPE[1] * SHAPE[2] + num_classes,), hidden, 2 * latent)
        self.decoder = Decoder(latent + num_classes, hidden[::-1])

    def encode(
        self, x: Float[Tensor, "batch 1 28 28"], classes: Float[Tensor, "batch classes"]
    ) -> tuple[Float[Tensor, "batch latent"], Float[Tensor, "batch latent"]]:
        """Return mean and logarithm of the variance of each picture's code; ``classes`` are one-hot."""
        mu, logvar = self.encoder(torch.cat([x.flatten(1), classes], 1)).chunk(2, 1)
        return mu, logvar

    def decode(
        self, z: Float[Tensor, "batch latent"], classes: Float[Tensor, "batch classes"]
    ) -> Float[Tensor, "batch 1 28 28"]:
        """Return the pictures of codes, each as one of its class."""
        pictures: Tensor = self.decoder(torch.cat([z, classes], 1))
        return pictures

    def forward(self, inputs: tuple[Tensor, Tensor]) -> Reconstruction:
        """Return the same as `VAE`, from pictures and their one-hot classes."""
        x, classes = inputs
        mu, logvar = self.encode(x, classes)
        return Reconstruction(self.decode(reparameterize(mu, logvar), classes), mu, logvar)
