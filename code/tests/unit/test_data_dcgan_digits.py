"""The DCGAN that comes with the package: its file, and the script that trains it."""

import torch

from dlvc import data
from dlvc.data import pretrained
from dlvc.data.build import dcgan_digits
from dlvc.models import Generator


def test_the_generator_has_the_files_weights_and_leaves_the_readers_random_state() -> None:
    before = torch.get_rng_state()
    generator = pretrained.dcgan_generator()
    assert torch.get_rng_state().equal(before)
    assert not generator.training
    arrays = data.read("dcgan-digits")  # whose sha256 is checked
    weights = {name: weight for name, weight in generator.state_dict().items() if weight.is_floating_point()}
    assert arrays.keys() == weights.keys()
    for name, weight in weights.items():
        assert arrays[name].dtype == "float16"
        torch.testing.assert_close(weight, torch.from_numpy(arrays[name]).float(), rtol=0, atol=0)
    assert generator(torch.zeros(2, 16) + 1).shape == (2, 1, 28, 28)


def test_its_pictures_have_the_ink_of_digits() -> None:
    with torch.no_grad():
        drawn = pretrained.dcgan_generator()(torch.randn(500, 16, generator=torch.Generator().manual_seed(0)))
    assert abs((drawn.mean() + 1) / 2 - data.load("mnist", "test").tensors[0].mean()) < 0.02


def test_training_is_the_same_for_the_same_seed_and_leaves_the_readers_random_state() -> None:
    pictures = torch.rand(70, 1, 28, 28, generator=torch.Generator().manual_seed(0)) * 2 - 1
    before = torch.get_rng_state()
    seen: list[int] = []
    runs = [dcgan_digits.train(pictures, steps=2, seed=s, watch=lambda i, _: seen.append(i)) for s in (0, 0, 1)]
    assert torch.get_rng_state().equal(before)
    assert seen == [1, 2] * 3
    weights = [run.layers[1].weight for run in runs]
    assert weights[0].equal(weights[1])
    assert not weights[0].equal(weights[2])


def test_settled_normalisation_has_the_statistics_of_all_batches() -> None:
    generator = Generator(4, 3, channels=1, image_size=16)
    dcgan_digits.settle(generator, torch.Generator().manual_seed(5), batches=4)
    random = torch.Generator().manual_seed(5)
    z = torch.cat([torch.randn(100, 3, generator=random) for _ in range(4)])
    maps = generator.layers[:2](z)
    torch.testing.assert_close(generator.layers[2].running_mean, maps.mean((0, 2, 3)), rtol=0, atol=1e-6)
