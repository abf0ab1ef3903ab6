"""Each labelled equation of the chapter on variational autoencoders, evaluated literally in float64 NumPy."""

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from dlvc import losses, metrics, models

generator = np.random.Generator(np.random.PCG64(0))
MU, LOGVAR = generator.normal(size=(2, 5, 3))
X, X_HAT = generator.uniform(size=(2, 5, 1, 4, 4))


def torches(*arrays):
    return (torch.from_numpy(array) for array in arrays)


def close(ours, literal, tolerance=1e-12):
    ours = ours.detach().numpy() if isinstance(ours, Tensor) else ours
    np.testing.assert_allclose(ours, literal, rtol=tolerance, atol=tolerance)


def normal_density(x, mean, variance):
    return np.exp(-((x - mean) ** 2) / (2 * variance)) / np.sqrt(2 * np.pi * variance)


# A model that can be solved: z ~ N(0, 1), x ~ N(w z, s²). Then x ~ N(0, w² + s²), and given x
# z ~ N(w x / (w² + s²), s² / (w² + s²)). Integrals over z are sums over a fine grid.
W, S2, POINT = 1.5, 0.4, 0.7
Z, STEP = np.linspace(-12, 12, 240_001, retstep=True)
PRIOR = normal_density(Z, 0, 1)
LIKELIHOOD = normal_density(POINT, W * Z, S2)
LOG_P = math.log(normal_density(POINT, 0, W**2 + S2))
M, V = 0.2, 0.3  # of a q(z|x) that isn't the posterior
Q = normal_density(Z, M, V)


def integral(values):
    return values.sum() * STEP


def kl(q, p):
    terms = np.zeros_like(q)
    np.divide(q, p, out=terms, where=q > 1e-300)
    return integral(np.where(q > 1e-300, q * np.log(np.where(q > 1e-300, terms, 1)), 0))


@pytest.mark.equation("eq-autoencoder")
def test_autoencoder():
    torch.manual_seed(0)
    model = models.Autoencoder(2, (8,)).double()
    x = torch.rand(3, 1, 28, 28, dtype=torch.float64)
    weights = [parameter.detach().numpy() for parameter in model.parameters()]
    w1, b1, w2, b2, w3, b3, w4, b4 = weights
    flat = x.numpy().reshape(3, 784)
    z = np.maximum(flat @ w1.T + b1, 0) @ w2.T + b2
    x_hat = 1 / (1 + np.exp(-(np.maximum(z @ w3.T + b3, 0) @ w4.T + b4)))
    close(model(x).flatten(1), x_hat)


@pytest.mark.equation("eq-latent-model", no_function="the integral has no closed form for a network; that is the point")
def test_latent_model():
    assert math.log(integral(LIKELIHOOD * PRIOR)) == pytest.approx(LOG_P, abs=1e-9)


@pytest.mark.equation("eq-elbo", no_function="`beta_vae_loss` computes it, up to its scale and a constant")
def test_elbo():
    elbo = integral(Q * np.log(LIKELIHOOD)) - kl(Q, PRIOR)
    log_weights = np.log(LIKELIHOOD) + np.log(PRIOR) - np.log(Q)
    assert elbo == pytest.approx(integral(Q * log_weights), abs=1e-9)  # Jensen's form
    assert elbo < LOG_P


@pytest.mark.equation("eq-elbo-gap", no_function="the posterior of a network's code can't be computed")
def test_elbo_gap():
    elbo = integral(Q * np.log(LIKELIHOOD)) - kl(Q, PRIOR)
    posterior = LIKELIHOOD * PRIOR / integral(LIKELIHOOD * PRIOR)
    assert elbo + kl(Q, posterior) == pytest.approx(LOG_P, abs=1e-9)
    exact = normal_density(Z, W * POINT / (W**2 + S2), S2 / (W**2 + S2))
    np.testing.assert_allclose(posterior, exact, atol=1e-9)


@pytest.mark.equation("eq-reparameterisation")
def test_reparameterisation():
    noise = torch.randn(5, 3, generator=torch.Generator().manual_seed(3), dtype=torch.float64).numpy()
    ours = models.reparameterize(*torches(MU, LOGVAR), torch.Generator().manual_seed(3))
    close(ours, MU + np.sqrt(np.exp(LOGVAR)) * noise)


@pytest.mark.equation("eq-score-function", no_function="shown in order to be compared, and not used for training")
def test_score_function():
    f = np.cos(Z) + Z**2
    score = (Z - M) / V  # the derivative of log q with respect to the mean
    h = 1e-5
    slope = (integral(normal_density(Z, M + h, V) * f) - integral(normal_density(Z, M - h, V) * f)) / (2 * h)
    assert integral(Q * f * score) == pytest.approx(slope, abs=1e-7)
    assert integral(Q * (2 * Z - np.sin(Z))) == pytest.approx(slope, abs=1e-7)  # through the draw


@pytest.mark.equation("eq-kl-gaussian")
def test_kl_gaussian():
    literal = 0
    for mu, logvar in zip(MU, LOGVAR, strict=True):
        for m, v in zip(mu, np.exp(logvar), strict=True):
            literal += 0.5 * (m**2 + v - math.log(v) - 1) / len(MU)
    close(losses.kl_standard_normal(*torches(MU, LOGVAR)), literal)
    one = losses.kl_standard_normal(*torches(np.array([[M]]), np.array([[math.log(V)]])))
    assert one.item() == pytest.approx(kl(Q, PRIOR), abs=1e-9)


@pytest.mark.equation("eq-normal-likelihood", no_function="beta_vae_loss leaves out what no weight changes")
def test_normal_likelihood():
    literal = -sum(math.log(normal_density(x, y, S2)) for x, y in zip(X[0].flat, X_HAT[0].flat, strict=True))
    pixels = X[0].size
    assert literal == pytest.approx(((X[0] - X_HAT[0]) ** 2).sum() / (2 * S2) + pixels / 2 * math.log(2 * math.pi * S2))


def literal_beta_vae(beta):
    per_picture = []
    for x, x_hat, mu, logvar in zip(X, X_HAT, MU, LOGVAR, strict=True):
        error = sum((a - b) ** 2 for a, b in zip(x.flat, x_hat.flat, strict=True))
        price = sum(m**2 + math.exp(v) - v - 1 for m, v in zip(mu, logvar, strict=True))
        per_picture.append(error + beta * price)
    return np.mean(per_picture)


@pytest.mark.equation("eq-beta-vae")
def test_beta_vae():
    for beta in (0.0, 0.3, 2.0):
        close(losses.beta_vae_loss(*torches(X_HAT, X, MU, LOGVAR), beta), literal_beta_vae(beta))


@pytest.mark.equation("eq-beta-is-variance")
def test_beta_is_variance():
    constant = X[0].size / 2 * math.log(2 * math.pi * S2)
    log_likelihoods = -((X - X_HAT) ** 2).sum((1, 2, 3)) / (2 * S2) - constant
    divergence = losses.kl_standard_normal(*torches(MU, LOGVAR)).item()
    elbo = log_likelihoods.mean() - divergence
    close(losses.beta_vae_loss(*torches(X_HAT, X, MU, LOGVAR), S2), -2 * S2 * (elbo + constant))


@pytest.mark.equation("eq-beta-vae-higgins")
def test_beta_vae_higgins():
    price = 3.0
    constant = X[0].size / 2 * math.log(2 * math.pi * S2)
    log_likelihoods = np.array([np.log(normal_density(x, y, S2)).sum() for x, y in zip(X, X_HAT, strict=True)])
    literal = -log_likelihoods.mean() + price * losses.kl_standard_normal(*torches(MU, LOGVAR)).item()
    ours = losses.beta_vae_loss(*torches(X_HAT, X, MU, LOGVAR), price * S2)  # only the product counts
    close(ours / (2 * S2) + constant, literal)


def test_rows_of_the_table_of_losses():
    b, d, pixels = 0.7, MU.shape[1], X[0].size
    error, price = literal_beta_vae(0), literal_beta_vae(1) - literal_beta_vae(0)
    kl_mean = losses.kl_standard_normal(*torches(MU, LOGVAR)).item()
    rows = [  # the loss, the factor that it has too much, the beta
        (error + b * price, 1, b),
        (error + b * kl_mean, 1, b / 2),
        (error / pixels + b * price, 1 / pixels, b * pixels),
        (error / pixels + b * kl_mean, 1 / pixels, b * pixels / 2),
        (error / pixels + b * kl_mean / d, 1 / pixels, b * pixels / (2 * d)),
        (error / (2 * S2) + b * kl_mean, 1 / (2 * S2), b * S2),
    ]
    for loss, factor, beta in rows:
        close(losses.beta_vae_loss(*torches(X_HAT, X, MU, LOGVAR), beta), loss / factor)


@pytest.mark.equation("eq-rate-distortion")
def test_rate_distortion():
    distortion = ((X - X_HAT) ** 2).sum() / len(X)
    rate = 0.5 * (MU**2 + np.exp(LOGVAR) - LOGVAR - 1).sum(1).mean()
    close(losses.beta_vae_loss(*torches(X_HAT, X, MU, LOGVAR), 0.7), distortion + 2 * 0.7 * rate)


@pytest.mark.equation("eq-rate-split", no_function="the information can't be computed for a network's codes")
def test_rate_split():
    q = generator.uniform(0.1, 1, size=(7, 4))  # of 4 codes, for each of 7 pictures
    q /= q.sum(1, keepdims=True)
    prior = np.array([0.1, 0.2, 0.3, 0.4])
    rate = (q * np.log(q / prior)).sum(1).mean()
    together = q.mean(0)
    joint = q / len(q)  # of picture and code
    information = (joint * np.log(joint / np.outer(joint.sum(1), joint.sum(0)))).sum()
    assert rate == pytest.approx(information + (together * np.log(together / prior)).sum(), abs=1e-12)


@pytest.mark.equation("eq-optimal-variance", no_function="one division, done in the chapter's cell")
def test_optimal_variance():
    error, pixels = 3.7, 16
    best = error / pixels
    candidates = np.linspace(0.5 * best, 2 * best, 10_001)
    prices = error / (2 * candidates) + pixels / 2 * np.log(2 * np.pi * candidates)
    assert candidates[prices.argmin()] == pytest.approx(best, rel=1e-3)
    assert prices.min() == pytest.approx(pixels / 2 * (math.log(2 * math.pi * best) + 1), abs=1e-6)


@pytest.mark.equation("eq-linear-collapse", no_function="a statement on the best weights of a linear autoencoder")
@pytest.mark.parametrize(("spread", "beta"), [(2.0, 0.5), (2.0, 1.9), (2.0, 2.1), (0.3, 0.1)])
def test_linear_collapse(spread, beta):
    # Along one principal direction of variance `spread`: encoder z ~ N(a x, v), decoder w z. The expected loss is
    # spread (1 - w a)² + w² v + beta (a² spread + v - log v - 1), minimised here by brute force.
    a, w = (grid.ravel() for grid in np.meshgrid(np.linspace(0, 2, 801), np.linspace(0, 2, 801)))
    v = beta / (w**2 + beta)  # where the derivative by v is 0
    loss = spread * (1 - w * a) ** 2 + w**2 * v + beta * (a**2 * spread + v - np.log(v) - 1)
    best = w[loss.argmin()] ** 2
    assert best == pytest.approx(max(spread - beta, 0), abs=0.01)


def saved_and_rate(pictures, q):
    """How much squared error the best decoder saves by a code, and the rate with the best prior, for q (N, codes)."""
    codes = q.mean(0)
    mean = pictures.mean(0)
    drawn = (q.T @ pictures) / q.sum(0)[:, None]  # E[x|z]
    error = (q[:, :, None] * (pictures[:, None] - drawn) ** 2).sum((1, 2)).mean()
    rate = (q * np.log(q / codes)).sum(1).mean()
    return ((pictures - mean) ** 2).sum(1).mean() - error, rate


@pytest.mark.equation("eq-collapse-bound", no_function="a statement on all encoders and decoders")
def test_collapse_bound():
    pixels = 5
    for sharpness in (0.01, 0.3, 3.0, 30.0):
        pictures = generator.uniform(size=(7, pixels)).round(int(generator.integers(3)))
        q = np.exp(sharpness * generator.normal(size=(7, 4)))
        saved, rate = saved_and_rate(pictures, q / q.sum(1, keepdims=True))
        assert saved <= pixels / 2 * rate
    # Half of them black and half white, and a bit that tells them apart a little better than chance: nothing is lost.
    black_and_white = np.repeat([[0.0], [1.0]], pixels, axis=1)
    for excess in (1e-3, 1e-2, 0.1, 0.3):
        q = np.array([[0.5 + excess, 0.5 - excess], [0.5 - excess, 0.5 + excess]])
        saved, rate = saved_and_rate(black_and_white, q)
        assert saved <= pixels / 2 * rate
        assert saved == pytest.approx(pixels / 2 * rate, rel=excess)
        for beta, pays in ((0.24 * pixels, excess < 0.2), (pixels / 4, False), (0.26 * pixels, False)):
            assert (2 * beta * rate < saved) == pays, "whether the loss is less than that of the mean picture"


@pytest.mark.equation("eq-iwae")
def test_iwae():
    log_weights = generator.normal(size=(4, 7))
    literal = [math.log(sum(math.exp(value) for value in row) / 7) for row in log_weights]
    close(losses.importance_weighted_bound(torch.from_numpy(log_weights)), literal)


@pytest.mark.equation("eq-slerp")
def test_slerp():
    a, b = MU[0], MU[1]
    angle = math.acos(a @ b / np.linalg.norm(a) / np.linalg.norm(b))
    for t in (0.0, 0.3, 1.0):
        literal = (math.sin((1 - t) * angle) * a + math.sin(t * angle) * b) / math.sin(angle)
        close(models.slerp(*torches(a, b), torch.tensor([t], dtype=torch.float64))[0], literal)


@pytest.mark.equation("eq-frechet")
def test_frechet():
    real, fake = generator.normal(size=(50, 4)), generator.normal(0.5, 2, size=(60, 4))
    c1, c2 = np.cov(real.T), np.cov(fake.T)
    values, vectors = np.linalg.eigh(c1)
    root = vectors @ np.diag(np.sqrt(values)) @ vectors.T
    middle = np.sqrt(np.linalg.eigvalsh(root @ c2 @ root)).sum()  # the trace of the root of a symmetric matrix
    literal = ((real.mean(0) - fake.mean(0)) ** 2).sum() + np.trace(c1) + np.trace(c2) - 2 * middle
    assert metrics.frechet_distance(*torches(real, fake)) == pytest.approx(literal, rel=1e-9)
