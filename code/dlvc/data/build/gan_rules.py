"""Rebuild ``gan_rules.npz``: how near five rules of training bring a GAN to digits, at equal cost and on three seeds.

The data is the embedded part of MNIST at 16 pixels a side. The same seed gives the same curves on one kind of
processor; on another, other roundings lead a GAN to other weights.

    python -m dlvc.data.build.gan_rules
"""

import argparse
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.utils.data import Dataset

from dlvc import adversarial, losses, metrics, training
from dlvc.cost import operations
from dlvc.data.build.style_digits import critic, small
from dlvc.data.files import FOLDER, write_npz
from dlvc.data.load import load
from dlvc.models import MLP, Discriminator, Generator

TURNS = 2_500  # of the cheapest rule; the others have what costs as much
LOOKS = 25
SEEDS = (0, 1, 2)

Pictures = Float[Tensor, "count 1 16 16"]


class Rule(NamedTuple):
    """What a match is played by: the judge, both losses, and how fast who learns."""

    judge: Callable[[], nn.Module]
    of_judge: Callable[[Tensor, Tensor], Tensor]
    of_generator: Callable[[Tensor], Tensor]
    penalty: float = 0.0
    rounds: int = 1  # of the judge in a turn
    beta: float = 0.5  # Adam's first
    lr: float = 1e-3


with_batches = partial(Discriminator, 16, channels=1, image_size=16)
LOGISTIC = Rule(with_batches, losses.discriminator_loss, losses.generator_loss)
WASSERSTEIN = losses.wasserstein_generator_loss
RULES = {
    "logistic": LOGISTIC,
    "logistic, SN": LOGISTIC._replace(judge=critic),
    "hinge, SN": Rule(critic, losses.hinge_discriminator_loss, WASSERSTEIN),
    "WGAN-GP": Rule(partial(critic, normalised=False), losses.wasserstein_critic_loss, WASSERSTEIN, 10.0, 3, 0.0),
    "logistic, rate / 5": LOGISTIC._replace(lr=2e-4),
}


class Match:
    """A generator and a judge that play by a rule.

    Args:
        rule: what they play by.
        pictures: real ones, in [-1, 1].
        seed: of the weights and all that is drawn; the caller's random state stays as it was.
    """

    def __init__(self, rule: Rule, pictures: Pictures, seed: int) -> None:
        self.rule, self.pictures = rule, pictures
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.generator, self.judge = Generator(16, 32, 1, 16), rule.judge()
        self.random = torch.Generator().manual_seed(seed)
        adam = partial(torch.optim.Adam, lr=rule.lr, betas=(rule.beta, 0.99))
        self.of_generator, self.of_judge = adam(self.generator.parameters()), adam(self.judge.parameters())

    def turn(self) -> float:
        """Let the judge take its steps and the generator one; return the judge's claim, which is minus its loss."""
        for _ in range(self.rule.rounds):
            real = self.pictures[torch.randint(len(self.pictures), (64,), generator=self.random)]
            fake = self._fakes().detach()
            loss = paid = self.rule.of_judge(self.judge(real), self.judge(fake))
            if self.rule.penalty:
                loss = paid + self.rule.penalty * losses.gradient_penalty(self.judge, real, fake, self.random)
            _step(self.of_judge, loss)
        _step(self.of_generator, self.rule.of_generator(self.judge(self._fakes())))
        return -paid.item()

    def _fakes(self) -> Tensor:
        fakes: Tensor = self.generator(torch.randn(64, 32, generator=self.random))
        return fakes


def _step(optimizer: torch.optim.Optimizer, loss: Tensor) -> None:
    optimizer.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    optimizer.step()


def turns_at_equal_cost(pictures: Pictures, turns: int) -> tuple[dict[str, int], dict[str, int]]:
    """Return the operations of a turn of each rule, and how many turns cost as much as some of the cheapest rule.

    Args:
        pictures: real ones, in [-1, 1].
        turns: of the cheapest.
    """
    prices = {name: operations(Match(rule, pictures, seed=0).turn) for name, rule in RULES.items()}
    budget = turns * min(prices.values())
    return prices, {name: round(budget / price) for name, price in prices.items()}


class Instrument:
    """A classifier of small digits that has seen no fakes, and what it knows of real ones.

    Args:
        train: digits in [0, 1] with their classes.
        known: other digits, to which distances are measured.
        seed: of the classifier's weights and the order of the digits.
    """

    def __init__(self, train: Dataset[Any], known: Pictures, seed: int = 0) -> None:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.classifier = MLP((1, 16, 16), [128], 10)
            training.fit(self.classifier, losses.cross_entropy, train, epochs=6, lr=5e-3, progress=False)
        self.hidden = nn.Sequential(nn.Flatten(), *self.classifier.layers[:-1])  # all but the logits
        self.known = self.features(known)

    def features(self, pictures: Pictures) -> Float[Tensor, "count 128"]:
        """Return the values of the classifier's hidden layer for pictures in [0, 1]."""
        return training.predict(self.hidden, pictures)

    def distance(self, pictures: Pictures) -> float:
        """Return the Fréchet distance of pictures in [0, 1] to the known ones."""
        return metrics.frechet_distance(self.known, self.features(pictures))

    def classes(self, pictures: Pictures) -> int:
        """Count the classes that pictures in [0, 1] cover."""
        return metrics.classes_covered(losses.softmax(training.predict(self.classifier, pictures)))


def play(match: Match, turns: int, instrument: Instrument, looks: int = LOOKS) -> Float[np.ndarray, "looks 4"]:
    """Play, and return what is seen at each look.

    That is the Fréchet distance, the classes covered, the judge's mean claim since the look before, and the seconds of
    all turns so far.

    Args:
        match: fresh.
        turns: at least as many as looks.
        instrument: measures 2,000 pictures at each look.
        looks: at equal distances, the last one at the end.
    """
    z = torch.randn(2000, 32, generator=torch.Generator().manual_seed(4))
    rows, done, seconds = [], 0, 0.0
    for look in range(1, looks + 1):
        start, until = time.perf_counter(), round(look * turns / looks)
        claims = [match.turn() for _ in range(done, until)]
        seconds += time.perf_counter() - start
        done = until
        drawn = adversarial.draw(match.generator, z)
        rows.append((instrument.distance(drawn), instrument.classes(drawn), sum(claims) / len(claims), seconds))
    return np.array(rows)


def main() -> None:
    """Play all matches on one processor core, and write what was seen."""
    parser = argparse.ArgumentParser(description="Rebuild gan_rules.npz.")
    parser.add_argument("--out", type=Path, default=FOLDER)
    parser.add_argument("--turns", type=int, default=TURNS)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    images, labels = load("mnist", "train").tensors  # type: ignore[attr-defined]
    images = small(images)
    test = small(load("mnist", "test").tensors[0])  # type: ignore[attr-defined]
    instrument = Instrument(torch.utils.data.TensorDataset(images, labels), test)
    prices, turns = turns_at_equal_cost(2 * images - 1, arguments.turns)
    seen = np.full((len(RULES), len(SEEDS), LOOKS, 4), np.nan)
    for j, seed in enumerate(SEEDS):
        for i, (name, rule) in enumerate(RULES.items()):
            seen[i, j] = play(Match(rule, 2 * images - 1, seed), turns[name], instrument)
            print(f"{name:18} seed {seed}: " + " ".join(f"{value:.3g}" for value in seen[i, j, -1]), flush=True)
        distance, classes, claim, seconds = np.moveaxis(seen[:, : j + 1], -1, 0)
        operations_done = np.arange(1, LOOKS + 1) / LOOKS * arguments.turns * min(prices.values())
        table = {"rules": np.array(list(RULES)), "seeds": np.array(SEEDS[: j + 1]), "operations": operations_done}
        table |= {"distance": distance.astype(np.float32), "classes": classes.astype(np.int8)}
        table |= {"claim": claim.astype(np.float32), "seconds": seconds[..., -1].astype(np.float32)}
        print(write_npz(arguments.out / "gan_rules.npz", table), flush=True)


if __name__ == "__main__":
    main()
