"""The base of live figures that run a trained network: on a page in the browser, in Jupyter in the kernel."""

import gzip
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from anywidget.experimental import command
from jaxtyping import Float
from torch import Tensor

from dlvc.live.figure import LiveFigure
from dlvc.live.onnx_export import Exported

CHECKED = 32  # inputs on which a figure makes sure that its network draws as PyTorch does
SHADES = 65535  # in which PyTorch's pixels are stored for that


class NetworkFigure(LiveFigure):
    """A figure with networks and files that are loaded when they are first needed.

    Args:
        exported: what the module may run, each by its name.
        data: the other files by name, compressed by gzip.
        alt: what is to be seen.
        state: values of the traits.

    Raises:
        ValueError: if two networks have the same name.
    """

    def __init__(self, exported: Sequence[Exported], data: Mapping[str, bytes], *, alt: str, **state: Any) -> None:
        self._exported = {each.name: each for each in exported}
        if len(self._exported) < len(exported):
            raise ValueError(f"two of the networks have the same name: {[each.name for each in exported]}")
        self._files = {f"{each.name}.onnx": each.onnx for each in exported} | dict(data)
        super().__init__(alt=alt, **state)

    def files(self) -> dict[str, bytes]:
        """Return networks and data."""
        return self._files

    @command
    def read_file(self, message: dict[str, Any], buffers: list[bytes]) -> tuple[None, list[bytes]]:  # noqa: ARG002
        """Send a file to the figure in Jupyter."""
        return None, [gzip.decompress(self._files[message["name"]])]

    @command
    def run_network(self, message: dict[str, Any], buffers: list[bytes]) -> tuple[None, list[bytes]]:
        """Run a network for the figure in Jupyter, on inputs of the message's shape, to outputs; both float32."""
        inputs = torch.from_numpy(np.frombuffer(buffers[0], np.float32).copy()).reshape(message["shape"])
        return None, [self._exported[message["name"]].logits(inputs).numpy().tobytes()]


def examples(network: Exported, inputs: Float[Tensor, "count width"]) -> bytes:
    """Return, compressed, 32 inputs and what PyTorch draws from them, by which a figure that draws checks itself.

    Args:
        network: gives pictures with pixels in [0, 1].
        inputs: of which the first are taken.
    """
    checked = inputs[:CHECKED]
    pictures = (SHADES * network.reference(checked)).round().numpy().astype("<u2")
    return gzip.compress(checked.numpy().astype("<f4").tobytes() + pictures.tobytes(), mtime=0)
