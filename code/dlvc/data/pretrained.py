"""Networks with weights that the package ships: one that was trained on ImageNet, and two that draw digits.

>>> from dlvc.data.pretrained import WEIGHTS, mobilenet_v2
>>> model, prepare = mobilenet_v2(), WEIGHTS.transforms()  # doctest: +SKIP
>>> logits = model(prepare(picture)[None])  # doctest: +SKIP
>>> WEIGHTS.meta["categories"][int(logits.argmax())]  # doctest: +SKIP
'Egyptian cat'
"""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import torch
from torch import nn
from torchvision import models
from torchvision.models import MobileNet_V2_Weights, MobileNetV2

from dlvc.data.load import read
from dlvc.models import Generator, StyleGenerator

Model = TypeVar("Model", bound=nn.Module)

DCGAN_DIGITS = {"width": 44, "latent_size": 16, "channels": 1, "image_size": 28}
"""Size of `dcgan_generator`."""

STYLE_DIGITS = {"width": 12, "latent_size": 32, "depth": 4, "channels": 1, "smallest": 4}
"""Size of `style_generator`, whose pictures have 16 pixels a side."""

WEIGHTS = MobileNet_V2_Weights.IMAGENET1K_V1
"""torchvision's entry of these weights: what they expect, what they answer, and how well.

- ``WEIGHTS.transforms()`` turns a PIL picture, or a uint8 tensor ``(…, 3, H, W)``, into what the network was trained
  on: the shorter side resized to 256 pixels, the central 224 × 224, in [0, 1], less the mean of ImageNet's colours, by
  their standard deviation. The result is float32, ``(…, 3, 224, 224)``.
- ``WEIGHTS.meta["categories"]`` names the 1000 classes in the order of the logits.
- ``WEIGHTS.meta["_metrics"]`` holds the accuracies that torchvision published of the float32 weights.
"""


def mobilenet_v2() -> MobileNetV2:
    """Return MobileNetV2 with ImageNet weights, without a network connection.

    The weights are ``torchvision.models.mobilenet_v2(weights="IMAGENET1K_V1")``, kernels and matrices rounded to
    float16 in the file; the model computes in float32. Its logits differ a little from torchvision's, and so may the
    order of classes that are almost equally likely. For the last digit let torchvision download the original.

    Returns:
        The network in evaluation mode. It takes pictures ``(N, 3, H, W)``, normalised as by ``WEIGHTS.transforms()``,
        and returns logits ``(N, 1000)``; its ``features`` return maps ``(N, 1280, ceil(H / 32), ceil(W / 32))``.

    Raises:
        ValueError: if the file of the weights is damaged.
        FileNotFoundError: if it is missing.

    Reference:
        Sandler, Howard, Zhu, Zhmoginov and Chen, *MobileNetV2: Inverted Residuals and Linear Bottlenecks*, CVPR 2018.
    """
    return _with_weights(models.mobilenet_v2, "mobilenet-v2")


def dcgan_generator() -> Generator:
    """Return a DCGAN's generator that was trained on MNIST's 10,000 embedded digits.

    ``dlvc.data.build.dcgan_digits`` trained it and says how.

    Returns:
        The network in evaluation mode. It takes latent vectors ``(N, 16)`` and returns pictures ``(N, 1, 28, 28)`` in
        [-1, 1].

    Raises:
        ValueError: if the file of the weights is damaged.
        FileNotFoundError: if it is missing.
    """
    return _with_weights(partial(Generator, **DCGAN_DIGITS), "dcgan-digits")


def style_generator() -> StyleGenerator:
    """Return a small StyleGAN's generator that was trained on MNIST's 10,000 embedded digits at 16 pixels a side.

    ``dlvc.data.build.style_digits`` trained it and says how.

    Returns:
        The network in evaluation mode. It takes latent vectors ``(N, 32)`` and returns pictures ``(N, 1, 16, 16)`` in
        [-1, 1].

    Raises:
        ValueError: if the file of the weights is damaged.
        FileNotFoundError: if it is missing.
    """
    return _with_weights(partial(StyleGenerator, **STYLE_DIGITS), "style-digits")


def _with_weights(make: Callable[[], Model], name: str) -> Model:
    """Return a network with the weights of a file, in evaluation mode."""
    weights = {key: torch.from_numpy(array) for key, array in read(name).items()}
    with torch.random.fork_rng(devices=[]):  # the first weights are random: the caller's generator must not notice
        model = make()
    # The file leaves out the counters of training steps; the model has its own. Copying turns float16 to float32.
    model.load_state_dict(model.state_dict() | weights)
    return model.eval()
