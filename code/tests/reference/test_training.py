"""`fit` takes the very steps of a loop written by hand in plain PyTorch."""

from functools import partial

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.optim.lr_scheduler import CosineAnnealingLR, OneCycleLR
from torch.utils.data import TensorDataset

from dlvc.training import fit

EPOCHS, BATCH, LR, SAMPLES = 3, 8, 0.05, 30  # the fourth batch of an epoch has 6 samples
STEPS = EPOCHS * 4

SCHEDULES = {
    "one-cycle": lambda optimizer: OneCycleLR(optimizer, LR, total_steps=STEPS, cycle_momentum=False),
    "cosine": lambda optimizer: CosineAnnealingLR(optimizer, T_max=STEPS),
    "constant": None,
}
OPTIMIZERS = {
    "adamw": torch.optim.AdamW,
    "sgd": partial(torch.optim.SGD, momentum=0.9, weight_decay=0.01),
}


def network() -> nn.Module:
    torch.manual_seed(1)
    return nn.Sequential(nn.Linear(5, 16), nn.Tanh(), nn.Linear(16, 3))


def weights(model: nn.Module) -> Tensor:
    return nn.utils.parameters_to_vector(model.parameters()).detach().clone()


@pytest.mark.parametrize("clip_norm", [None, 0.1])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_every_step_equals_plain_pytorch(schedule, optimizer, clip_norm):
    torch.manual_seed(0)
    train = TensorDataset(torch.randn(SAMPLES, 5), torch.randint(3, (SAMPLES,)))
    model, before_step, batches = network(), [], []

    def record(inputs, targets):
        before_step.append(weights(model))
        batches.append((inputs.clone(), targets.clone()))
        return inputs, targets

    history = fit(
        model,
        F.cross_entropy,
        train,
        epochs=EPOCHS,
        batch_size=BATCH,
        lr=LR,
        optimizer=OPTIMIZERS[optimizer],
        schedule=schedule,
        clip_norm=clip_norm,
        augment=record,
    )

    plain, losses = network(), []
    stepper = OPTIMIZERS[optimizer](plain.parameters(), lr=LR)
    scheduler = SCHEDULES[schedule] and SCHEDULES[schedule](stepper)
    for (inputs, targets), ours in zip(batches, before_step, strict=True):
        assert torch.equal(weights(plain), ours)
        loss = F.cross_entropy(plain(inputs), targets)
        losses.append(loss.item() * len(targets))
        stepper.zero_grad()
        loss.backward()
        if clip_norm is not None:
            nn.utils.clip_grad_norm_(plain.parameters(), clip_norm)
        stepper.step()
        if scheduler:
            scheduler.step()
    assert torch.equal(weights(plain), weights(model))
    assert history["train_loss"] == pytest.approx([sum(losses[i : i + 4]) / SAMPLES for i in (0, 4, 8)], rel=1e-12)
