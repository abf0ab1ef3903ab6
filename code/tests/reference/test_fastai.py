"""What the chapter on fastai says of fastai, its decoder, and its exercises against torchmetrics."""

import importlib

import numpy as np
import pytest
import torch
from torch import nn
from torchmetrics.functional.classification import multiclass_confusion_matrix, multiclass_jaccard_index

from dlvc import losses, models
from dlvc.practice.scenes import MEAN_IOU

MAPS = [torch.randn(2, 12, 3, 3), torch.randn(2, 6, 6, 6), torch.randn(2, 4, 12, 12), torch.randn(2, 3, 24, 24)]
CHANNELS = [12, 6, 4, 3]


@pytest.mark.filterwarnings("ignore")
def test_fastai_does_what_the_chapter_says() -> None:
    core = importlib.import_module("fastai.torch_core")
    learner = importlib.import_module("fastai.learner")
    importlib.import_module("fastai.callback.schedule")
    rates = core.even_mults(1e-4, 1e-2, 4)
    np.testing.assert_allclose(rates, [1e-4 * 100 ** (g / 3) for g in range(4)], rtol=1e-12)

    class Recorder(learner.Learner):
        """Notes what `fine_tune` asks for."""

        def __init__(self) -> None:
            self.calls: list[object] = []

        def freeze(self) -> None:
            self.calls.append("freeze")

        def unfreeze(self) -> None:
            self.calls.append("unfreeze")

        def fit_one_cycle(self, epochs: int, rates: slice, **settings: float) -> None:
            self.calls.append((epochs, rates.start, rates.stop, settings["pct_start"]))

    recorder = Recorder()
    recorder.fine_tune(1, 4e-3, freeze_epochs=2)
    assert recorder.calls == ["freeze", (2, None, 4e-3, 0.99), "unfreeze", (1, pytest.approx(2e-5), 2e-3, 0.3)]


def test_decoders_return_a_logit_for_each_pixel_and_class() -> None:
    for skips in (True, False):
        model = models.Decoder(CHANNELS, 5, width=8, skips=skips)
        assert model(MAPS).shape == (2, 5, 96, 96)


def test_only_skips_bring_finer_maps_to_the_answer() -> None:
    changed = [MAPS[0], *(torch.randn_like(maps) for maps in MAPS[1:])]
    for skips in (True, False):
        model = models.Decoder(CHANNELS, 5, width=8, skips=skips).eval()
        assert torch.equal(model(MAPS), model(changed)) is not skips


def test_a_decoder_equals_its_layers_written_out() -> None:
    model = models.Decoder(CHANNELS[:2], 5, width=8).eval()
    up = nn.Upsample(scale_factor=2)(model.enter(MAPS[0]))
    joined = torch.cat([up, model.skips[0](MAPS[1])], 1)
    logits = model.leave(model.steps[0](joined))
    wanted = nn.Upsample(scale_factor=4, mode="bilinear", align_corners=False)(logits)
    torch.testing.assert_close(model(MAPS[:2]), wanted)


@pytest.mark.usefixtures("untyped")
def test_bad_arguments_are_refused() -> None:
    with pytest.raises(ValueError, match="at least two resolutions"):
        models.Decoder([12], 5)
    with pytest.raises(ValueError, match="got 2 losses and 3 log-variances"):
        losses.uncertainty_weighted(torch.ones(2), torch.zeros(3))


def test_mean_iou_of_the_exercise_equals_torchmetrics() -> None:
    said, true = torch.randint(0, 4, (2, 500), generator=torch.Generator().manual_seed(0))
    confusion = multiclass_confusion_matrix(said, true, num_classes=6)  # two classes are missing
    theirs = multiclass_jaccard_index(said, true, num_classes=6)
    torch.testing.assert_close(MEAN_IOU.reference(confusion), theirs)
