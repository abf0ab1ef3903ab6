"""Each labelled equation of the chapter on the GAN family, evaluated literally in float64 NumPy."""

import math
from itertools import permutations

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils.parametrizations import spectral_norm

from dlvc import losses, models

generator = np.random.Generator(np.random.PCG64(0))
REAL, FAKE = generator.normal(size=(2, 6, 1, 2, 3))
A, B = generator.normal(size=(2, 1, 2, 3))  # of a critic that isn't linear: a.x + (b.x)^2


def close(ours, literal, tolerance=1e-12):
    ours = ours.detach().numpy() if isinstance(ours, torch.Tensor) else ours
    np.testing.assert_allclose(ours, literal, rtol=tolerance, atol=tolerance)


def torches(*arrays):
    return (torch.from_numpy(array) for array in arrays)


def critic(x):
    a, b = torches(A, B)
    return (a * x).flatten(1).sum(1) + (b * x).flatten(1).sum(1) ** 2


@pytest.mark.equation(
    "eq-wasserstein", no_function="no computer tries all plans; on a line, sorting finds the best one"
)
def test_wasserstein():
    p, q = generator.normal(size=5), generator.normal(1, 2, size=5)
    cheapest = min(np.abs(p - q[list(order)]).mean() for order in permutations(range(5)))
    close(np.abs(np.sort(p) - np.sort(q)).mean(), cheapest)


@pytest.mark.equation("eq-wasserstein-dual", no_function="a critic is trained towards the supremum")
def test_wasserstein_dual():
    # Two pairs of points: the plan costs 1 on average, and no function with slopes up to 1 gains more than 1.
    p, q = np.array([0.0, 4.0]), np.array([1.0, 3.0])
    cost = np.abs(np.sort(p) - np.sort(q)).mean()
    places = np.array([0.0, 1.0, 3.0, 4.0])
    gains = []
    for slopes in np.stack(np.meshgrid(*[np.linspace(-1, 1, 21)] * 3), -1).reshape(-1, 3):
        f = dict(zip(places, np.concatenate([[0], np.cumsum(slopes * np.diff(places))]), strict=True))
        gains.append(np.mean([f[x] for x in p]) - np.mean([f[x] for x in q]))
    assert max(gains) == pytest.approx(cost)


@pytest.mark.equation("eq-wgan-critic")
def test_wgan_critic():
    scores = critic(torch.from_numpy(REAL)), critic(torch.from_numpy(FAKE))
    literal = sum(scores[1].numpy()) / 6 - sum(scores[0].numpy()) / 6
    close(losses.wasserstein_critic_loss(*scores), literal)


@pytest.mark.equation("eq-wgan-generator")
def test_wgan_generator():
    scores = critic(torch.from_numpy(FAKE))
    close(losses.wasserstein_generator_loss(scores), -sum(scores.numpy()) / 6)


def between(seed):
    """The points between, with the numbers that torch draws."""
    share = torch.rand(6, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).numpy()
    return np.stack([share[n] * REAL[n] + (1 - share[n]) * FAKE[n] for n in range(6)])


@pytest.mark.equation("eq-between")
def test_between():
    seen = []

    def watching(x):
        seen.append(x.detach())
        return critic(x)

    losses.gradient_penalty(watching, *torches(REAL, FAKE), torch.Generator().manual_seed(5))
    close(seen[0], between(5))


@pytest.mark.equation("eq-gradient-penalty")
def test_gradient_penalty():
    total = 0
    for x in between(5):
        slope = A + 2 * (B * x).sum() * B  # by hand
        total += (math.sqrt((slope**2).sum()) - 1) ** 2
    close(losses.gradient_penalty(critic, *torches(REAL, FAKE), torch.Generator().manual_seed(5)), total / 6)


@pytest.mark.equation("eq-spectral-norm", no_function="`torch.nn.utils.parametrizations.spectral_norm` is used")
def test_spectral_norm():
    torch.manual_seed(0)
    layer = nn.Linear(4, 3, bias=False).double()
    w = layer.weight.detach().numpy().copy()
    directions = generator.normal(size=(200_000, 4))
    largest = (np.linalg.norm(directions @ w.T, axis=1) / np.linalg.norm(directions, axis=1)).max()
    sigma = np.linalg.svd(w)[1][0]
    assert sigma * 0.999 < largest <= sigma * (1 + 1e-12)
    close(spectral_norm(layer, n_power_iterations=100).weight, w / sigma, 1e-9)


@pytest.mark.equation("eq-lipschitz-product", no_function="a bound: what spectral normalisation of every layer is for")
def test_lipschitz_product():
    w1, w2 = generator.normal(size=(5, 4)), generator.normal(size=(3, 5))
    x, y = generator.normal(size=(2, 4, 10_000))

    def network(x):
        z = w1 @ x
        return w2 @ np.where(z > 0, z, 0.2 * z)

    ratio = np.linalg.norm(network(x) - network(y), axis=0) / np.linalg.norm(x - y, axis=0)
    bound = np.linalg.svd(w1)[1][0] * np.linalg.svd(w2)[1][0]
    assert bound / 4 < ratio.max() <= bound


@pytest.mark.equation("eq-hinge-d")
def test_hinge_d():
    real, fake = generator.normal(0, 2, size=5), generator.normal(0, 2, size=7)
    literal = sum(max(0, 1 - s) for s in real) / 5 + sum(max(0, 1 + s) for s in fake) / 7
    close(losses.hinge_discriminator_loss(*torches(real, fake)), literal)


@pytest.mark.equation(
    "eq-cgan-minmax", no_function="the losses are those of every GAN; the networks are told the class"
)
def test_cgan_minmax():
    # Told the class, the best discriminator compares densities of that class alone.
    p, q = np.array([0.7, 0.3]), np.array([0.2, 0.8])  # of one pixel that is 0 or 1, real and fake, for one class
    d = np.stack(np.meshgrid(*[np.linspace(0.01, 0.99, 99)] * 2), -1).reshape(-1, 2)
    values = np.log(d) @ p + np.log(1 - d) @ q
    best = p / (p + q)
    largest = p @ np.log(best) + q @ np.log(1 - best)
    assert values.max() <= largest
    close(values.max(), largest, 1e-3)


@pytest.mark.equation("eq-inversion", no_function="the chapter's cells descend on it")
def test_inversion():
    # For a linear generator the nearest picture is a projection, which descent finds.
    w, x = generator.normal(size=(6, 2)), generator.normal(size=6)
    z = np.zeros(2)
    for _ in range(20_000):
        z -= 0.05 * 2 * w.T @ (w @ z - x) / 6
    close(z, np.linalg.lstsq(w, x, rcond=None)[0], 1e-6)


@pytest.mark.equation("eq-adain")
def test_adain():
    content, scale, shift = generator.normal(2, 3, size=(2, 3, 4, 5)), *generator.normal(size=(2, 2, 3))
    literal = np.empty_like(content)
    for b in range(2):
        for c in range(3):
            mu = sum(content[b, c].flat) / 20
            v = sum((x - mu) ** 2 for x in content[b, c].flat) / 20
            literal[b, c] = scale[b, c] * (content[b, c] - mu) / math.sqrt(v + 0.1) + shift[b, c]
    close(models.adain(*torches(content, scale, shift), eps=0.1), literal)


@pytest.mark.equation("eq-cycle")
def test_cycle():
    a, a_back = generator.normal(size=(2, 4, 3, 2, 2))
    b, b_back = generator.normal(size=(2, 5, 1, 2, 2))
    literal = sum(abs(x - y) for x, y in zip(a_back.flat, a.flat, strict=True)) / a.size
    literal += sum(abs(x - y) for x, y in zip(b_back.flat, b.flat, strict=True)) / b.size
    close(losses.cycle_loss(*torches(a, a_back, b, b_back)), literal)


@pytest.mark.equation("eq-least-squares")
def test_least_squares():
    real, fake = generator.normal(0, 2, size=(5, 2, 3)), generator.normal(0, 2, size=(4, 2, 3))
    literal = sum((s - 1) ** 2 for s in real.flat) / 30 + sum(s**2 for s in fake.flat) / 24
    close(losses.least_squares_discriminator_loss(*torches(real, fake)), literal)


@pytest.mark.equation("eq-cyclegan")
def test_cyclegan():
    of_b, of_a = generator.normal(0, 2, size=(2, 5, 2, 3))
    a, a_back, b, b_back = generator.normal(size=(4, 5, 1, 2, 2))
    literal = sum((s - 1) ** 2 for s in of_b.flat) / 30 + sum((s - 1) ** 2 for s in of_a.flat) / 30
    literal += 10 * (np.abs(a_back - a).mean() + np.abs(b_back - b).mean())
    fooled = sum(losses.least_squares_generator_loss(scores) for scores in torches(of_b, of_a))
    close(fooled + 10 * losses.cycle_loss(*torches(a, a_back, b, b_back)), literal)
