"""The base of live figures that run networks: the files that they load at the first touch, and who runs them."""

import gzip
from typing import Any

import numpy as np
import torch
from anywidget.experimental import command

from dlvc.live.figure import LiveFigure
from dlvc.live.onnx_export import Exported


class NetworkFigure(LiveFigure):
    """A figure with networks; on a page they run in the browser, in Jupyter in the kernel, from the same files.

    Args:
        exported: by `dlvc.live.export`, each with a name of its own.
        packed: by a network's name, what the figure loads beside it, compressed by gzip.
        alt: what is to be seen, for those who don't see it.
        state: values of the traits.
    """

    def __init__(self, exported: list[Exported], packed: dict[str, bytes], *, alt: str, **state: Any) -> None:
        self._networks = {network.name: network for network in exported}
        self._files = {f"{network.name}.onnx": network.onnx for network in exported}
        self._files |= {f"{name}.gz": content for name, content in packed.items()}
        super().__init__(alt=alt, **state)

    def files(self) -> dict[str, bytes]:
        """Return the networks, and what is loaded beside them."""
        return self._files

    @command
    def read_file(self, message: dict[str, Any], buffers: list[bytes]) -> tuple[None, list[bytes]]:  # noqa: ARG002
        """Send a file to the figure in Jupyter."""
        return None, [gzip.decompress(self._files[message["name"]])]

    @command
    def run_network(self, message: dict[str, Any], buffers: list[bytes]) -> tuple[None, list[bytes]]:
        """Run a network for the figure in Jupyter: from inputs of this shape to outputs, both float32."""
        inputs = torch.from_numpy(np.frombuffer(buffers[0], np.float32).copy()).reshape(message["shape"])
        return None, [self._networks[message["name"]].logits(inputs).numpy().tobytes()]
