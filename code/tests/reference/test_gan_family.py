"""The GAN family against torch.nn: instance norm, spectral norm by SVD, parameter counts, networks from the papers."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.parametrizations import spectral_norm

from dlvc import losses, models

generator = torch.Generator().manual_seed(0)


def normal(*shape):
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


def size(model):
    return sum(parameter.numel() for parameter in model.parameters())


def test_adain_is_instance_norm_with_a_scale_and_shift_for_each_picture():
    x, scale, shift = (3 * normal(4, 3, 5, 6) + 2).requires_grad_(), normal(4, 3), normal(4, 3)
    ours = models.adain(x, scale, shift)
    theirs = torch.cat([F.instance_norm(x[i : i + 1], weight=scale[i], bias=shift[i]) for i in range(4)])
    torch.testing.assert_close(ours, theirs)
    weights = normal(*x.shape)
    torch.testing.assert_close(*(torch.autograd.grad((y * weights).sum(), x)[0] for y in (ours, theirs)))
    torch.testing.assert_close(ours.mean((2, 3)), shift)
    torch.testing.assert_close(ours.std((2, 3), correction=0), scale.abs(), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("layer", [nn.Linear(7, 5), nn.Conv2d(3, 5, 4)])
def test_torchs_spectral_norm_divides_by_the_largest_singular_value(layer):
    torch.manual_seed(0)
    largest = torch.linalg.matrix_norm(layer.weight.detach().flatten(1), 2)
    wanted = layer.weight.detach() / largest
    spectral_norm(layer, n_power_iterations=50)
    torch.testing.assert_close(layer.weight, wanted, rtol=1e-4, atol=1e-5)


def test_the_gradient_penalty_of_a_linear_critic_is_known():
    weight = torch.tensor([3.0, 4.0], requires_grad=True)
    penalty = losses.gradient_penalty(
        lambda x: x @ weight, torch.rand(6, 2), torch.rand(6, 2), generator.manual_seed(0)
    )
    assert penalty.item() == pytest.approx((5 - 1) ** 2)
    (gradient,) = torch.autograd.grad(penalty, weight)
    torch.testing.assert_close(gradient, 2 * (5 - 1) * weight.detach() / 5)


def test_the_gradient_penalty_looks_between_the_pictures_and_at_each_alone():
    seen = []

    def critic(x):
        seen.append(x.detach())
        return x.square().flatten(1).sum(1)

    penalty = losses.gradient_penalty(critic, torch.ones(5, 1, 2, 2), torch.zeros(5, 1, 2, 2), generator.manual_seed(3))
    share = torch.rand(5, generator=torch.Generator().manual_seed(3))
    torch.testing.assert_close(seen[0], share.view(5, 1, 1, 1).expand(5, 1, 2, 2))
    torch.testing.assert_close(penalty, (4 * share - 1).square().mean())  # the slope is 2 |x|, and |x| is 2 share


@pytest.mark.parametrize(
    "fault", [lambda: losses.gradient_penalty(torch.sum, torch.ones(2, 3), torch.ones(3, 3), generator),
              lambda: losses.gradient_penalty(torch.sum, torch.ones(0, 3), torch.ones(0, 3), generator),
              lambda: losses.wasserstein_critic_loss(torch.ones(0), torch.ones(1)),
              lambda: losses.hinge_discriminator_loss(torch.ones(1), torch.full((1,), torch.nan)),
              lambda: losses.wasserstein_generator_loss(torch.ones(0)),
              lambda: losses.cycle_loss(torch.ones(2, 1), torch.ones(2, 2), torch.ones(1), torch.ones(1))],
)  # fmt: skip
@pytest.mark.usefixtures("untyped")
def test_what_makes_no_sense_is_refused(fault):
    with pytest.raises(ValueError, match=r"shape|NaN"):
        fault()


def test_hinge_has_no_gradient_beyond_its_margin():
    real, fake = (torch.tensor(z, requires_grad=True) for z in ([0.5, 1.5], [-1.5, 0.0]))
    losses.hinge_discriminator_loss(real, fake).backward()
    assert real.grad.tolist() == [-0.5, 0]
    assert fake.grad.tolist() == [0, 0.5]


def published_translator():
    """Appendix 7.2 of Zhu et al.: c7s1-64, d128, d256, nine times R256, u128, u64, c7s1-3."""

    class Residual(nn.Module):
        def __init__(self):
            super().__init__()
            pair = [[nn.ReflectionPad2d(1), nn.Conv2d(256, 256, 3), nn.InstanceNorm2d(256)] for _ in range(2)]
            self.path = nn.Sequential(*pair[0], nn.ReLU(), *pair[1])

        def forward(self, x):
            return x + self.path(x)

    return nn.Sequential(
        *(nn.ReflectionPad2d(3), nn.Conv2d(3, 64, 7), nn.InstanceNorm2d(64), nn.ReLU()),
        *(nn.Conv2d(64, 128, 3, 2, 1), nn.InstanceNorm2d(128), nn.ReLU()),
        *(nn.Conv2d(128, 256, 3, 2, 1), nn.InstanceNorm2d(256), nn.ReLU()),
        *(Residual() for _ in range(9)),
        *(nn.ConvTranspose2d(256, 128, 3, 2, 1, output_padding=1), nn.InstanceNorm2d(128), nn.ReLU()),
        *(nn.ConvTranspose2d(128, 64, 3, 2, 1, output_padding=1), nn.InstanceNorm2d(64), nn.ReLU()),
        *(nn.ReflectionPad2d(3), nn.Conv2d(64, 3, 7), nn.Tanh()),
    )


def test_the_translator_is_the_papers():
    torch.manual_seed(0)
    ours, reference = models.Translator(), published_translator()
    assert size(ours) == size(reference) == 11_378_179
    reference.load_state_dict(dict(zip(reference.state_dict(), ours.state_dict().values(), strict=True)))
    x = torch.rand(1, 3, 32, 32)
    with torch.no_grad():
        torch.testing.assert_close(ours(x), reference(x), rtol=1e-4, atol=1e-5)


def test_the_authors_first_program_printed_its_number_of_parameters():
    """Issue 45 of junyanz/pytorch-CycleGAN-and-pix2pix shows it; its normalisation had a scale and a shift."""
    assert size(models.Translator(affine=True)) == 11_388_675


def test_the_patch_discriminator_sees_seventy_pixels():
    judge = models.PatchDiscriminator()
    assert judge(torch.zeros(2, 3, 128, 128)).shape == (2, 14, 14)
    layers = [layer for layer in judge.layers if isinstance(layer, nn.Conv2d)]
    seen = 1
    for layer in reversed(layers):
        seen = (seen - 1) * layer.stride[0] + layer.kernel_size[0]
    assert seen == 70


def test_conditional_networks_hear_the_class():
    torch.manual_seed(0)
    draw, judge = models.ConditionalGenerator(3, 4, 5).eval(), models.ConditionalDiscriminator(3, 4).eval()
    z = torch.randn(1, 5)
    pictures = torch.cat([draw(z, torch.tensor([k])) for k in range(3)])
    assert pictures.shape == (3, 1, 28, 28)
    assert (pictures[0] - pictures[1]).abs().max() > 1e-4
    scores = judge(pictures[:1].expand(3, -1, -1, -1), torch.arange(3))
    assert scores.unique().numel() == 3
    alone = judge(pictures[1:2], torch.tensor([1]))
    torch.testing.assert_close(judge(pictures, torch.arange(3))[1:2], alone)


def test_style_generator_mixes_layers_and_draws_noise_only_with_a_generator():
    torch.manual_seed(0)
    draw = models.StyleGenerator(4, 6, 2, smallest=4)
    with torch.no_grad():
        for layer in draw.layers:
            layer.noise_strength.fill_(0.5)
    z = torch.randn(3, 6)
    assert draw(z).shape == (3, 1, 16, 16)
    torch.testing.assert_close(draw(z), draw(5 * z))  # only the direction counts
    torch.testing.assert_close(draw(z), draw(z))
    noisy = [draw(z, torch.Generator().manual_seed(seed)) for seed in (0, 0, 1)]
    torch.testing.assert_close(noisy[0], noisy[1])
    assert (noisy[0] - noisy[2]).abs().max() > 1e-3
    w = draw.mapping(z)
    styles = w.unsqueeze(1).expand(-1, 6, -1).clone()
    torch.testing.assert_close(draw.synthesise(styles), draw(z))
    styles[0, 4:] = w[1]
    mixed = draw.synthesise(styles)
    assert (mixed[0] - draw(z)[0]).abs().max() > 1e-3
    torch.testing.assert_close(mixed[1:], draw(z)[1:])


def test_every_parameter_of_the_style_generator_learns():
    torch.manual_seed(0)
    draw = models.StyleGenerator(4, 6, 2, smallest=4)
    (draw(torch.randn(2, 6), torch.Generator()) * torch.rand(16, 16)).sum().backward()
    still = [name for name, weight in draw.named_parameters() if weight.grad is None or not weight.grad.any()]
    assert not still


def test_exact_distance_of_two_discs_is_that_of_their_radii():
    """What the chapter calls exact: from a blob to a ring around it, everything moves outward."""
    numbers = np.random.Generator(np.random.PCG64(0))
    inner, outer = np.sort(numbers.rayleigh(0.5, 100_000)), np.sort(2 + 0.1 * numbers.normal(size=100_000))
    assert (outer - inner).min() > -0.5  # hardly any point must move inward
    assert np.abs(outer - inner).mean() == pytest.approx(2 - 0.5 * np.sqrt(np.pi / 2), abs=5e-3)
