"""The chapter's losses against torch.distributions, and its models against their parts."""

import pytest
import torch
from torch.autograd import gradcheck
from torch.distributions import Independent, Normal, kl_divergence
from torchmetrics.image.fid import FrechetInceptionDistance

from dlvc import losses, metrics, models

generator = torch.Generator().manual_seed(0)


def normal(*shape, scale=1.0):
    return scale * torch.randn(*shape, generator=generator, dtype=torch.float64)


def test_kl_and_its_gradients():
    mu, logvar = normal(6, 4).requires_grad_(), normal(6, 4, scale=3).requires_grad_()
    q = Independent(Normal(mu, (0.5 * logvar).exp()), 1)
    prior = Independent(Normal(torch.zeros_like(mu), torch.ones_like(mu)), 1)
    ours, reference = losses.kl_standard_normal(mu, logvar), kl_divergence(q, prior).mean()
    torch.testing.assert_close(ours, reference)
    for a, b in zip(*(torch.autograd.grad(loss, (mu, logvar)) for loss in (ours, reference)), strict=True):
        torch.testing.assert_close(a, b)
    assert gradcheck(losses.kl_standard_normal, (mu, logvar))


def test_kl_keeps_its_digits_near_the_prior():
    mu, logvar = torch.zeros(1, 1), torch.full((1, 1), 1e-4)
    exact = losses.kl_standard_normal(mu.double(), logvar.double())
    assert losses.kl_standard_normal(mu, logvar).item() == pytest.approx(
        exact.item(), rel=0.05
    )  # naively 0 or twice it


def test_beta_vae_loss_is_a_negative_elbo():
    x, x_hat = torch.rand(5, 1, 4, 4, dtype=torch.float64), torch.rand(5, 1, 4, 4, dtype=torch.float64)
    mu, logvar, variance = normal(5, 3), normal(5, 3), 0.3
    likelihood = Independent(Normal(x_hat, variance**0.5), 3).log_prob(x)
    prior = Normal(torch.zeros_like(mu), torch.ones_like(mu))
    elbo = likelihood - kl_divergence(Normal(mu, (0.5 * logvar).exp()), prior).sum(1)
    constant = Independent(Normal(x, variance**0.5), 3).log_prob(x)
    reference = (2 * variance * (constant - elbo)).mean()
    torch.testing.assert_close(losses.beta_vae_loss(x_hat, x, mu, logvar, variance), reference)
    inputs = (x_hat.requires_grad_(), x, mu.requires_grad_(), logvar.requires_grad_(), 0.7)
    assert gradcheck(losses.beta_vae_loss, inputs)


def test_beta_vae_loss_refuses():
    x, code = torch.rand(2, 3), torch.zeros(2, 1)
    with pytest.raises(ValueError, match="beta is -1"):
        losses.beta_vae_loss(x, x, code, code, -1.0)


def test_kl_refuses_shapes_that_would_broadcast(untyped):  # noqa: ARG001
    with pytest.raises(ValueError, match="must be equal"):
        losses.kl_standard_normal(torch.zeros(2, 3), torch.zeros(1, 3))


def test_draws_have_the_right_distribution_and_gradients():
    mu, logvar = torch.tensor([1.0, -2.0]), torch.tensor([0.5, -1.0])
    ours = models.reparameterize(mu.expand(200_000, 2), logvar.expand(200_000, 2), torch.Generator().manual_seed(0))
    torch.testing.assert_close(ours.mean(0), mu, atol=0.01, rtol=0)
    torch.testing.assert_close(ours.var(0), logvar.exp(), atol=0.02, rtol=0)

    def draw(mu, logvar):
        return models.reparameterize(mu, logvar, torch.Generator().manual_seed(0))

    assert gradcheck(draw, (normal(3, 2).requires_grad_(), normal(3, 2).requires_grad_()))


def test_importance_weighted_bound_rises_to_the_likelihood():
    # z ~ N(0, 1), x ~ N(z, 1), q(z|x) = N(0, 1): the log-likelihood is that of N(0, 2).
    x = torch.tensor(1.0).double()
    z = normal(4000, 64)
    log_weights = Normal(z, 1.0).log_prob(x)  # prior and q cancel
    bounds = [losses.importance_weighted_bound(log_weights[:, :k]).mean().item() for k in (1, 4, 64)]
    exact = Normal(0.0, 2**0.5).log_prob(x).item()
    assert bounds[0] < bounds[1] < bounds[2] < exact + 0.01
    assert bounds[2] == pytest.approx(exact, abs=0.02)


def test_slerp_keeps_length_and_ends():
    a, b = normal(8), normal(8)
    a, b = a / a.norm(), b / b.norm()
    path = models.slerp(a, b, torch.linspace(0, 1, 7).double())
    torch.testing.assert_close(path.norm(dim=1), torch.ones(7).double())
    torch.testing.assert_close(path[0], a)
    torch.testing.assert_close(path[-1], b)
    steps = path.diff(dim=0).norm(dim=1)
    torch.testing.assert_close(steps, steps[0].expand(6))
    torch.testing.assert_close(models.slerp(a, a, torch.tensor([0.5]).double())[0], a)


def test_frechet_distance_is_that_of_torchmetrics():
    torch.manual_seed(0)
    network = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(16, 5))
    real, fake = torch.rand(40, 1, 4, 4), torch.rand(30, 1, 4, 4) ** 2
    metric = FrechetInceptionDistance(feature=network, normalize=True, input_img_size=(1, 4, 4))
    with torch.no_grad():
        metric.update(real, real=True)
        metric.update(fake, real=False)
        ours = metrics.frechet_distance(network(real), network(fake))
    assert ours == pytest.approx(metric.compute().item(), rel=1e-4)
    with pytest.raises(ValueError, match="at least 2"):
        metrics.frechet_distance(torch.zeros(1, 3), torch.zeros(5, 3))


@pytest.mark.parametrize("model", [models.Autoencoder(2), models.VAE(2)])
def test_decoder_mirrors_the_encoder(model):
    inward = [layer.in_features for layer in model.encoder.layers if isinstance(layer, torch.nn.Linear)]
    outward = [layer.out_features for layer in model.decoder[0].layers if isinstance(layer, torch.nn.Linear)]
    assert inward == outward[::-1]


def test_vae_draws_codes_and_the_loss_reaches_all_weights():
    torch.manual_seed(0)
    model, x = models.VAE(3), torch.rand(4, 1, 28, 28)
    one, other = model(x), model(x)
    assert not one.pictures.equal(other.pictures)
    assert one.mu.equal(other.mu)
    mu, logvar = model.encode(x)
    torch.manual_seed(1)
    torch.testing.assert_close(
        model(x).pictures, model.decoder(models.reparameterize(mu, logvar, torch.manual_seed(1)))
    )
    losses.beta_vae_loss(one.pictures, x, one.mu, one.logvar, 1.0).backward()
    assert all(parameter.grad.abs().sum() > 0 for parameter in model.parameters())


def test_conditional_vae_is_told_the_class_twice():
    torch.manual_seed(0)
    model, x = models.ConditionalVAE(3, 10), torch.rand(4, 1, 28, 28)
    one, other = (losses.one_hot(torch.full((4,), k), 10) for k in (1, 2))
    assert not model.encode(x, one)[0].equal(model.encode(x, other)[0])
    z = torch.zeros(4, 3)
    assert not model.decode(z, one).equal(model.decode(z, other))
    assert model((x, one)).pictures.shape == x.shape
