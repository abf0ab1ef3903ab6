"""What a training step of our GRU costs beside `torch.nn.GRU`, and if it indexed: same weights and data, in turns.

Run it with ``python benchmarks/recurrent.py``; it takes about a minute on one core.
"""

import time
from statistics import median

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from dlvc import models
from dlvc.models.recurrent import gru_gates, mix

ROWS, PIXELS, CLASSES, STEPS, REPEATS = 28, 28, 10, 5, 15


class Indexed(models.GRU):
    """The same network, but the batch stays the first axis, and each step is taken out by its index."""

    def forward(self, x: Tensor, h: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Return all states and the last one, of one direction."""
        for (name,) in self.passes:
            weight_ih, weight_hh, bias_ih, bias_hh = self.weights(name)
            from_input, states = F.linear(x, weight_ih, bias_ih), []
            h = x.new_zeros(len(x), self.hidden_size)
            for t in range(x.shape[1]):
                _, z, n = gru_gates(from_input[:, t], h, weight_hh, bias_hh)
                h = mix(n, h, z)
                states.append(h)
            x = torch.stack(states, 1)
        return x, x[:, -1]


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
    print(f"{'batch':>5}{'hidden':>8}{'layers':>8}{'dlvc, ms':>10}{'torch, ms':>11}{'ratio':>7}{'indexed':>9}")
    for batch in (32, 128):
        for hidden, layers in ((64, 1), (128, 1), (128, 2)):
            x, labels = torch.randn(batch, ROWS, PIXELS), torch.randint(CLASSES, (batch,))
            grus = (
                models.GRU(PIXELS, hidden, layers),
                nn.GRU(PIXELS, hidden, layers, batch_first=True),
                Indexed(PIXELS, hidden, layers),
            )
            rivals = []
            for gru in grus:
                gru.load_state_dict(grus[0].state_dict())
                head = nn.Linear(hidden, CLASSES)
                rivals.append((gru, head, torch.optim.AdamW([*gru.parameters(), *head.parameters()])))
            turns = [[seconds(*rival, x, labels) for rival in rivals] for _ in range(REPEATS)]
            ours, theirs, indexed = (1000 * median(column) for column in zip(*turns, strict=True))
            costs = f"{ours:>10.2f}{theirs:>11.2f}{ours / theirs:>7.2f}{indexed / theirs:>9.2f}"
            print(f"{batch:>5}{hidden:>8}{layers:>8}{costs}")


if __name__ == "__main__":
    main()
