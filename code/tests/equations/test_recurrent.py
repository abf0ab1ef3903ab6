"""Each labelled equation of the chapter on recurrent networks, evaluated literally in float64 NumPy."""

import numpy as np
import pytest
import torch

from dlvc import losses
from dlvc.models import recurrent

generator = np.random.Generator(np.random.PCG64(0))
B, I, H = 3, 4, 5  # noqa: E741 - as in the book
X, STATE, CELL = generator.normal(size=(B, I)), generator.normal(size=(B, H)), generator.normal(size=(B, H))


def weights(gates):
    """Weights and biases of so many gates, by their names in the text: w_i, w_h, b_i, b_h, one of each a gate."""
    shapes = ((gates, H, I), (gates, H, H), (gates, H), (gates, H))
    return [generator.normal(size=shape) for shape in shapes]


def torches(*arrays):
    return [torch.from_numpy(array) for array in arrays]


def stacked(arrays):
    return torches(*(array.reshape(-1, *array.shape[2:]) for array in arrays))


def close(ours, literal):
    np.testing.assert_allclose(ours.numpy(), literal, rtol=1e-12, atol=1e-12)


def sigma(a):
    return 1 / (1 + np.exp(-a))


@pytest.mark.equation("eq-rnn")
def test_rnn():
    w = weights(1)
    w_i, w_h, b_i, b_h = (array[0] for array in w)
    close(
        recurrent.rnn_cell(*torches(X, STATE), *stacked(w)),
        np.tanh(X @ w_i.T + b_i + STATE @ w_h.T + b_h),
    )


@pytest.mark.equation("eq-bptt")
def test_back_through_time():
    w = weights(1)
    w_h = w[1][0]
    states, h = [], torch.from_numpy(STATE)
    for x in torches(*generator.normal(size=(4, B, I))):
        h = recurrent.rnn_cell(x, h, *stacked(w)).requires_grad_()
        states.append(h)
    last = generator.normal(size=(B, H))
    ours = recurrent.back_through_time(torch.from_numpy(last), [h.detach() for h in states], stacked(w)[1])
    literal = [last]
    for h in reversed(states[1:]):
        diagonals = [np.diag(1 - row**2) for row in h.detach().numpy()]
        literal.insert(0, np.stack([w_h.T @ D @ g for D, g in zip(diagonals, literal[0], strict=True)]))
    assert len(ours) == len(states)
    for one, other in zip(ours, literal, strict=True):
        close(one, other)
    for one, other in zip(ours, torch.autograd.grad(states[-1], states, torch.from_numpy(last)), strict=True):
        close(one, other.numpy())


@pytest.mark.equation("eq-gradient-bound", no_function="it bounds what back-propagation through time computes")
def test_gradient_bound():
    h = np.tanh(generator.normal(size=(20, H)))
    w_h = generator.normal(size=(H, H)) / 3
    product, bound = np.eye(H), 1.0
    for state in h:
        product = w_h.T @ np.diag(1 - state**2) @ product
        bound *= np.linalg.norm(w_h, 2) * (1 - state**2).max()
        assert np.linalg.norm(product, 2) <= bound * (1 + 1e-12)
    assert bound <= np.linalg.norm(w_h, 2) ** 20


def lstm():
    w = weights(4)
    gates = [X @ w_i.T + b_i + STATE @ w_h.T + b_h for w_i, w_h, b_i, b_h in zip(*w, strict=True)]
    return recurrent.lstm_cell(*torches(X, STATE, CELL), *stacked(w)), gates


@pytest.mark.equation("eq-lstm-gates")
def test_lstm_gates():
    (h, c), (i, f, g, o) = lstm()
    kept, new = sigma(f) * CELL, sigma(i) * np.tanh(g)
    close(c - torch.from_numpy(kept), new)
    close(h / torch.tanh(c), sigma(o))


@pytest.mark.equation("eq-lstm-cell")
def test_lstm_cell_state():
    (_, c), (i, f, g, _) = lstm()
    close(c, sigma(f) * CELL + sigma(i) * np.tanh(g))


@pytest.mark.equation("eq-lstm-hidden")
def test_lstm_hidden_state():
    (h, c), (_, _, _, o) = lstm()
    close(h, sigma(o) * np.tanh(c.numpy()))


def gru():
    """What the function gives, and r, z, n by the letter."""
    w = weights(3)
    (w_ir, w_iz, w_in), (w_hr, w_hz, w_hn), (b_ir, b_iz, b_in), (b_hr, b_hz, b_hn) = w
    r = sigma(X @ w_ir.T + b_ir + STATE @ w_hr.T + b_hr)
    z = sigma(X @ w_iz.T + b_iz + STATE @ w_hz.T + b_hz)
    n = np.tanh(X @ w_in.T + b_in + r * (STATE @ w_hn.T + b_hn))
    before = np.tanh(X @ w_in.T + b_in + (r * STATE) @ w_hn.T + b_hn)
    return stacked(w), r, z, n, before


def gates_of(w):
    x, h = torches(X, STATE)
    return recurrent.gru_gates(torch.nn.functional.linear(x, w[0], w[2]), h, w[1], w[3])


@pytest.mark.equation("eq-gru-reset")
def test_reset_gate():
    w, r, *_ = gru()
    close(gates_of(w)[0], r)


@pytest.mark.equation("eq-gru-update")
def test_update_gate():
    w, _, z, *_ = gru()
    close(gates_of(w)[1], z)


@pytest.mark.equation("eq-gru-new")
def test_candidate():
    w, _, _, n, _ = gru()
    close(gates_of(w)[2], n)


@pytest.mark.equation("eq-gru-hidden")
def test_next_state():
    w, _, z, n, _ = gru()
    close(recurrent.mix(*torches(n, STATE, z)), (1 - z) * n + z * STATE)
    close(recurrent.gru_cell(*torches(X, STATE), *w), (1 - z) * n + z * STATE)


@pytest.mark.equation("eq-gru-cho")
def test_reset_before_the_matrix():
    w, _, z, _, before = gru()
    close(recurrent.gru_cell_reset_before(*torches(X, STATE), *w), (1 - z) * before + z * STATE)


def test_the_places_of_the_reset_differ_and_agree_where_it_is_open():
    w, *_ = gru()
    after = recurrent.gru_cell(*torches(X, STATE), *w)
    assert (after - recurrent.gru_cell_reset_before(*torches(X, STATE), *w)).abs().max() > 0.01
    w[2][:H] = 1e3  # r = 1 for every unit
    close(recurrent.gru_cell(*torches(X, STATE), *w), recurrent.gru_cell_reset_before(*torches(X, STATE), *w).numpy())


@pytest.mark.equation("eq-gru-chung", no_function="mix with the update gate's signs turned")
def test_the_other_update_gate_is_the_same_network_with_its_weights_negated():
    w, _, z, n, _ = gru()
    other = (1 - z) * STATE + z * n
    assert np.abs(recurrent.gru_cell(*torches(X, STATE), *w).numpy() - other).max() > 0.01
    for tensor in w:
        tensor[H : 2 * H] *= -1
    close(recurrent.gru_cell(*torches(X, STATE), *w), other)


@pytest.mark.equation("eq-every-step", no_function="cross-entropy of all rows at once, with the target repeated")
def test_loss_at_every_step():
    steps, classes = 4, 6
    states, head, bias = generator.normal(size=(B, steps, H)), generator.normal(size=(classes, H)), np.arange(classes)
    targets = np.array([5, 0, 2])
    literal = 0.0
    for n in range(B):
        for m in range(steps):
            scores = np.exp(head @ states[n, m] + bias)
            literal -= np.log(scores[targets[n]] / scores.sum()) / steps / B
    logits = torch.from_numpy(states @ head.T + bias)
    repeated = torch.from_numpy(targets).repeat_interleave(steps)
    close(losses.cross_entropy(logits.flatten(0, 1), repeated), literal)


@pytest.mark.equation("eq-one-vs-rest", no_function="arithmetic of counts, for one failure on purpose")
def test_one_vs_rest_accuracy():
    classes, labels, guesses = 7, generator.integers(7, size=500), generator.integers(7, size=500)
    a = (labels == guesses).mean()
    binary = [((labels == k) == (guesses == k)).mean() for k in range(classes)]
    assert np.mean(binary) == pytest.approx(1 - 2 * (1 - a) / classes, abs=1e-12)
