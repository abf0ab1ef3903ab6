"""Exercises of the chapter on recurrent networks."""

import torch
import torch.nn.functional as F
from torch import Tensor

from dlvc.practice.checker import Arguments, Checker, Mistake, Trial, normal


def _arguments(batch: int, inputs: int, hidden: int, gates: int, states: int, dtype: torch.dtype) -> Arguments:
    """Draw an input, so many states, and weights of so many gates."""
    rows = gates * hidden
    shapes = [(batch, inputs), *[(batch, hidden)] * states, (rows, inputs), (rows, hidden), (rows,), (rows,)]
    return tuple(normal(*shape, seed=seed, dtype=dtype) for seed, shape in enumerate(shapes))


def _trials(gates: int, states: int) -> tuple[Trial, ...]:
    def trial(batch: int, inputs: int, hidden: int, advice: str = "", dtype: torch.dtype = torch.float32) -> Trial:
        return Trial(lambda: _arguments(batch, inputs, hidden, gates, states, dtype), advice)

    return (
        trial(3, 4, 5),
        trial(1, 2, 3, "There is one sequence only."),
        trial(3, 3, 3, "All sizes are equal, so that a transposed matrix fits as well."),
        trial(3, 4, 5, dtype=torch.float64),
    )


def _gru(
    x: Tensor, h: Tensor, weight_ih: Tensor, weight_hh: Tensor, bias_ih: Tensor, bias_hh: Tensor,
    *, order: str = "rzn", reset: str = "after", swapped: bool = False, hidden_bias: bool = True,
) -> Tensor:  # fmt: skip
    """Compute a GRU's step by its letter, or with one of the ways to get it wrong."""
    rows = {gate: slice(place * h.shape[1], (place + 1) * h.shape[1]) for place, gate in enumerate(order)}
    from_input, from_state = F.linear(x, weight_ih, bias_ih), F.linear(h, weight_hh, bias_hh)
    r, z = (torch.sigmoid(from_input[:, rows[gate]] + from_state[:, rows[gate]]) for gate in "rz")
    if reset == "after":
        candidate = r * from_state[:, rows["n"]]
        if not hidden_bias:
            candidate = candidate + (1 - r) * bias_hh[rows["n"]]  # the bias beside the reset, not under it
    elif reset == "before":
        candidate = F.linear(r * h, weight_hh[rows["n"]], bias_hh[rows["n"]])
    else:
        candidate = from_state[:, rows["n"]]
    n = torch.tanh(from_input[:, rows["n"]] + candidate)
    return (1 - z) * h + z * n if swapped else (1 - z) * n + z * h


GRU_CELL = Checker(
    name="gru_cell",
    parameters=("x", "h", "weight_ih", "weight_hh", "bias_ih", "bias_hh"),
    returns="h",
    summary="the next hidden state (B, H) of a GRU in PyTorch's convention, from x (B, I) and h (B, H); the rows of "
    "weight_ih (3H, I), weight_hh (3H, H) and of both biases belong to reset gate, update gate and candidate.",
    reference=_gru,
    cases=_trials(3, 1),
    mistakes=(
        Mistake(
            "gives the update gate the wrong side: the new state is (1 - z) * n + z * h.",
            (lambda *given: _gru(*given, swapped=True),),
        ),
        Mistake(
            "applies the reset gate before the matrix, as Cho's paper prints it: PyTorch has r * (W h + b).",
            (lambda *given: _gru(*given, reset="before"),),
        ),
        Mistake(
            "leaves bias_hh of the candidate outside the reset: it belongs under it, r * (W h + b).",
            (lambda *given: _gru(*given, hidden_bias=False),),
        ),
        Mistake(
            "takes the gates in the wrong order: reset, update, candidate.",
            (lambda *given: _gru(*given, order="zrn"), lambda *given: _gru(*given, order="nzr")),
        ),
        Mistake("computes the reset gate, but doesn't use it.", (lambda *given: _gru(*given, reset="never"),)),
    ),
)


def _lstm(
    x: Tensor, h: Tensor, c: Tensor, weight_ih: Tensor, weight_hh: Tensor, bias_ih: Tensor, bias_hh: Tensor,
    *, order: str = "ifgo", squash: bool = True, output: bool = True, candidate: bool = True, old: bool = False,
) -> Tensor:  # fmt: skip
    """Compute an LSTM's step by its letter, or with one of the ways to get it wrong."""
    parts = (F.linear(x, weight_ih, bias_ih) + F.linear(h, weight_hh, bias_hh)).chunk(4, 1)
    gate = dict(zip(order, parts, strict=True))
    i, f, o = (gate[name].sigmoid() for name in "ifo")
    g = gate["g"].tanh() if candidate else gate["g"].sigmoid()
    new = f * c + i * g
    seen = c if old else new
    hidden = (o if output else 1) * (seen.tanh() if squash else seen)
    return torch.stack([hidden, new])


LSTM_CELL = Checker(
    name="lstm_cell",
    parameters=("x", "h", "c", "weight_ih", "weight_hh", "bias_ih", "bias_hh"),
    returns="states",
    summary="torch.stack([h, c]), (2, B, H), the next hidden state and cell state of an LSTM; the rows of weights and "
    "biases belong to input gate, forget gate, candidate and output gate, H rows each.",
    reference=_lstm,
    cases=_trials(4, 2),
    mistakes=(
        Mistake(
            "takes the parts in the wrong order: input gate, forget gate, candidate, output gate.",
            tuple(lambda *given, order=order: _lstm(*given, order=order) for order in ("figo", "ifog", "igfo", "fiog")),
        ),
        Mistake(
            "leaves the tanh around the new cell state out: h is o * tanh(c).",
            (lambda *given: _lstm(*given, squash=False),),
        ),
        Mistake(
            "leaves the output gate out: h is o * tanh(c).",
            (lambda *given: _lstm(*given, output=False),),
        ),
        Mistake(
            "squashes the candidate by a sigmoid, so that the cell state can only grow: it is a tanh.",
            (lambda *given: _lstm(*given, candidate=False),),
        ),
        Mistake(
            "computes h from the old cell state: it is o * tanh of the new one.",
            (lambda *given: _lstm(*given, old=True),),
        ),
        Mistake(
            "returns the states in the wrong order: h first, then c.",
            (lambda *given: _lstm(*given).flip(0),),
        ),
    ),
)

CHECKERS = (GRU_CELL, LSTM_CELL)
