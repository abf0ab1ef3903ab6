"""What a training step of our GRU costs beside `torch.nn.GRU`: same weights, data and optimiser, turn by turn.

Run it with ``python benchmarks/recurrent.py``; it takes about half a minute on one core.
"""

import time
from statistics import median

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from dlvc import models

ROWS, PIXELS, CLASSES, STEPS, REPEATS = 28, 28, 10, 5, 15


def seconds(gru: nn.Module, head: nn.Linear, optimizer: torch.optim.Optimizer, x: Tensor, labels: Tensor) -> float:
    """Measure a training step: forwards, backwards, and the optimiser."""
    began = time.perf_counter()
    for _ in range(STEPS):
        optimizer.zero_grad()
        F.cross_entropy(head(gru(x)[0][:, -1]), labels).backward()
        optimizer.step()
    return (time.perf_counter() - began) / STEPS


def main() -> None:
    """Print the table."""
    torch.set_num_threads(1)
    print(f"sequences of {ROWS} rows of {PIXELS} pixels, one thread; median of {REPEATS} turns of {STEPS} steps")
    print(f"{'batch':>5}{'hidden':>8}{'layers':>8}{'dlvc, ms':>10}{'torch, ms':>11}{'ratio':>7}")
    for batch in (32, 128):
        for hidden, layers in ((64, 1), (128, 1), (128, 2)):
            x, labels = torch.randn(batch, ROWS, PIXELS), torch.randint(CLASSES, (batch,))
            grus = models.GRU(PIXELS, hidden, layers), nn.GRU(PIXELS, hidden, layers, batch_first=True)
            rivals = []
            for gru in grus:
                gru.load_state_dict(grus[0].state_dict())
                head = nn.Linear(hidden, CLASSES)
                rivals.append((gru, head, torch.optim.AdamW([*gru.parameters(), *head.parameters()])))
            turns = [[seconds(*rival, x, labels) for rival in rivals] for _ in range(REPEATS)]
            ours, theirs = (1000 * median(column) for column in zip(*turns, strict=True))
            print(f"{batch:>5}{hidden:>8}{layers:>8}{ours:>10.2f}{theirs:>11.2f}{ours / theirs:>7.2f}")


if __name__ == "__main__":
    main()
