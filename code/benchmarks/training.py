"""What `fit` costs beside a bare PyTorch loop: same model, data, optimiser and schedule, turn by turn.

Run it with ``python benchmarks/training.py``; it takes about a minute on one core.
"""

import time
from collections.abc import Callable
from statistics import median

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.data import TensorDataset

from dlvc.training import fit

SAMPLES, EPOCHS, BATCH, LR, REPEATS = 10_000, 5, 128, 3e-3, 3


def softmax_regression() -> nn.Module:
    """Return 7,850 weights: a step costs little, so the loop's own cost shows."""
    return nn.Sequential(nn.Flatten(), nn.Linear(28 * 28, 10))


def mlp() -> nn.Module:
    """Return one hidden layer of 256."""
    return nn.Sequential(nn.Flatten(), nn.Linear(28 * 28, 256), nn.ReLU(), nn.Linear(256, 10))


def cnn() -> nn.Module:
    """Return two small convolutions and a linear layer."""
    features = [
        nn.Conv2d(1, 8, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(8, 16, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
    ]
    return nn.Sequential(*features, nn.Flatten(), nn.Linear(16 * 5 * 5, 10))


def ours(model: nn.Module, images: Tensor, labels: Tensor) -> None:
    """Train with `fit`."""
    train = TensorDataset(images, labels)
    fit(model, F.cross_entropy, train, epochs=EPOCHS, batch_size=BATCH, lr=LR, progress=False)


def bare(model: nn.Module, images: Tensor, labels: Tensor) -> None:
    """Train with the shortest loop that PyTorch allows."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=LR)
    steps = EPOCHS * -(-len(images) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LR, total_steps=steps, cycle_momentum=False)
    for _ in range(EPOCHS):
        for indices in torch.randperm(len(images)).split(BATCH):
            optimizer.zero_grad()
            F.cross_entropy(model(images[indices]), labels[indices]).backward()
            optimizer.step()
            schedule.step()


def seconds(train: Callable[[nn.Module, Tensor, Tensor], None], model: nn.Module) -> float:
    """Measure one training on random pictures."""
    images, labels = torch.rand(SAMPLES, 1, 28, 28), torch.randint(10, (SAMPLES,))
    began = time.perf_counter()
    train(model, images, labels)
    return time.perf_counter() - began


def main() -> None:
    """Print the table."""
    torch.set_num_threads(1)
    seconds(ours, softmax_regression())  # the first call loads what comes late
    print(f"{SAMPLES} pictures of 28 x 28, {EPOCHS} epochs, batch {BATCH}, one thread; median of {REPEATS}")
    print(f"{'model':<20}{'fit, s':>8}{'bare, s':>9}{'ratio':>7}{'a step more, µs':>17}")
    for make in (softmax_regression, mlp, cnn):
        pairs = [(seconds(ours, make()), seconds(bare, make())) for _ in range(REPEATS)]
        mine, theirs = (median(column) for column in zip(*pairs, strict=True))
        more = (mine - theirs) / (EPOCHS * -(-SAMPLES // BATCH)) * 1e6
        print(f"{make.__name__:<20}{mine:>8.2f}{theirs:>9.2f}{mine / theirs:>7.2f}{more:>17.0f}")


if __name__ == "__main__":
    main()
