"""Two networks trained against each other, and how many classes the pictures of one cover."""

import math

import pytest
import torch
from torch import nn

from dlvc import adversarial, games, losses, metrics, models


class Weight(nn.Module):
    """A network with one weight: `role` says what it does with it."""

    latent_size = 1

    def __init__(self, start, role):
        super().__init__()
        self.weight = nn.Parameter(torch.tensor(start, dtype=torch.float64))
        self.role = role

    def forward(self, x):
        return self.role(x, self.weight)


def players(w, b):
    """The two players of `games` as networks: of b, and of w."""
    generator = Weight(b, lambda z, b: z.view(-1, 1, 1, 1) + b)
    discriminator = Weight(w, lambda x, w: (w * (x - 3)).flatten())
    return generator, discriminator


def test_a_step_is_one_of_the_discriminator_and_then_one_of_the_generator():
    generator, discriminator = players(0.4, 1.0)
    real, z = torch.randn(2, 50, 1, 1, 1, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    optimizers = tuple(torch.optim.SGD(network.parameters(), lr=0.1) for network in (generator, discriminator))
    paid = adversarial.step(generator, discriminator, optimizers, real, z.view(50, 1))

    w, b = (torch.tensor(start, dtype=torch.float64, requires_grad=True) for start in (0.4, 1.0))
    real, z = real.flatten(), z.flatten()
    d_loss = -(torch.sigmoid(w * (real - 3)).log().mean() + (1 - torch.sigmoid(w * (z + 1 - 3))).log().mean())
    moved = (w - 0.1 * torch.autograd.grad(d_loss, w)[0]).detach()
    g_loss = -torch.sigmoid(moved * (z + b - 3)).log().mean()  # of the discriminator after its step
    (slope,) = torch.autograd.grad(g_loss, b)
    assert discriminator.weight.item() == pytest.approx(moved.item())
    assert generator.weight.item() == pytest.approx((b - 0.1 * slope).item())
    assert paid == pytest.approx({"discriminator": d_loss.item(), "generator": g_loss.item()})


def test_an_average_follows_by_the_share_that_does_not_fade():
    average, network = (nn.Linear(3, 2) for _ in range(2))
    wanted = 0.9 * average.weight.detach() + 0.1 * network.weight.detach()
    before = network.weight.detach().clone()
    adversarial.follow(average, network, 0.9)
    torch.testing.assert_close(average.weight.detach(), wanted)
    assert network.weight.equal(before)


def small(seed=0):
    torch.manual_seed(seed)
    return models.Generator(2, 3, 1, 28), models.Discriminator(2, 1, 28)


PICTURES = torch.rand(20, 1, 28, 28, generator=torch.Generator().manual_seed(0)) * 2 - 1


def test_fit_repeats_itself_and_leaves_the_random_state_and_the_modes():
    ends = []
    for _ in range(2):
        generator, discriminator = small()
        generator.eval()
        before = torch.get_rng_state()
        steps = []
        paid = adversarial.fit(
            generator, discriminator, PICTURES, epochs=2, batch_size=8, watch=steps.append, progress=False
        )
        assert torch.equal(before, torch.get_rng_state())
        assert not generator.training
        assert discriminator.training
        assert steps == [0, 1, 2, 3, 4]  # 20 pictures are two whole batches
        assert [len(costs) for costs in paid.values()] == [4, 4]
        ends.append(torch.cat([weight.flatten() for weight in generator.parameters()]))
    assert torch.equal(*ends)
    assert not torch.equal(ends[0], torch.cat([weight.flatten() for weight in small()[0].parameters()]))


def test_fit_takes_other_losses():
    paid = adversarial.fit(
        *small(), PICTURES, epochs=1, batch_size=8, progress=False, generator_loss=lambda logits: 0 * logits.mean() + 7
    )
    assert paid["generator"] == [7.0, 7.0]


def test_fit_refuses_what_it_cannot_use():
    with pytest.raises(ValueError, match="pictures are 20; a batch needs 128"):
        adversarial.fit(*small(), PICTURES, epochs=1)
    with pytest.raises(ValueError, match="epochs"):
        adversarial.fit(*small(), PICTURES, epochs=0, batch_size=8)


def test_draw_gives_pictures_from_0_to_1_by_running_averages():
    generator, _ = small()
    z = torch.randn(4, 3)
    pictures = adversarial.draw(generator, z)
    torch.testing.assert_close(pictures[:1], adversarial.draw(generator, z[:1]))  # not by the batch's own
    assert generator.training
    torch.testing.assert_close(pictures, (generator.eval()(z).detach() + 1) / 2)


def test_classes_covered_counts_what_is_sure_and_frequent():
    probabilities = torch.zeros(100, 4)
    probabilities[:60, 0] = 1.0
    probabilities[60:98, 1] = 0.8
    probabilities[98:99, 2] = 1.0  # 1 % of the pictures
    probabilities[99:, 3] = 0.5  # not above one half
    assert metrics.classes_covered(probabilities) == 3
    assert metrics.classes_covered(probabilities, sure=0.9) == 2
    assert metrics.classes_covered(probabilities, share=0.02) == 2
    with pytest.raises(ValueError, match="got 0 pictures"):
        metrics.classes_covered(probabilities[:0])


def test_a_blur_adds_noise_of_its_spread_to_whatever_it_sees():
    torch.manual_seed(0)
    x = torch.full((100, 3, 20), 5.0)
    blur = adversarial.Blur(0.5)
    assert (blur(x) - x).std().item() == pytest.approx(0.5, rel=0.05)
    assert (blur(x) - x).mean().item() == pytest.approx(0.0, abs=0.03)
    blur.sigma = 0.0
    assert blur(x).equal(x)


def test_ring_has_eight_modes_of_the_same_size():
    points = games.draw_ring(8000, torch.Generator().manual_seed(0))
    modes = games.modes_of(points)
    counts = modes.sum(0)
    assert counts.min() > 850  # of 1,000, of which 1.1 % are farther away than three standard deviations
    assert modes.sum(1).max() == 1
    assert modes.mean().item() * games.MODES == pytest.approx(1 - math.exp(-4.5), abs=0.005)
    torch.testing.assert_close(points.norm(dim=1).mean(), torch.tensor(2.0), atol=0.02, rtol=0)
    assert metrics.classes_covered(modes) == games.MODES
    assert not games.modes_of(torch.zeros(5, 2)).any()


def test_a_negative_spread_is_refused():
    with pytest.raises(ValueError, match="spread is -1"):
        games.one_pixel_value(torch.zeros(2), -1.0)


@pytest.mark.usefixtures("untyped")
@pytest.mark.parametrize("bad", [torch.tensor([torch.nan]), torch.zeros(0)])
def test_losses_refuse_what_has_no_mean(bad):
    for call in (
        lambda: losses.discriminator_loss(bad, torch.zeros(2)),
        lambda: losses.discriminator_loss(torch.zeros(2), bad),
        lambda: losses.generator_loss(bad),
    ):
        with pytest.raises(ValueError, match=r"NaN|empty"):
            call()
