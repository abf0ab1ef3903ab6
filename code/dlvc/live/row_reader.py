"""Live figure: draw a digit, and follow a trained GRU as it reads the picture row by row."""

import base64
import gzip
from collections.abc import Callable

import torch
import traitlets as t
from jaxtyping import Float
from matplotlib.figure import Figure
from torch import Tensor, nn
from torch.utils.data import TensorDataset

from dlvc.figures.recurrent import reading
from dlvc.live.draw_and_classify import EXAMPLES, SHAPE, to_bytes
from dlvc.live.networks import NetworkFigure
from dlvc.live.onnx_export import Exported
from dlvc.losses import softmax
from dlvc.models.recurrent import SequenceClassifier, gru_gates, mix

ROWS = SHAPE[1]
_WHOLE = 32767  # gates and states lie between -1 and 1; rounded to so many steps, they are off by less than is seen


class RowStep(nn.Module):
    """One step of a `SequenceClassifier`, with all that it computes on the way: what the figure runs for each row.

    Args:
        classifier: has one layer.

    Raises:
        ValueError: if it has more.
    """

    def __init__(self, classifier: SequenceClassifier) -> None:
        super().__init__()
        if len(classifier.gru.passes) != 1:
            raise ValueError(f"classifier has {len(classifier.gru.passes)} layers; wanted one")
        self.classifier = classifier

    @property
    def sizes(self) -> tuple[int, int, int]:
        """Numbers of inputs, of classes and of hidden units."""
        head = self.classifier.head
        return self.classifier.gru.weights("l0")[0].shape[1], head.out_features, head.in_features

    def forward(self, row_and_state: Float[Tensor, "batch inputs_and_hidden"]) -> Float[Tensor, "batch outputs"]:
        """Return logits, r, z, n and the new state side by side, ``(B, I + H) -> (B, K + 4 H)``."""
        weight_ih, weight_hh, bias_ih, bias_hh = self.classifier.gru.weights("l0")
        row, h = row_and_state.split([weight_ih.shape[1], weight_hh.shape[1]], 1)  # type: ignore[no-untyped-call]
        r, z, n = gru_gates(nn.functional.linear(row, weight_ih, bias_ih), h, weight_hh, bias_hh)
        h = mix(n, h, z)
        return torch.cat([self.classifier.head(h), r, z, n, h], 1)


def read_rows(
    step: Callable[[Tensor], Tensor], pictures: Float[Tensor, "batch 1 28 28"], units: int
) -> Float[Tensor, "batch 28 outputs"]:
    """Run a `RowStep` down pictures, from a state of zeros; return its outputs after each row.

    Args:
        step: the network, or what computes the same.
        pictures: pixels in [0, 1].
        units: numbers in its state, which are the last of its outputs.
    """
    outputs, state = [], torch.zeros(len(pictures), units)
    for row in pictures.squeeze(1).unbind(1):
        outputs.append(step(torch.cat([row, state], 1)))
        state = outputs[-1][:, -units:]
    return torch.stack(outputs, 1)


class RowReader(NetworkFigure):
    """A picture to draw on, read from top to bottom: beliefs, gates and state of a GRU after each row.

    Args:
        network: a `RowStep` for rows of 28 pixels, exported by `dlvc.live.export`.
        test: pictures ``(N, 1, 28, 28)`` and labels; the first four of each class are offered as examples.
        start: number of the test picture that is shown first.
        alt: what is to be seen; by default the beliefs after every seventh row.

    Raises:
        TypeError: if ``network`` is another network.
        ValueError: if another argument is not as above.
    """

    module = "row_reader"
    network = t.Dict().tag(sync=True)  # its name, numbers of classes and units, of examples and of bytes to load
    pixels = t.List(t.Int()).tag(sync=True)  # of the drawing, 0 to 255, row by row
    truth = t.Unicode().tag(sync=True)  # the label of an untouched example, or nothing
    centred = t.Bool().tag(sync=True)
    row = t.Int().tag(sync=True)  # how many rows are read, 1 to 28
    unit = t.Int().tag(sync=True)  # whose numbers are shown, from 1
    logits = t.List(t.Float()).tag(sync=True)  # of the first picture, row by row
    gates = t.Unicode().tag(sync=True)  # of the first picture: r, z, n, h of each row, 16 bits each, in base64

    def __init__(self, network: Exported, test: TensorDataset, *, start: int = 0, alt: str | None = None) -> None:
        if not isinstance(network.model, RowStep):
            raise TypeError(f"network is a {type(network.model).__name__}; wanted an exported RowStep")
        inputs, classes, units = network.model.sizes
        if inputs != SHAPE[2]:
            raise ValueError(f"network reads {inputs} numbers at a time; wanted rows of {SHAPE[2]} pixels")
        pictures, labels = test.tensors
        if pictures.shape[1:] != SHAPE:
            raise ValueError(f"test has pictures of shape {tuple(pictures.shape)}; wanted (N, 1, 28, 28)")
        if not 0 <= start < len(pictures):
            raise ValueError(f"start is {start}; wanted the number of one of {len(pictures)} test pictures")
        if missing := set(range(classes)) - set(labels.tolist()):
            raise ValueError(f"test has no picture of class {min(missing)}; wanted an example of each")
        chosen = torch.cat([(labels == k).nonzero()[:EXAMPLES, 0] for k in range(classes)])
        examples = to_bytes(pictures[chosen])
        beliefs = read_rows(network.reference, examples.float() / 255, units)[:, :, :classes]
        parts = [examples, labels[chosen].to(torch.uint8), beliefs.contiguous()]
        packed = gzip.compress(b"".join(part.numpy().tobytes() for part in parts), mtime=0)
        first = to_bytes(pictures[start : start + 1])
        self._trace = trace = read_rows(network.reference, first.float() / 255, units)[0]
        whole = (_WHOLE * trace[:, classes:]).round().to(torch.int16).numpy().astype("<i2")
        probabilities = softmax(trace[:, :classes].double())
        if alt is None:
            alt = _describe(int(labels[start]), probabilities)
        super().__init__(
            [network],
            {f"{network.name}.gz": packed},
            alt=alt,
            network={
                "name": network.name,
                "classes": classes,
                "units": units,
                "examples": len(chosen),
                "bytes": len(network.onnx) + len(packed),
            },
            pixels=first.flatten().tolist(),
            truth=str(int(labels[start])),
            centred=True,
            row=ROWS,
            unit=1,
            logits=trace[:, :classes].flatten().tolist(),
            gates=base64.b64encode(whole.tobytes()).decode(),
        )

    def room(self) -> tuple[str, str]:
        """Return the heights that hold the drawing, the answers, the maps and the words."""
        return "max(70.5rem, 107.1rem - 100cqi)", "109rem"

    def picture(self) -> Figure:
        """Draw the first picture, the beliefs after each row, and the gates."""
        picture = torch.tensor(self.pixels).view(SHAPE[1:]) / 255
        return reading(picture, self._trace, self.network["classes"])


def _describe(truth: int, probabilities: Float[Tensor, "rows classes"]) -> str:
    said = []
    for row in range(6, ROWS, 7):
        p, guess = probabilities[row].max(0)
        said.append(f"after {row + 1} rows {int(guess)} with {100 * p.item():.0f} %")
    return (
        f"A handwritten {truth}, and beside it a map of the probability of each digit after each row read: "
        f"{', '.join(said)}. Below, maps of reset gate, update gate, candidate and state, a column for each unit."
    )
