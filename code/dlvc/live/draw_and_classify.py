"""Live figure: draw a picture and see what a network that was trained on pictures like it says."""

import gzip
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np
import torch
import traitlets as t
from jaxtyping import UInt8
from matplotlib.figure import Figure
from torch import Tensor
from torch.utils.data import TensorDataset

from dlvc.figures.theme import BLUE, WIDTH, percent, style
from dlvc.live.networks import NetworkFigure
from dlvc.live.onnx_export import Exported
from dlvc.losses import softmax

SHAPE = (1, 28, 28)
EXAMPLES = 4  # test pictures of each class to begin a drawing with
BANK = 500  # training pictures among which the nearest are looked for


@dataclass(frozen=True)
class Classifier:
    """A network for `DrawAndClassify`, and the pictures that it knows and doesn't know.

    Attributes:
        network: from `dlvc.live.export`; maps pictures ``(N, 1, 28, 28)`` to logits.
        classes: the classes' names, 2 to 10.
        test: pictures and labels of every class; the first four of each class are offered as examples.
        train: pictures and labels; a drawing's nearest neighbours are looked for among the first 500.
        centred: whether drawings are centred and scaled as MNIST's digits were, if the reader doesn't untick that.
    """

    network: Exported
    classes: Sequence[str]
    test: TensorDataset
    train: TensorDataset
    centred: bool = False

    def __post_init__(self) -> None:
        if not 2 <= len(self.classes) <= 10:
            raise ValueError(f"classes has {len(self.classes)} names; wanted 2 to 10")
        for name, dataset in (("test", self.test), ("train", self.train)):
            pictures, labels = dataset.tensors
            if pictures.shape[1:] != SHAPE or not len(pictures):
                raise ValueError(f"{name} has pictures of shape {tuple(pictures.shape)}; wanted (N, 1, 28, 28)")
            if labels.max() >= len(self.classes):
                raise ValueError(f"{name} has label {int(labels.max())}; wanted one of {len(self.classes)} classes")
        count = len(self.classes)
        if missing := set(range(count)) - set(self.test.tensors[1].tolist()):
            raise ValueError(f"test has no picture of class {self.classes[min(missing)]}; wanted an example of each")
        outputs = self.network.reference(self.test.tensors[0][:1]).shape[1]
        if outputs != count:
            raise ValueError(f"{self.network.name} has {outputs} outputs; wanted one for each of {count} classes")

    def file(self) -> tuple[bytes, int, int]:
        """Return what the figure loads at the first touch, and how many examples and neighbours are in it.

        These are, compressed, the pixels of both, their labels, and PyTorch's logits of the examples, by which
        the figure checks that it answers as PyTorch does.
        """
        pictures, labels = self.test.tensors
        chosen = torch.cat([(labels == k).nonzero()[:EXAMPLES, 0] for k in range(len(self.classes))])
        known, known_labels = (tensor[:BANK] for tensor in self.train.tensors)
        examples = to_bytes(pictures[chosen])
        parts = [
            examples,
            to_bytes(known),
            torch.cat([labels[chosen], known_labels]).to(torch.uint8),
            self.network.reference(examples.float() / 255),
        ]
        content = b"".join(part.numpy().tobytes() for part in parts)
        return gzip.compress(content, mtime=0), len(chosen), len(known)


class DrawAndClassify(NetworkFigure):
    r"""A picture to draw on, the probabilities that a trained network gives it, and the nearest training pictures.

    The networks and the example pictures are loaded when they are first needed. On a page they run in the browser,
    in Jupyter in the kernel; both use the same files.

    Args:
        classifiers: at least one; the reader can switch between them and keeps the drawing.
        start: number of the first classifier's test picture that is shown first.
        alt: what is to be seen; by default the class and the probabilities of that picture.

    Raises:
        ValueError: if an argument is not as above.
    """

    module = "draw_and_classify"
    networks = t.List(t.Dict()).tag(sync=True)
    network = t.Int().tag(sync=True)
    pixels = t.List(t.Int()).tag(sync=True)  # of the drawing, 0 to 255, row by row
    truth = t.Unicode().tag(sync=True)  # the label of an untouched example, or nothing
    source = t.Int().tag(sync=True)  # the network whose example that is
    centred = t.Bool().tag(sync=True)  # what the reader wants done to drawings, for networks of such pictures
    noise = t.Float().tag(sync=True)  # standard deviation
    temperature = t.Float().tag(sync=True)
    logits = t.List(t.Float()).tag(sync=True)

    def __init__(self, *classifiers: Classifier, start: int = 0, alt: str | None = None) -> None:
        if not classifiers:
            raise ValueError("classifiers is empty; wanted at least one")
        first = classifiers[0]
        pictures, labels = first.test.tensors
        if not 0 <= start < len(pictures):
            raise ValueError(f"start is {start}; wanted the number of one of {len(pictures)} test pictures")
        picture = to_bytes(pictures[start : start + 1])
        logits = first.network.reference(picture.float() / 255)[0].tolist()
        if not all(map(isfinite, logits)):
            raise ValueError(f"the logits of the first picture are {logits}; wanted finite numbers")
        data: dict[str, bytes] = {}
        networks = []
        for each in classifiers:
            name = each.network.name
            data[f"{name}.gz"], examples, bank = each.file()
            state = {"name": name, "classes": list(each.classes), "centred": each.centred}
            size = len(each.network.onnx) + len(data[f"{name}.gz"])
            networks.append(state | {"examples": examples, "bank": bank, "bytes": size})
        truth = first.classes[int(labels[start])]
        if alt is None:
            parts = zip(first.classes, _softmax(logits), strict=True)
            shares = ", ".join(f"{name} {percent(share)}" for name, share in parts)
            alt = f"A small grey picture, of the class {truth}, and a bar chart of what a network says: {shares}."
        super().__init__(
            [each.network for each in classifiers],
            data,
            alt=alt,
            networks=networks,
            network=0,
            pixels=picture.flatten().tolist(),
            truth=truth,
            source=0,
            centred=True,
            noise=0.0,
            temperature=1.0,
            logits=logits,
        )

    @property
    def probabilities(self) -> list[float]:
        """Probability of each class for what is drawn, at the present temperature."""
        return _softmax(self.logits, self.temperature)

    def room(self) -> tuple[str, str]:
        """Return heights for ten rows, and the rest; a column that isn't much wider breaks more lines."""
        return "max(48rem, 120.4rem - 200cqi)", "95.5rem"

    def picture(self) -> Figure:
        """Draw the first picture beside a bar for each class."""
        names = self.networks[self.network]["classes"]
        with style():
            figure = Figure(figsize=(WIDTH, 0.8 + 0.26 * len(names)), layout="constrained")
            left, right = figure.subplots(1, 2, width_ratios=(1, 1.3))
            left.imshow(np.reshape(self.pixels, SHAPE[1:]), vmin=0, vmax=255, interpolation="none")
            left.set_title(self.truth)
            left.set_axis_off()
            right.bar_label(right.barh(names, self.probabilities, color=BLUE), fmt=percent, padding=4)
            right.set(xlim=(0, 1.4), xticks=(0, 0.5, 1), xlabel="probability")
            right.grid(visible=False)
            right.invert_yaxis()
        return figure


def to_bytes(pictures: Tensor) -> UInt8[Tensor, "*shape"]:
    """Return pixels from [0, 1] as whole numbers to 255."""
    return (255 * pictures).round().to(torch.uint8).cpu()


def _softmax(logits: list[float], temperature: float = 1.0) -> list[float]:
    probabilities: list[float] = softmax(torch.tensor(logits, dtype=torch.float64), temperature).tolist()
    return probabilities
