"""Exercises of the chapter on recurrent networks: right answers pass, each planted wrong one gets its message."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from dlvc.models import recurrent as models
from dlvc.practice import check, recurrent
from dlvc.practice.checker import Checker

Function = Callable[..., Tensor]


def by_torch(cell: Callable[[int, int], nn.Module]) -> Function:
    """A step of torch's own cell with the weights that are given."""

    def step(x: Tensor, *rest: Tensor) -> Tensor:
        *states, weight_ih, weight_hh, bias_ih, bias_hh = rest
        module = cell(x.shape[1], states[0].shape[1]).to(x.dtype)
        weights = {"weight_ih": weight_ih, "weight_hh": weight_hh, "bias_ih": bias_ih, "bias_hh": bias_hh}
        out = torch.func.functional_call(module, weights, (x, states[0] if len(states) == 1 else tuple(states)))
        return torch.stack(out) if isinstance(out, tuple) else out

    return step


def gru_by_rows(x: Tensor, h: Tensor, weight_ih: Tensor, weight_hh: Tensor, bias_ih: Tensor, bias_hh: Tensor) -> Tensor:
    size = h.shape[1]
    (ir, iz, i_n), (hr, hz, hn) = weight_ih.split(size), weight_hh.split(size)
    (br, bz, bn), (cr, cz, cn) = bias_ih.split(size), bias_hh.split(size)
    new = []
    for one, old in zip(x, h, strict=True):
        r = 1 / (1 + torch.exp(-(ir @ one + br + hr @ old + cr)))
        z = 1 / (1 + torch.exp(-(iz @ one + bz + hz @ old + cz)))
        n = torch.tanh(i_n @ one + bn + r * (hn @ old + cn))
        new.append(n + z * (old - n))
    return torch.stack(new)


def lstm_stacked(*given: Tensor) -> Tensor:
    return torch.stack(models.lstm_cell(*given))


RIGHT = [
    ("gru_cell", gru_by_rows),
    ("gru_cell", models.gru_cell),
    ("gru_cell", by_torch(nn.GRUCell)),
    ("lstm_cell", lstm_stacked),
    ("lstm_cell", by_torch(nn.LSTMCell)),
]


@pytest.mark.usefixtures("untyped")
@pytest.mark.parametrize(("name", "fn"), RIGHT)
def test_right_answers_pass(name: str, fn: Function) -> None:
    report = check(name, fn)
    assert report.passed, str(report)


def gru_that_forgets_gradients(x: Tensor, h: Tensor, *weights: Tensor) -> Tensor:
    return gru_by_rows(x.detach(), h, *weights)


def gru_transposed(x: Tensor, h: Tensor, weight_ih: Tensor, *rest: Tensor) -> Tensor:
    return gru_by_rows(x, h, weight_ih.T, *rest)


def gru_in_place(x: Tensor, h: Tensor, *weights: Tensor) -> Tensor:
    return h.copy_(gru_by_rows(x, h, *weights))


def gru_with_one_bias(x: Tensor, h: Tensor, weight_ih: Tensor, weight_hh: Tensor, bias_ih: Tensor, _: Tensor) -> Tensor:
    return gru_by_rows(x, h, weight_ih, weight_hh, bias_ih, torch.zeros_like(bias_ih))


def lstm_as_a_pair(*given: Tensor) -> object:
    return models.lstm_cell(*given)


def lstm_coupled(x: Tensor, h: Tensor, c: Tensor, *rest: Tensor) -> Tensor:
    weight_ih, weight_hh, bias_ih, bias_hh = rest
    i, _, g, o = (x @ weight_ih.T + bias_ih + h @ weight_hh.T + bias_hh).chunk(4, 1)
    new = (1 - i.sigmoid()) * c + i.sigmoid() * g.tanh()
    return torch.stack([o.sigmoid() * new.tanh(), new])


WRONG = [
    ("gru_cell", lambda x, h, *w: h + gru_by_rows(x, h, *w) * 0, "gru_cell is wrong for x of shape (3, 4)"),
    ("gru_cell", models.gru_cell_reset_before, "gru_cell applies the reset gate before the matrix"),
    ("gru_cell", gru_that_forgets_gradients, "gru_cell lets no gradient through to x"),
    ("gru_cell", gru_transposed, "gru_cell raised ValueError"),
    ("gru_cell", gru_in_place, "gru_cell changed its argument h in place"),
    ("gru_cell", gru_with_one_bias, "gru_cell is wrong for x of shape (3, 4)"),
    ("lstm_cell", lstm_as_a_pair, "lstm_cell returned type `tuple`"),
    ("lstm_cell", lstm_coupled, "lstm_cell is wrong for x of shape (3, 4)"),
    ("lstm_cell", lambda *given: lstm_stacked(*given)[0], "lstm_cell returned shape (3, 5)"),
]


@pytest.mark.usefixtures("untyped")
@pytest.mark.parametrize(("name", "fn", "message"), WRONG)
def test_wrong_answers_get_their_message(name: str, fn: Function, message: str) -> None:
    report = check(name, fn)
    assert not report.passed
    assert message in report.messages[0], report.messages


@pytest.mark.parametrize("checker", recurrent.CHECKERS, ids=lambda checker: checker.name)
def test_a_checker_accepts_its_reference_and_recognises_its_mistakes(checker: Checker) -> None:
    assert check(checker.name, checker.reference).passed
    for mistake in checker.mistakes:
        for function in mistake.functions:
            assert mistake.message in check(checker.name, function).messages[0]
