"""Our recurrent networks against torch.nn: weights carried over, then outputs and gradients."""

import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from dlvc import models

CELLS = {
    "RNN": (models.RNNCell, nn.RNNCell),
    "LSTM": (models.LSTMCell, nn.LSTMCell),
    "GRU": (models.GRUCell, nn.GRUCell),
}
LENGTHS = torch.tensor([3, 6, 1, 6])
SHAPES = [(layers, two) for layers in (1, 2) for two in (False, True)]


def normal(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def agree(ours, theirs):
    for one, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("name", CELLS)
def test_cells(name):
    ours, theirs = (make(4, 5).double() for make in CELLS[name])
    theirs.load_state_dict(ours.state_dict())
    found = []
    for cell in (ours, theirs):
        x, h, c = (normal(3, size, seed=seed).requires_grad_() for seed, size in enumerate((4, 5, 5)))
        out = cell(x, (h, c) if name == "LSTM" else h)
        outputs = out if name == "LSTM" else (out,)
        into = [x, h, *([c] if name == "LSTM" else []), *cell.parameters()]
        found.append([*outputs, *torch.autograd.grad(sum(o.square().sum() for o in outputs), into)])
    agree(*found)


def both(layers, two, batch_first=True):
    """Ours and torch's, with weights that went there and back."""
    torch.manual_seed(1)
    ours = models.GRU(4, 5, layers, bidirectional=two, batch_first=batch_first).double()
    theirs = nn.GRU(4, 5, layers, bidirectional=two, batch_first=batch_first).double()
    theirs.load_state_dict(ours.state_dict())
    ours = models.GRU(4, 5, layers, bidirectional=two, batch_first=batch_first).double()
    ours.load_state_dict(theirs.state_dict())
    return ours, theirs


def results(gru, x, h, wrap=lambda x: x, unwrap=lambda x: x):
    x, h = x.clone().requires_grad_(), None if h is None else h.clone().requires_grad_()
    states, last = gru(wrap(x), h)
    states = unwrap(states)
    total = (states * normal(*states.shape, seed=5)).sum() + last.square().sum()
    return states, last, *torch.autograd.grad(total, [x, *([] if h is None else [h]), *gru.parameters()])


@pytest.mark.parametrize("given", [False, True], ids=["from zero", "from a state"])
@pytest.mark.parametrize("batch_first", [True, False])
@pytest.mark.parametrize(("layers", "two"), SHAPES)
def test_sequences_of_one_length(layers, two, batch_first, given):
    ours, theirs = both(layers, two, batch_first)
    h = normal(layers * (1 + two), 4 if batch_first else 6, 5, seed=3) if given else None
    agree(results(ours, normal(4, 6, 4), h), results(theirs, normal(4, 6, 4), h))


@pytest.mark.parametrize("given", [False, True], ids=["from zero", "from a state"])
@pytest.mark.parametrize("in_order", [False, True])
@pytest.mark.parametrize(("layers", "two"), SHAPES)
def test_sequences_of_several_lengths(layers, two, in_order, given):
    ours, theirs = both(layers, two)
    lengths = LENGTHS.sort(descending=True).values if in_order else LENGTHS
    h = normal(layers * (1 + two), 4, 5, seed=3) if given else None

    def pack(x):
        return pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=in_order)

    def unpack(packed):
        return pad_packed_sequence(packed, batch_first=True)[0]

    agree(results(ours, normal(4, 6, 4), h, pack, unpack), results(theirs, normal(4, 6, 4), h, pack, unpack))


def test_a_packed_sequence_is_read_as_it_is_alone():
    gru, x = models.GRU(4, 5, 2, bidirectional=True).double(), normal(4, 6, 4)
    packed = pack_padded_sequence(x, LENGTHS, batch_first=True, enforce_sorted=False)
    _, last = gru(packed)
    for row, length in enumerate(LENGTHS):
        torch.testing.assert_close(last[:, row : row + 1], gru(x[row : row + 1, :length])[1])


@pytest.mark.parametrize("hidden", [5, 64])
def test_first_weights_are_drawn_as_torch_draws_them(hidden):
    torch.manual_seed(0)
    ours = models.GRU(4, hidden, 2)
    torch.manual_seed(0)
    agree(ours.parameters(), nn.GRU(4, hidden, 2).parameters())


def test_classifier_is_a_gru_and_a_linear_layer():
    x = normal(3, 7, 4)
    after_all, after_each = (
        models.SequenceClassifier(4, 5, 2, num_layers=2, every_step=every).double() for every in (False, True)
    )
    after_each.load_state_dict(after_all.state_dict())
    reference = nn.GRU(4, 5, 2, batch_first=True).double()
    reference.load_state_dict(after_all.gru.state_dict())
    torch.testing.assert_close(after_each(x), after_all.head(reference(x)[0]))
    torch.testing.assert_close(after_all(x), after_each(x)[:, -1])
