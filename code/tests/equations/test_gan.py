"""Each labelled equation of the chapter on adversarial networks, evaluated literally in float64 NumPy."""

from functools import partial

import numpy as np
import pytest
import torch
from scipy import integrate, stats
from torch.nn import functional as F

from dlvc import games, live, losses

generator = np.random.Generator(np.random.PCG64(0))
REAL, FAKE = generator.normal(0, 2, size=7), generator.normal(-1, 2, size=5)


def sigma(a):
    return 1 / (1 + np.exp(-a))


def close(ours, literal, tolerance=1e-12):
    ours = ours.detach().numpy() if isinstance(ours, torch.Tensor) else ours
    np.testing.assert_allclose(ours, literal, rtol=tolerance, atol=tolerance)


def tensor(values):
    return torch.tensor(values, dtype=torch.float64)


def mean(function):
    """Expectation over a standard normal distribution, by adaptive quadrature."""
    return integrate.quad(lambda z: stats.norm.pdf(z) * function(z), -9, 9, epsabs=1e-12)[0]


PLACES = [(0.7, 1.2, 1.0), (-1.1, 4.0, 0.5), (0.0, 3.0, 1.0), (1.5, 2.0, 0.0)]


@pytest.mark.equation("eq-one-pixel")
@pytest.mark.parametrize(("w", "b", "s"), PLACES)
def test_one_pixel(w, b, s):
    literal = mean(lambda z: np.log(sigma(w * ((3 + s * z) - 3)))) + mean(
        lambda z: np.log(1 - sigma(w * ((s * z + b) - 3)))
    )
    close(games.one_pixel_value(tensor([w, b]), s), literal, 1e-7)


@pytest.mark.equation("eq-one-pixel-no-logs")
@pytest.mark.parametrize(("w", "b", "s"), PLACES)
def test_one_pixel_without_logs(w, b, s):
    literal = mean(lambda z: sigma(w * s * z)) + mean(lambda z: 1 - sigma(w * (s * z + b - 3)))
    close(games.one_pixel_value(tensor([w, b]), s, logs=False), literal, 1e-7)


def slopes(place, s, logs=True):
    return torch.autograd.functional.jacobian(partial(games.one_pixel_value, spread=s, logs=logs), tensor(place))


@pytest.mark.equation("eq-one-pixel-slopes", no_function="Autograd computes it from `games.one_pixel_value`.")
@pytest.mark.parametrize(("w", "b", "s"), PLACES)
def test_one_pixel_slopes(w, b, s):
    beta = b - 3
    first = mean(lambda z: s * z * (1 - sigma(w * s * z))) - mean(lambda z: (s * z + beta) * sigma(w * (s * z + beta)))
    close(slopes([w, b], s), [first, -w * mean(lambda z: sigma(w * (s * z + beta)))], 1e-7)


def bends(s, logs=True):
    value = partial(games.one_pixel_value, spread=s, logs=logs)
    return torch.autograd.functional.hessian(value, tensor([0.0, 3.0]))


@pytest.mark.equation("eq-one-pixel-curvature", no_function="Autograd computes it from `games.one_pixel_value`.")
@pytest.mark.parametrize("s", [0.0, 0.3, 1.0, 2.0])
def test_one_pixel_curvature(s):
    close(bends(s), [[-(s**2) / 2, -1 / 2], [-1 / 2, 0]], 1e-7)


@pytest.mark.equation("eq-descent-ascent")
@pytest.mark.parametrize("turns", [False, True])
def test_descent_ascent(turns):
    w, b, eta = 0.4, 1.5, 0.3
    ours = games.play(games.one_pixel_value, tensor([w, b]), lr=eta, steps=2, turns=turns)
    literal = [[w, b]]
    for _ in range(2):
        w_new = w + eta * slopes([w, b], 1.0)[0].item()
        b = b - eta * slopes([w_new if turns else w, b], 1.0)[1].item()
        w = w_new
        literal.append([w, b])
    close(ours, literal)


@pytest.mark.equation("eq-one-pixel-dynamics", no_function="The linear part of `games.play`.")
@pytest.mark.parametrize("s", [0.0, 0.7, 1.3])
def test_one_pixel_dynamics(s):
    eta, away = 0.2, np.array([2e-4, -3e-4])
    matrix = np.array([[-(s**2) / 2, -1 / 2], [1 / 2, 0]])
    value = partial(games.one_pixel_value, spread=s)
    ours = games.play(value, tensor([away[0], 3 + away[1]]), lr=eta, steps=1)[-1] - tensor([0.0, 3.0])
    close(ours, away + eta * matrix @ away, 1e-9)


@pytest.mark.equation("eq-one-pixel-factor", no_function="An absolute value of an eigenvalue.")
@pytest.mark.parametrize(("s", "eta"), [(0.0, 0.2), (0.3, 0.2), (1.0, 0.5)])
def test_one_pixel_factor(s, eta):
    literal = np.sqrt(1 - eta * s**2 / 2 + eta**2 / 4)
    eigenvalues = np.linalg.eigvals(np.array([[-(s**2) / 2, -1 / 2], [1 / 2, 0]]))
    close(abs(1 + eta * eigenvalues), [literal, literal])
    assert (literal < 1) == (eta < 2 * s**2)


@pytest.mark.equation("eq-no-logs-factor", no_function="An absolute value of an eigenvalue.")
def test_no_logs_factor():
    eta = 0.2
    curvature = bends(1.0, logs=False).numpy()
    close(curvature, [[0, -1 / 4], [-1 / 4, 0]], 1e-7)
    eigenvalues = np.linalg.eigvals(np.array([curvature[0], -curvature[1]]))
    close(abs(1 + eta * eigenvalues), np.sqrt(1 + eta**2 / 16), 1e-7)


# Densities of two distributions over the cells of a grid.
P, Q = generator.dirichlet(np.ones(6), size=2)


def literal_value(d, p=P, q=Q):
    return (p * np.log(d) + q * np.log(1 - d)).sum()


@pytest.mark.equation("eq-gan-minmax", no_function="Its estimate is minus `losses.discriminator_loss`.")
def test_gan_minmax():
    literal = np.log(sigma(REAL)).mean() + np.log(1 - sigma(FAKE)).mean()
    close(-losses.discriminator_loss(tensor(REAL), tensor(FAKE)), literal)


@pytest.mark.equation("eq-optimal-discriminator", no_function="Derived; the chapter needs no function of it.")
def test_optimal_discriminator():
    best = P / (P + Q)
    for other in (best + 0.01, best - 0.01, sigma(REAL[:6])):
        assert literal_value(np.clip(other, 1e-9, 1 - 1e-9)) < literal_value(best)


@pytest.mark.equation("eq-jensen-shannon", no_function="Two of `losses.kl_divergence`.")
def test_jensen_shannon():
    to_mixture = [losses.kl_divergence(tensor(each), tensor((P + Q) / 2)) for each in (P, Q)]
    js = sum(to_mixture).item() / 2
    close(js, sum((each * np.log(each / ((P + Q) / 2))).sum() for each in (P, Q)) / 2)
    close(literal_value(P / (P + Q)), 2 * js - np.log(4))


@pytest.mark.equation("eq-total-variation", no_function="Derived; the chapter computes it in a line.")
def test_total_variation():
    answers = generator.uniform(size=(2000, 6))
    values = answers @ P + (1 - answers) @ Q
    literal = 1 + np.abs(P - Q).sum() / 2
    assert values.max() < literal
    close((P > Q) @ P + (P <= Q) @ Q, literal)


@pytest.mark.equation("eq-gan-d")
def test_gan_d():
    literal = -np.log(sigma(REAL)).sum() / 7 - np.log(1 - sigma(FAKE)).sum() / 5
    close(losses.discriminator_loss(tensor(REAL), tensor(FAKE)), literal)


@pytest.mark.equation("eq-gan-g")
def test_gan_g():
    close(losses.generator_loss(tensor(FAKE)), -np.log(sigma(FAKE)).sum() / 5)


@pytest.mark.equation("eq-generator-slopes", no_function="Autograd computes them.")
def test_generator_slopes():
    a = tensor(FAKE).requires_grad_()
    close(torch.autograd.grad(F.logsigmoid(-a).sum(), a)[0], -sigma(FAKE))
    close(torch.autograd.grad(5 * losses.generator_loss(a), a)[0], -(1 - sigma(FAKE)))


def normal(x, mean):
    return stats.norm.pdf(x, mean)


def kl(p, q):
    return integrate.quad(lambda x: p(x) * np.log(p(x) / q(x)), -8, 14, epsabs=1e-11)[0]


@pytest.mark.equation("eq-non-saturating-gradient", no_function="Derived; the chapter computes it by autograd.")
@pytest.mark.parametrize("b", [0.5, 2.0, 3.0, 5.0])
def test_non_saturating_gradient(b):
    def p(x):
        return normal(x, 3.0)

    def best(x):  # stands still while b moves
        return p(x) / (p(x) + normal(x, b))

    def paid(moved):
        return mean(lambda z: -np.log(best(z + moved)))

    def divergence(moved):
        def q(x):
            return normal(x, moved)

        def m(x):
            return (p(x) + q(x)) / 2

        return kl(q, p) - 2 * (kl(p, m) / 2 + kl(q, m) / 2)

    small = 1e-3
    ours, literal = ((of(b + small) - of(b - small)) / (2 * small) for of in (paid, divergence))
    close(ours, literal, 1e-5)


@pytest.mark.equation("eq-transposed-size", no_function="torch.nn.ConvTranspose2d computes its own.")
@pytest.mark.parametrize(("n", "k", "r", "c"), [(7, 4, 2, 1), (8, 3, 2, 0), (1, 7, 1, 0), (5, 5, 3, 2)])
def test_transposed_size(n, k, r, c):
    assert (
        F.conv_transpose1d(torch.ones(1, 1, n), torch.ones(1, 1, k), stride=r, padding=c).shape[-1]
        == (n - 1) * r + k - 2 * c
    )


@pytest.mark.equation("eq-ring")
def test_ring():
    pair = generator.normal(size=(2, 4))
    turns = np.array([0, 0.1, 0.25, 0.7])
    literal = [np.cos(2 * np.pi * turn) * pair[0] + np.sin(2 * np.pi * turn) * pair[1] for turn in turns]
    close(live.on_ring(tensor(pair), tensor(turns)), literal)
