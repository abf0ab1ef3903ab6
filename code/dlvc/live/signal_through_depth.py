"""Live figure: what happens to values and gradients on their way through a deep network with random weights."""

import numpy as np
import torch
import traitlets as t
from jaxtyping import Float
from matplotlib.figure import Figure
from torch import Tensor

from dlvc.figures.depth import spread, through_depth
from dlvc.live.figure import LiveFigure, check_range

ACTIVATIONS = {"sigmoid": torch.sigmoid, "tanh": torch.tanh, "relu": torch.relu}
WIDTH = 64  # units of each layer, and samples in the batch, as in the module
DEEPEST = 16
_EPS = 1e-5


def normals(seed: int, block: int) -> Float[Tensor, "width width"]:
    """Draw a block of standard normal numbers, the same ones as the module draws.

    The generator is mulberry32 (in the public domain), whose k-th number needs no other; Box and Muller's formula makes
    one normal number of two uniform ones.

    Args:
        seed: 0 to 2^32 - 1.
        block: which one; blocks share no number.
    """
    count = 2 * WIDTH * WIDTH
    k = np.arange(block * count + 1, (block + 1) * count + 1, dtype=np.uint32)
    a = np.uint32(seed) + k * np.uint32(0x6D2B79F5)  # arithmetic of uint32 wraps around, as is wanted
    b = (a ^ (a >> np.uint32(15))) * (a | np.uint32(1))
    b ^= b + (b ^ (b >> np.uint32(7))) * (b | np.uint32(61))
    uniform = ((b ^ (b >> np.uint32(14))).astype(np.float64) / 2**32).reshape(-1, 2)
    normal = np.sqrt(-2 * np.log1p(-uniform[:, 0])) * np.cos(2 * np.pi * uniform[:, 1])
    return torch.from_numpy(normal).view(WIDTH, WIDTH)


def signals(
    activation: str, gain: float, depth: int, normalised: bool, seed: int
) -> tuple[list[Float[Tensor, "batch width"]], list[Float[Tensor, "batch width"]]]:
    """Send a random batch through a random network, and a random gradient back.

    Args:
        activation: one of `ACTIVATIONS`.
        gain: standard deviation of the weights, times the root of the width.
        depth: number of layers.
        normalised: whether each unit is standardised over the batch before its activation.
        seed: of weights, batch and gradient.

    Returns:
        Each layer's outputs, and the gradients with respect to them; the last layer's gradient is standard normal.
    """
    h = normals(seed, 0)
    layers: list[Tensor] = []
    for layer in range(depth):
        z = h @ (gain / WIDTH**0.5 * normals(seed, 2 + layer)).T
        if normalised:
            z = torch.nn.functional.batch_norm(z, None, None, training=True, eps=_EPS)
        h = ACTIVATIONS[activation](z).requires_grad_()
        layers.append(h)
    return layers, list(torch.autograd.grad(layers[-1], layers, normals(seed, 1)))


class SignalThroughDepth(LiveFigure):
    """Histograms of every layer's values and gradients, while activation, size of the weights and depth change.

    Args:
        activation: ``"sigmoid"``, ``"tanh"`` or ``"relu"``.
        gain: standard deviation of the weights, times the root of the width; 0.1 to 10.
        depth: number of layers, 2 to 16.
        normalised: whether batch normalisation stands before each activation.
        seed: at least 0.
        alt: what is to be seen; by default the numbers at both ends.

    Raises:
        ValueError: if an argument is not as above.
    """

    module = "signal_through_depth"
    activation = t.Unicode().tag(sync=True)
    gain = t.Float().tag(sync=True)
    depth = t.Int().tag(sync=True)
    normalised = t.Bool().tag(sync=True)
    seed = t.Int().tag(sync=True)

    def __init__(
        self,
        *,
        activation: str = "sigmoid",
        gain: float = 1.0,
        depth: int = 10,
        normalised: bool = False,
        seed: int = 0,
        alt: str | None = None,
    ) -> None:
        if activation not in ACTIVATIONS:
            raise ValueError(f"activation is {activation!r}; wanted one of {list(ACTIVATIONS)}")
        check_range(0.1, 10, gain=gain)
        check_range(2, DEEPEST, depth=depth)
        if not 0 <= seed < 2**32:
            raise ValueError(f"seed is {seed}; wanted 0 to 2^32 - 1")
        self._signals = signals(activation, gain, depth, normalised, seed)
        super().__init__(
            alt=alt or _describe(*self._signals),
            activation=activation,
            gain=float(gain),
            depth=depth,
            normalised=normalised,
            seed=seed,
        )

    def room(self) -> tuple[str, str]:
        """Return the heights that hold the controls, a row for each layer that there may be, and the words."""
        return "44.5rem", "52rem"

    def picture(self) -> Figure:
        """Draw the histograms of the first state."""
        return through_depth(*self._signals)


def _describe(values: list[Tensor], gradients: list[Tensor]) -> str:
    spreads, stds = [[spread(h) for h in values], [g.std(correction=0).item() for g in gradients]]
    return (
        f"A row of two histograms for each of {len(values)} layers. From the first layer to the last the spread of a "
        f"unit over the batch goes from {spreads[0]:.2g} to {spreads[-1]:.2g}, the gradients' standard deviation from "
        f"{stds[0]:.2g} to {stds[-1]:.2g}."
    )
