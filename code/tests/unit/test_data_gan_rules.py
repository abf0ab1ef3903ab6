"""The measurements of five rules of training that come with the package: the table, and the script that makes it."""

import numpy as np
import pytest
import torch
from torch.utils.data import TensorDataset

from dlvc import adversarial, data, losses, metrics, training
from dlvc.data.build import gan_rules
from dlvc.data.build.style_digits import small


@pytest.fixture(scope="module")
def pictures() -> torch.Tensor:
    return 2 * small(data.load("mnist", "validation").tensors[0][:500]) - 1


def test_the_table_has_every_rule_seed_and_look() -> None:
    table = data.read("gan-rules")  # whose sha256 is checked
    assert table["rules"].tolist() == list(gan_rules.RULES)
    shape = (len(gan_rules.RULES), len(gan_rules.SEEDS), gan_rules.LOOKS)
    for name in ("distance", "classes", "claim"):
        assert table[name].shape == shape
        assert np.isfinite(table[name]).all()
    assert (np.diff(table["operations"]) > 0).all()
    assert table["seconds"].shape == shape[:2]


def test_equal_cost_gives_a_dear_rule_fewer_turns(pictures: torch.Tensor) -> None:
    prices, turns = gan_rules.turns_at_equal_cost(pictures, 2500)
    assert turns["logistic"] == 2500
    spent = [prices[name] * turns[name] for name in gan_rules.RULES]
    assert max(spent) < 1.001 * min(spent)
    assert turns["WGAN-GP"] < 1000


@pytest.mark.parametrize("name", gan_rules.RULES)
def test_a_match_is_the_same_for_the_same_seed_and_leaves_the_readers_random_state(
    name: str, pictures: torch.Tensor
) -> None:
    before = torch.get_rng_state()
    matches = [gan_rules.Match(gan_rules.RULES[name], pictures, seed) for seed in (0, 0, 1)]
    claims = [[match.turn() for _ in range(2)] for match in matches]
    assert torch.get_rng_state().equal(before)
    assert claims[0] == claims[1] != claims[2]
    weights = [match.generator.layers[1].weight for match in matches]
    assert weights[0].equal(weights[1])
    assert not weights[0].equal(weights[2])


def test_a_claim_is_minus_the_judges_loss_without_the_penalty(pictures: torch.Tensor) -> None:
    real = pictures[:1].expand(64, -1, -1, -1)  # whichever is drawn
    match = gan_rules.Match(gan_rules.RULES["WGAN-GP"]._replace(rounds=1), real, seed=3)
    random = torch.Generator().manual_seed(3)
    torch.randint(64, (64,), generator=random)
    with torch.no_grad():
        fake = match.generator(torch.randn(64, 32, generator=random))
        claim = match.judge(real).mean() - match.judge(fake).mean()
    assert match.turn() == pytest.approx(claim.item(), abs=1e-5)


def test_looks_lie_at_equal_distances_and_the_last_one_shows_the_end(pictures: torch.Tensor) -> None:
    labels = torch.arange(500) % 10
    instrument = gan_rules.Instrument(TensorDataset((pictures + 1) / 2, labels), (pictures + 1) / 2)
    match = gan_rules.Match(gan_rules.RULES["hinge, SN"], pictures, seed=0)
    turns: list[int] = []
    turn = match.turn
    match.turn = lambda: (turns.append(1), turn())[1]  # type: ignore[method-assign]
    rows = gan_rules.play(match, 5, instrument, looks=2)
    assert len(turns) == 5
    assert rows.shape == (2, 4)
    drawn = adversarial.draw(match.generator, torch.randn(2000, 32, generator=torch.Generator().manual_seed(4)))
    known, found = (training.predict(instrument.hidden, part) for part in ((pictures + 1) / 2, drawn))
    assert rows[-1, 0] == pytest.approx(metrics.frechet_distance(known, found))
    answers = losses.softmax(training.predict(instrument.classifier, drawn))
    assert rows[-1, 1] == metrics.classes_covered(answers)
    assert 0 < rows[0, 3] < rows[1, 3]
