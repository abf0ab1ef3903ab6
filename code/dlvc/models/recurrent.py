"""Recurrent networks: the cells that read one element at a time, and a GRU over whole sequences.

Weights are stacked and named as in `torch.nn`, so that a state dict of either loads into the other: the rows of an
LSTM's matrices belong to input gate, forget gate, candidate and output gate, those of a GRU's to reset gate, update
gate and candidate.
"""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import PackedSequence


def rnn_cell(
    x: Float[Tensor, "batch inputs"],
    h: Float[Tensor, "batch hidden"],
    weight_ih: Float[Tensor, "hidden inputs"],
    weight_hh: Float[Tensor, "hidden hidden"],
    bias_ih: Float[Tensor, " hidden"],
    bias_hh: Float[Tensor, " hidden"],
) -> Float[Tensor, "batch hidden"]:
    """Return the next hidden state of a plain recurrent network.

    Args:
        x: the element that is read.
        h: the hidden state so far.
        weight_ih: from input to hidden.
        weight_hh: from hidden to hidden.
        bias_ih: added with the input.
        bias_hh: added with the state; the two have the same effect here.

    Reference: Elman, *Finding structure in time* (1990).

    Equation: eq-rnn
    """
    return torch.tanh(F.linear(x, weight_ih, bias_ih) + F.linear(h, weight_hh, bias_hh))


def back_through_time(
    last: Float[Tensor, "batch hidden"],
    states: Sequence[Float[Tensor, "batch hidden"]],
    weight_hh: Float[Tensor, "hidden hidden"],
) -> list[Float[Tensor, "batch hidden"]]:
    """Return the gradient of a loss on the last state with respect to every state of a plain recurrent network.

    Args:
        last: gradient with respect to the last state.
        states: what `rnn_cell` gave, step by step.
        weight_hh: its hidden-to-hidden weights.

    Returns:
        One gradient a state, in the states' order.

    Equation: eq-bptt
    """
    gradients = [last]
    for state in reversed(states[1:]):
        gradients.append((gradients[-1] * (1 - state.square())) @ weight_hh)
    return gradients[::-1]


def lstm_cell(
    x: Float[Tensor, "batch inputs"],
    h: Float[Tensor, "batch hidden"],
    c: Float[Tensor, "batch hidden"],
    weight_ih: Float[Tensor, "hidden_4 inputs"],
    weight_hh: Float[Tensor, "hidden_4 hidden"],
    bias_ih: Float[Tensor, " hidden_4"],
    bias_hh: Float[Tensor, " hidden_4"],
) -> tuple[Float[Tensor, "batch hidden"], Float[Tensor, "batch hidden"]]:
    """Return the next hidden state and cell state of an LSTM with forget gates.

    Args:
        x: the element that is read.
        h: the hidden state so far.
        c: the cell state so far.
        weight_ih: from the input to input gate, forget gate, candidate and output gate, stacked.
        weight_hh: from the hidden state to the same.
        bias_ih: added with the input.
        bias_hh: added with the state.

    Reference: Gers, Schmidhuber and Cummins, *Learning to forget* (2000), without peepholes.

    Equation: eq-lstm-gates, eq-lstm-cell, eq-lstm-hidden
    """
    i, f, g, o = (F.linear(x, weight_ih, bias_ih) + F.linear(h, weight_hh, bias_hh)).chunk(4, 1)
    c = f.sigmoid() * c + i.sigmoid() * g.tanh()
    return o.sigmoid() * c.tanh(), c


def gru_gates(
    from_input: Float[Tensor, "batch hidden_3"],
    h: Float[Tensor, "batch hidden"],
    weight_hh: Float[Tensor, "hidden_3 hidden"],
    bias_hh: Float[Tensor, " hidden_3"],
) -> tuple[Float[Tensor, "batch hidden"], Float[Tensor, "batch hidden"], Float[Tensor, "batch hidden"]]:
    """Return reset gate, update gate and candidate of a GRU.

    Args:
        from_input: the input's part, ``x @ weight_ih.T + bias_ih``, which needs no state and so can be computed for all
            steps at once.
        h: the hidden state so far.
        weight_hh: from the hidden state to reset gate, update gate and candidate, stacked.
        bias_hh: added with the state.

    Equation: eq-gru-reset, eq-gru-update, eq-gru-new
    """
    input_r, input_z, input_n = from_input.chunk(3, 1)
    hidden_r, hidden_z, hidden_n = F.linear(h, weight_hh, bias_hh).chunk(3, 1)
    r = torch.sigmoid(input_r + hidden_r)
    z = torch.sigmoid(input_z + hidden_z)
    n = torch.tanh(torch.addcmul(input_n, r, hidden_n))  # input_n + r * hidden_n
    return r, z, n


def mix(
    n: Float[Tensor, "batch hidden"], h: Float[Tensor, "batch hidden"], z: Float[Tensor, "batch hidden"]
) -> Float[Tensor, "batch hidden"]:
    """Return a GRU's next hidden state: between candidate and old state, as the update gate says.

    Args:
        n: the candidate.
        h: the hidden state so far.
        z: the update gate, the old state's share.

    Equation: eq-gru-hidden
    """
    return torch.lerp(n, h, z)  # (1 - z) * n + z * h


def gru_cell(
    x: Float[Tensor, "batch inputs"],
    h: Float[Tensor, "batch hidden"],
    weight_ih: Float[Tensor, "hidden_3 inputs"],
    weight_hh: Float[Tensor, "hidden_3 hidden"],
    bias_ih: Float[Tensor, " hidden_3"],
    bias_hh: Float[Tensor, " hidden_3"],
) -> Float[Tensor, "batch hidden"]:
    """Return the next hidden state of a GRU, in PyTorch's convention.

    Args:
        x: the element that is read.
        h: the hidden state so far.
        weight_ih: from the input to reset gate, update gate and candidate, stacked.
        weight_hh: from the hidden state to the same.
        bias_ih: added with the input.
        bias_hh: added with the state; the candidate's part is under the reset gate, so it isn't superfluous.

    Reference: Cho et al., *Learning phrase representations using RNN encoder-decoder* (2014), with the reset gate after
    the matrix.
    """
    _, z, n = gru_gates(F.linear(x, weight_ih, bias_ih), h, weight_hh, bias_hh)
    return mix(n, h, z)


def gru_cell_reset_before(
    x: Float[Tensor, "batch inputs"],
    h: Float[Tensor, "batch hidden"],
    weight_ih: Float[Tensor, "hidden_3 inputs"],
    weight_hh: Float[Tensor, "hidden_3 hidden"],
    bias_ih: Float[Tensor, " hidden_3"],
    bias_hh: Float[Tensor, " hidden_3"],
) -> Float[Tensor, "batch hidden"]:
    """Return the next hidden state of a GRU whose reset gate acts before the matrix, as the paper prints it.

    Args:
        x: the element that is read.
        h: the hidden state so far.
        weight_ih: as in `gru_cell`.
        weight_hh: as in `gru_cell`.
        bias_ih: as in `gru_cell`.
        bias_hh: as in `gru_cell`; here both biases of the candidate have the same effect.

    Reference: Cho et al. (2014), equations 5 to 8.

    Equation: eq-gru-cho
    """
    hidden = h.shape[1]
    gates = F.linear(x, weight_ih, bias_ih)
    from_state = F.linear(h, weight_hh[: 2 * hidden], bias_hh[: 2 * hidden])
    r, z = torch.sigmoid(gates[:, : 2 * hidden] + from_state).chunk(2, 1)
    n = torch.tanh(gates[:, 2 * hidden :] + F.linear(r * h, weight_hh[2 * hidden :], bias_hh[2 * hidden :]))
    return mix(n, h, z)


class _Cell(nn.Module):
    """Weights of a cell with ``gates`` rows of units, drawn evenly from -1/√hidden to 1/√hidden."""

    gates: int

    def __init__(self, input_size: int, hidden_size: int) -> None:
        super().__init__()
        rows = self.gates * hidden_size
        self.weight_ih = nn.Parameter(torch.empty(rows, input_size))
        self.weight_hh = nn.Parameter(torch.empty(rows, hidden_size))
        self.bias_ih = nn.Parameter(torch.empty(rows))
        self.bias_hh = nn.Parameter(torch.empty(rows))
        _draw(self, hidden_size)


class RNNCell(_Cell):
    """`rnn_cell` with weights of its own, as `torch.nn.RNNCell` has them.

    Args:
        input_size: numbers in an element.
        hidden_size: numbers in the hidden state.
    """

    gates = 1

    def forward(
        self, x: Float[Tensor, "batch inputs"], h: Float[Tensor, "batch hidden"]
    ) -> Float[Tensor, "batch hidden"]:
        """Return the next hidden state."""
        return rnn_cell(x, h, self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)


class LSTMCell(_Cell):
    """`lstm_cell` with weights of its own, as `torch.nn.LSTMCell` has them.

    Args:
        input_size: numbers in an element.
        hidden_size: numbers in the hidden state and in the cell state.
    """

    gates = 4

    def forward(
        self,
        x: Float[Tensor, "batch inputs"],
        state: tuple[Float[Tensor, "batch hidden"], Float[Tensor, "batch hidden"]],
    ) -> tuple[Float[Tensor, "batch hidden"], Float[Tensor, "batch hidden"]]:
        """Return the next hidden state and cell state."""
        return lstm_cell(x, *state, self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)


class GRUCell(_Cell):
    """`gru_cell` with weights of its own, as `torch.nn.GRUCell` has them.

    Args:
        input_size: numbers in an element.
        hidden_size: numbers in the hidden state.
    """

    gates = 3

    def forward(
        self, x: Float[Tensor, "batch inputs"], h: Float[Tensor, "batch hidden"]
    ) -> Float[Tensor, "batch hidden"]:
        """Return the next hidden state."""
        return gru_cell(x, h, self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)


class GRU(nn.Module):
    """A GRU over whole sequences; its state dict is that of `torch.nn.GRU`, and so are its outputs and gradients.

    Args:
        input_size: numbers in an element.
        hidden_size: numbers in the hidden state of a layer and direction.
        num_layers: layers, each reading the outputs of the one before.
        bidirectional: whether each layer also reads from the end.
        batch_first: whether inputs and outputs are ``(batch, steps, …)``; otherwise ``(steps, batch, …)``.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bidirectional: bool = False,
        batch_first: bool = True,
    ) -> None:
        super().__init__()
        self.hidden_size, self.batch_first = hidden_size, batch_first
        directions = ["", "_reverse"] if bidirectional else [""]
        self.passes = [[f"l{layer}{direction}" for direction in directions] for layer in range(num_layers)]
        wide = input_size
        for layer in self.passes:
            for name in layer:
                rows = 3 * hidden_size
                self.register_parameter(f"weight_ih_{name}", nn.Parameter(torch.empty(rows, wide)))
                self.register_parameter(f"weight_hh_{name}", nn.Parameter(torch.empty(rows, hidden_size)))
                self.register_parameter(f"bias_ih_{name}", nn.Parameter(torch.empty(rows)))
                self.register_parameter(f"bias_hh_{name}", nn.Parameter(torch.empty(rows)))
            wide = len(directions) * hidden_size
        _draw(self, hidden_size)

    def weights(self, name: str) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return weight_ih, weight_hh, bias_ih and bias_hh of a pass, such as ``"l0"`` or ``"l1_reverse"``."""
        return tuple(getattr(self, f"{kind}_{name}") for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"))

    def forward(
        self, x: Tensor | PackedSequence, h: Float[Tensor, "passes batch hidden"] | None = None
    ) -> tuple[Tensor | PackedSequence, Float[Tensor, "passes batch hidden"]]:
        """Read sequences, and return the last layer's state after each element and every pass's last state.

        Args:
            x: sequences of one length, ``(batch, steps, inputs)`` if `batch_first`, or of several lengths, packed by
                `torch.nn.utils.rnn.pack_padded_sequence`.
            h: first states, layer by layer and forward before backward; zeros if left out.

        Returns:
            States, in the form of ``x``; with two directions side by side. And last states, in the order of ``h``.
        """
        if isinstance(x, PackedSequence):
            if h is not None and x.sorted_indices is not None:
                h = h[:, x.sorted_indices]
            data, last = self._read(x.data, x.batch_sizes.tolist(), h)
            if x.unsorted_indices is not None:
                last = last[:, x.unsorted_indices]
            return PackedSequence(data, x.batch_sizes, x.sorted_indices, x.unsorted_indices), last
        if self.batch_first:
            x = x.transpose(0, 1)
        steps, batch, _ = x.shape
        data, last = self._read(x.flatten(0, 1), [batch] * steps, h)  # (T, B, I) -> (T B, I)
        outputs = data.view(steps, batch, -1)  # (T B, D) -> (T, B, D)
        return outputs.transpose(0, 1) if self.batch_first else outputs, last

    def _read(self, data: Tensor, sizes: list[int], h: Tensor | None) -> tuple[Tensor, Tensor]:
        """Run all layers over the elements of all steps, the first step's first; ``sizes`` are the steps' batches."""
        if h is None:
            h = data.new_zeros(sum(map(len, self.passes)), sizes[0], self.hidden_size)
        first, last = iter(h), []
        for layer in self.passes:
            sides = []
            for name in layer:
                states, end = scan(data, sizes, next(first), *self.weights(name), backward=name.endswith("_reverse"))
                sides.append(states)
                last.append(end)
            data = torch.cat(sides, 1)
        return data, torch.stack(last)


def scan(
    data: Float[Tensor, "elements inputs"],
    sizes: list[int],
    h: Float[Tensor, "batch hidden"],
    weight_ih: Float[Tensor, "hidden_3 inputs"],
    weight_hh: Float[Tensor, "hidden_3 hidden"],
    bias_ih: Float[Tensor, " hidden_3"],
    bias_hh: Float[Tensor, " hidden_3"],
    *,
    backward: bool,
) -> tuple[Float[Tensor, "elements hidden"], Float[Tensor, "batch hidden"]]:
    """Run one layer of a GRU in one direction; return all states, and the last state of each sequence.

    Args:
        data: the elements of all sequences, all first ones, then all second ones, and so on; longer sequences first.
        sizes: how many sequences have a first element, a second one, and so on.
        h: first states.
        weight_ih: as in `gru_cell`.
        weight_hh: as in `gru_cell`.
        bias_ih: as in `gru_cell`.
        bias_hh: as in `gru_cell`.
        backward: whether to read from the end.
    """
    # cut once: to index in each step would make, backwards, a gradient as large as all steps for each of them
    steps = torch.split(F.linear(data, weight_ih, bias_ih), sizes)
    states, ended, state = [], [], h[: len(steps[-1 if backward else 0])]
    for from_input in reversed(steps) if backward else steps:
        running = len(from_input)
        if running < len(state):  # shorter sequences have ended
            ended.append(state[running:])
            state = state[:running]
        elif running > len(state):  # read from the end, shorter sequences begin later
            state = torch.cat([state, h[len(state) : running]])
        _, z, n = gru_gates(from_input, state, weight_hh, bias_hh)
        state = mix(n, state, z)
        states.append(state)
    return torch.cat(states[::-1] if backward else states), torch.cat([state, *reversed(ended)])


class SequenceClassifier(nn.Module):
    """A GRU that reads a sequence, and a linear layer that says from its state what the sequence is.

    Args:
        input_size: numbers in an element.
        hidden_size: numbers in the hidden state.
        num_classes: number of logits.
        num_layers: layers of the GRU.
        every_step: whether logits are given after every element, or only after the last one.
    """

    def __init__(
        self, input_size: int, hidden_size: int, num_classes: int, num_layers: int = 1, every_step: bool = False
    ) -> None:
        super().__init__()
        self.gru = GRU(input_size, hidden_size, num_layers)
        self.head = nn.Linear(hidden_size, num_classes)
        self.every_step = every_step

    def forward(self, x: Float[Tensor, "batch steps inputs"]) -> Float[Tensor, "batch *steps classes"]:
        """Return logits, ``(B, T, I) -> (B, K)``, or ``(B, T, K)`` if they are wanted after every step."""
        states, _ = self.gru(x)  # (B, T, H)
        logits: Tensor = self.head(states if self.every_step else states[:, -1])
        return logits


def _draw(layer: nn.Module, hidden_size: int) -> None:
    """Draw all weights as `torch.nn` does for recurrent layers: evenly, from -1/√hidden to 1/√hidden."""
    limit = hidden_size**-0.5
    for parameter in layer.parameters():
        nn.init.uniform_(parameter, -limit, limit)
