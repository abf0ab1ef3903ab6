"""The small StyleGAN that comes with the package: its file, and the script that trains it."""

import torch

from dlvc import data
from dlvc.data import pretrained
from dlvc.data.build import style_digits


def test_the_generator_has_the_files_weights_and_leaves_the_readers_random_state() -> None:
    before = torch.get_rng_state()
    generator = pretrained.style_generator()
    assert torch.get_rng_state().equal(before)
    assert not generator.training
    arrays = data.read("style-digits")
    for name, weight in generator.state_dict().items():
        assert arrays[name].dtype == "float16"
        torch.testing.assert_close(weight, torch.from_numpy(arrays[name]).float(), rtol=0, atol=0)
    assert generator(torch.zeros(2, 32) + 1).shape == (2, 1, 16, 16)


def test_its_pictures_have_the_ink_of_digits() -> None:
    with torch.no_grad():
        drawn = pretrained.style_generator()(torch.randn(200, 32, generator=torch.Generator().manual_seed(0)))
    real = style_digits.small(data.load("mnist", "test").tensors[0])
    assert abs((drawn.mean() + 1) / 2 - real.mean()) < 0.02


def test_small_pictures_keep_their_ink_and_get_a_margin() -> None:
    pictures = torch.rand(2, 1, 28, 28)
    small = style_digits.small(pictures)
    assert small.shape == (2, 1, 16, 16)
    torch.testing.assert_close(small.sum(), pictures.sum() / 4)
    assert not small[..., 0, :].any()
    torch.testing.assert_close(small[0, 0, 1, 1], pictures[0, 0, :2, :2].mean())


def test_training_is_the_same_for_the_same_seed_and_averages_weights() -> None:
    pictures = torch.rand(70, 1, 16, 16, generator=torch.Generator().manual_seed(0)) * 2 - 1
    seen: list[int] = []
    runs = [style_digits.train(pictures, steps=2, seed=s, watch=lambda i, _: seen.append(i)) for s in (0, 0, 1)]
    assert seen == [1, 2] * 3
    weights = [run.to_picture.weight for run in runs]
    assert weights[0].equal(weights[1])
    assert not weights[0].equal(weights[2])
