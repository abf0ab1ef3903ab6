"""Our losses against torch.nn.functional: values, gradients, and the edges of floating point."""

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.autograd import gradcheck

from dlvc import losses

generator = torch.Generator().manual_seed(0)


def normal(*shape, scale=1.0):
    return scale * torch.randn(*shape, generator=generator, dtype=torch.float64)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.floats(-1e4, 1e4, width=32), min_size=2, max_size=8))
def test_softmax_family_equals_torch_on_any_logits(values):
    z = torch.tensor([values])
    torch.testing.assert_close(losses.softmax(z), F.softmax(z, -1))
    torch.testing.assert_close(losses.log_softmax(z), F.log_softmax(z, -1))
    torch.testing.assert_close(losses.log_sum_exp(z), torch.logsumexp(z, -1))


@pytest.mark.parametrize("row", [[torch.inf, 0.0], [-torch.inf, 0.0], [-torch.inf, -torch.inf]])
def test_log_sum_exp_of_infinite_logits(row):
    z = torch.tensor([row])
    torch.testing.assert_close(losses.log_sum_exp(z), torch.logsumexp(z, -1))


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 1.0])
@pytest.mark.parametrize("soft", [False, True])
def test_cross_entropy_and_its_gradient(smoothing, soft):
    z = normal(6, 4, scale=5).requires_grad_()
    targets = normal(6, 4).softmax(-1) if soft else torch.randint(4, (6,), generator=generator)
    ours = losses.cross_entropy(z, targets, smoothing)
    reference = F.cross_entropy(z, targets, label_smoothing=smoothing)
    torch.testing.assert_close(ours, reference)
    torch.testing.assert_close(*(torch.autograd.grad(loss, z)[0] for loss in (ours, reference)))


def test_cross_entropy_where_another_class_is_impossible():
    z = torch.tensor([[0.0, 1.0, -torch.inf]], requires_grad=True)
    label = torch.tensor([0])
    ours, reference = losses.cross_entropy(z, label), F.cross_entropy(z, label)
    torch.testing.assert_close(ours, reference)
    torch.testing.assert_close(*(torch.autograd.grad(loss, z)[0] for loss in (ours, reference)))


def test_binary_cross_entropy_and_its_gradient():
    z = torch.tensor([-1e4, -30.0, 0.0, 0.5, 30.0, 1e4], requires_grad=True)
    targets = torch.tensor([0.0, 1.0, 0.3, 0.5, 0.9, 1.0])
    ours = losses.binary_cross_entropy_with_logits(z, targets)
    reference = F.binary_cross_entropy_with_logits(z, targets)
    torch.testing.assert_close(ours, reference)
    torch.testing.assert_close(*(torch.autograd.grad(loss, z)[0] for loss in (ours, reference)))


def test_one_hot_and_squared_error():
    labels = torch.randint(5, (3, 4), generator=generator)
    assert torch.equal(losses.one_hot(labels, 5), F.one_hot(labels, 5).float())
    a, b = normal(3, 4), normal(3, 4)
    torch.testing.assert_close(losses.squared_error(a, b), F.mse_loss(a, b))


def test_kl_divergence():
    p, q = normal(3, 4).softmax(-1), normal(3, 4).softmax(-1)
    p[0] = torch.tensor([1.0, 0, 0, 0])
    torch.testing.assert_close(losses.kl_divergence(p, q).sum(), F.kl_div(q.log(), p, reduction="sum"))


@pytest.mark.parametrize(
    "loss",
    [
        lambda z: losses.log_sum_exp(z),
        lambda z: losses.softmax(z, 0.7),
        lambda z: losses.cross_entropy(z, torch.tensor([0, 2, 1]), 0.1),
        lambda z: losses.binary_cross_entropy_with_logits(z, torch.full_like(z, 0.3)),
        lambda z: losses.squared_error(z, torch.zeros_like(z)),
    ],
)
def test_gradients_by_finite_differences(loss):
    assert gradcheck(loss, normal(3, 4).requires_grad_())
