"""A conditional GAN: DCGAN's two networks, both told which class is meant."""

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from dlvc.losses import one_hot
from dlvc.models.dcgan import Discriminator, Generator


class ConditionalGenerator(nn.Module):
    """DCGAN's generator with the class behind the latent vector, as a one-hot vector.

    Args:
        num_classes: number of classes.
        width: number of the last hidden maps.
        latent_size: length of the latent vectors.
        channels: of the pictures.
        image_size: side of the pictures in pixels: 16, 28, 32 or 64.

    Reference: Mirza and Osindero, *Conditional Generative Adversarial Nets* (2014), section 3.2.
    """

    def __init__(
        self, num_classes: int, width: int = 16, latent_size: int = 32, channels: int = 1, image_size: int = 28
    ) -> None:
        super().__init__()
        self.num_classes = num_classes
        self.draw = Generator(width, latent_size + num_classes, channels, image_size)

    def forward(
        self, z: Float[Tensor, "batch latent"], labels: Int[Tensor, " batch"]
    ) -> Float[Tensor, "batch channels height width"]:
        """Return a picture of each class that is asked for, with values in [-1, 1]."""
        # (B, latent_size) and (B, num_classes) -> (B, latent_size + num_classes)
        pictures: Tensor = self.draw(torch.cat([z, one_hot(labels, self.num_classes).to(z.dtype)], dim=1))
        return pictures


class ConditionalDiscriminator(nn.Module):
    """DCGAN's discriminator with the class as further channels: that of the class is 1 everywhere, the others 0.

    Args:
        num_classes: number of classes.
        width: number of the first maps.
        channels: of the pictures.
        image_size: side of the pictures in pixels: 16, 28, 32 or 64.

    Reference: Mirza and Osindero, *Conditional Generative Adversarial Nets* (2014), section 3.2.
    """

    def __init__(self, num_classes: int, width: int = 16, channels: int = 1, image_size: int = 28) -> None:
        super().__init__()
        self.num_classes = num_classes
        self.judge = Discriminator(width, channels + num_classes, image_size)

    def forward(
        self, pictures: Float[Tensor, "batch channels height width"], labels: Int[Tensor, " batch"]
    ) -> Float[Tensor, " batch"]:
        """Return logits, positive where the picture looks like a real one of that class."""
        classes = one_hot(labels, self.num_classes).to(pictures.dtype)[..., None, None]  # (B, num_classes, 1, 1)
        classes = classes.expand(-1, -1, *pictures.shape[2:])
        logits: Tensor = self.judge(torch.cat([pictures, classes], dim=1))
        return logits
