"""What the losses say to bad input, as a reader meets them: without jaxtyping."""

import pytest
import torch

from dlvc import losses

pytestmark = pytest.mark.usefixtures("untyped")
z = torch.zeros(4, 3)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: losses.one_hot(torch.tensor([0, 3]), 3), "labels range from 0 to 3; with 3 classes"),
        (lambda: losses.one_hot(torch.tensor([-1]), 3), "labels range from -1 to -1"),
        (lambda: losses.one_hot(torch.tensor([1.0]), 3), "dtype torch.float32; they must be integers"),
        (
            lambda: losses.squared_error(torch.zeros(4, 1), torch.zeros(4)),
            r"shape \(4, 1\) and targets \(4,\)",
        ),
        (lambda: losses.squared_error(torch.zeros(0), torch.zeros(0)), "empty batch is undefined"),
        (lambda: losses.softmax(z, temperature=0), "temperature is 0; it must be positive"),
        (lambda: losses.softmax(z, temperature=float("nan")), "temperature is nan"),
        (lambda: losses.cross_entropy(z, torch.tensor([0, 1, 2])), r"need \(4,\)"),
        (lambda: losses.cross_entropy(z, torch.tensor([0, 1, 2, 3])), "they must lie in 0 to 2"),
        (lambda: losses.cross_entropy(z, torch.zeros(4, 2)), r"need that of the logits, \(4, 3\)"),
        (lambda: losses.cross_entropy(z, torch.full((4, 3), torch.nan)), "targets are not distributions"),
        (lambda: losses.cross_entropy(z, torch.tensor([[1.5, -0.5, 0.0]]).expand(4, 3)), "are not distributions"),
        (lambda: losses.cross_entropy(z, torch.ones(4, 3)), "each row must be at least 0 and sum to 1"),
        (lambda: losses.cross_entropy(z.int(), torch.zeros(4).long()), "logits have dtype torch.int32"),
        (lambda: losses.cross_entropy(z * torch.nan, torch.zeros(4).long()), "logits contain NaN"),
        (lambda: losses.cross_entropy(z[:0], torch.zeros(0).long()), "empty batch is undefined"),
        (lambda: losses.cross_entropy(z, torch.zeros(4).long(), 1.5), "label_smoothing is 1.5"),
        (lambda: losses.kl_divergence(z, z[:2]), "must be equal"),
        (lambda: losses.binary_cross_entropy_with_logits(z, z[:2]), "must be equal"),
        (lambda: losses.binary_cross_entropy_with_logits(z, z + 2), "must lie in \\[0, 1\\]"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_kl_divergence_of_impossible_events():
    p, q = torch.tensor([0.5, 0.5, 0.0]), torch.tensor([1.0, 0.0, 0.0])
    assert losses.kl_divergence(p, q) == torch.inf
    torch.testing.assert_close(losses.kl_divergence(q, p), torch.tensor(2.0).log())
