"""Networks with weights that the package ships: one that was trained on ImageNet, and one that draws digits.

>>> from dlvc.data.pretrained import WEIGHTS, mobilenet_v2
>>> model, prepare = mobilenet_v2(), WEIGHTS.transforms()  # doctest: +SKIP
>>> logits = model(prepare(picture)[None])  # doctest: +SKIP
>>> WEIGHTS.meta["categories"][int(logits.argmax())]  # doctest: +SKIP
'Egyptian cat'
"""

import torch
from torchvision import models
from torchvision.models import MobileNet_V2_Weights, MobileNetV2

from dlvc.data.load import read
from dlvc.models import StyleGenerator

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
    weights = {name: torch.from_numpy(array) for name, array in read("mobilenet-v2").items()}
    with torch.random.fork_rng(devices=[]):  # the first weights are random: the caller's generator must not notice
        model: MobileNetV2 = models.mobilenet_v2()
    # The file leaves out the counters of training steps; the model has its own. Copying turns float16 to float32.
    model.load_state_dict(model.state_dict() | weights)
    return model.eval()


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
    with torch.random.fork_rng(devices=[]):
        generator = StyleGenerator(**STYLE_DIGITS)
    generator.load_state_dict({name: torch.from_numpy(array) for name, array in read("style-digits").items()})
    return generator.eval()
