"""DCGAN against a Sequential of torch.nn written from the paper's figure, and against its parameter counts."""

import pytest
import torch
from torch import nn

from dlvc.models import Discriminator, Generator


def published_generator(channels):
    """Figure 1 of Radford et al.: 100 numbers, then 1024, 512, 256 and 128 maps, each twice as large."""
    return nn.Sequential(
        *(nn.ConvTranspose2d(100, 1024, 4, 1, 0, bias=False), nn.BatchNorm2d(1024), nn.ReLU()),
        *(nn.ConvTranspose2d(1024, 512, 4, 2, 1, bias=False), nn.BatchNorm2d(512), nn.ReLU()),
        *(nn.ConvTranspose2d(512, 256, 4, 2, 1, bias=False), nn.BatchNorm2d(256), nn.ReLU()),
        *(nn.ConvTranspose2d(256, 128, 4, 2, 1, bias=False), nn.BatchNorm2d(128), nn.ReLU()),
        *(nn.ConvTranspose2d(128, channels, 4, 2, 1, bias=False), nn.Tanh()),
    )


def published_discriminator(channels):
    """The mirror image, with the guidelines of section 3."""
    return nn.Sequential(
        *(nn.Conv2d(channels, 128, 4, 2, 1, bias=False), nn.LeakyReLU(0.2)),
        *(nn.Conv2d(128, 256, 4, 2, 1, bias=False), nn.BatchNorm2d(256), nn.LeakyReLU(0.2)),
        *(nn.Conv2d(256, 512, 4, 2, 1, bias=False), nn.BatchNorm2d(512), nn.LeakyReLU(0.2)),
        *(nn.Conv2d(512, 1024, 4, 2, 1, bias=False), nn.BatchNorm2d(1024), nn.LeakyReLU(0.2)),
        nn.Conv2d(1024, 1, 4, 1, 0, bias=False),
    )


def size(model):
    return sum(p.numel() for p in model.parameters())


@pytest.mark.parametrize(("channels", "million"), [(1, 12.65), (3, 12.66)])
def test_generator_is_as_large_as_published(channels, million):
    assert size(Generator(channels=channels)) == size(published_generator(channels))
    assert round(size(Generator(channels=channels)) / 1e6, 2) == million


@pytest.mark.parametrize(("channels", "million"), [(1, 11.03), (3, 11.04)])
def test_discriminator_is_as_large_as_published(channels, million):
    assert size(Discriminator(channels=channels)) == size(published_discriminator(channels))
    assert round(size(Discriminator(channels=channels)) / 1e6, 2) == million


def outputs_and_gradients(model, x):
    output = model(x).flatten()
    return output, *torch.autograd.grad((output * torch.arange(len(output))).sum(), list(model.parameters()))


@pytest.mark.parametrize(
    ("ours", "reference", "shape"),
    [(Generator, published_generator, (100,)), (Discriminator, published_discriminator, (3, 64, 64))],
)
def test_networks_equal_those_of_the_figure_with_the_same_weights(ours, reference, shape):
    torch.manual_seed(0)
    ours, reference = ours(), reference(3)
    reference.load_state_dict(dict(zip(reference.state_dict(), ours.state_dict().values(), strict=True)))
    x = torch.randn(2, *shape)
    x_reference = x.view(2, 100, 1, 1) if isinstance(ours, Generator) else x
    for a, b in zip(outputs_and_gradients(ours, x), outputs_and_gradients(reference, x_reference), strict=True):
        torch.testing.assert_close(a, b)


@pytest.mark.parametrize("image_size", [16, 28, 32, 64])
def test_discriminator_takes_what_the_generator_makes(image_size):
    pictures = Generator(4, 10, 2, image_size)(torch.randn(3, 10))
    assert pictures.shape == (3, 2, image_size, image_size)
    assert pictures.abs().max() <= 1
    assert Discriminator(4, 2, image_size, norm=None)(pictures).shape == (3,)


def test_weights_begin_as_in_the_paper():
    torch.manual_seed(0)
    for network in (Generator(16), Discriminator(16, norm=None)):
        for layer in network.layers:
            if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
                assert layer.weight.std().item() == pytest.approx(0.02, rel=0.15)
                assert layer.bias is None or not layer.bias.any()


@pytest.mark.parametrize("network", [Generator, Discriminator])
def test_other_sizes_are_refused(network):
    with pytest.raises(ValueError, match=r"image_size is 48; it must be one of \[16, 28, 32, 64\]"):
        network(image_size=48)
