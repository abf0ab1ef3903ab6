"""Counted operations: known products, torch's own counter, and gradients of gradients."""

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from dlvc import losses
from dlvc.cost import operations


def test_a_product_costs_two_operations_for_each_of_its_terms():
    a, b = torch.ones(3, 4), torch.ones(4, 5)
    assert operations(lambda: a @ b) == 2 * 3 * 4 * 5
    assert operations(lambda: a + 1) == 0


def test_forward_and_backward_agree_with_torchs_counter():
    network = nn.Sequential(nn.Conv2d(2, 3, 3), nn.ReLU(), nn.Flatten(), nn.Linear(3 * 36, 1))
    x = torch.ones(4, 2, 8, 8)

    def work():
        network(x).sum().backward()

    with FlopCounterMode(display=False) as counter:
        work()
    assert operations(work) == counter.get_total_flops() > 0


def test_a_gradient_penalty_costs_more_than_the_scores():
    critic = nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 1), nn.Flatten(0))
    x = torch.rand(5, 6)
    scores = operations(lambda: critic(x).sum().backward())
    penalty = operations(lambda: losses.gradient_penalty(critic, x, x + 1, torch.Generator()).backward())
    assert penalty > 1.5 * scores
