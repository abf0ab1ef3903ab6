"""Each labelled equation of the chapter on fastai, evaluated literally in float64 NumPy."""

import numpy as np
import pytest
import torch
from torch.nn.functional import l1_loss
from torchmetrics.classification import MulticlassAccuracy, MulticlassConfusionMatrix, MulticlassJaccardIndex
from torchmetrics.functional.segmentation import dice_score
from torchvision.ops import box_iou

from dlvc import losses

generator = np.random.Generator(np.random.PCG64(0))
K = 4
true, said = generator.integers(0, K, size=(2, 3, 10, 12))
CONFUSION = np.array([[((true == j) & (said == k)).sum() for k in range(K)] for j in range(K)])


def boxes(count):
    corners = generator.uniform(0, 20, size=(count, 2))
    return np.concatenate([corners, corners + generator.uniform(3, 20, size=(count, 2))], axis=1)


@pytest.mark.equation("eq-discriminative-rates", no_function="fastai.torch_core.even_mults, tested in reference")
def test_rates_of_the_groups():
    rates = [1e-4 * (1e-2 / 1e-4) ** ((g - 1) / (3 - 1)) for g in (1, 2, 3)]
    np.testing.assert_allclose(rates, [1e-4, 1e-3, 1e-2], rtol=1e-12)


@pytest.mark.equation("eq-box-l1", no_function="torch.nn.functional.l1_loss")
def test_box_l1():
    answered, wanted = boxes(5), boxes(5)
    literal = sum(abs(answered[n, i] - wanted[n, i]) for n in range(5) for i in range(4)) / (4 * 5)
    ours = l1_loss(torch.from_numpy(answered), torch.from_numpy(wanted))
    assert ours.item() == pytest.approx(literal, rel=1e-12)


@pytest.mark.equation("eq-box-iou", no_function="torchvision.ops.box_iou")
def test_box_iou():
    first, second = boxes(6), boxes(7)
    ours = box_iou(torch.from_numpy(first), torch.from_numpy(second)).numpy()
    for (row, column), value in np.ndenumerate(ours):
        a, b = first[row], second[column]
        shared = max(min(a[2], b[2]) - max(a[0], b[0]), 0) * max(min(a[3], b[3]) - max(a[1], b[1]), 0)
        areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (a, b)]
        assert value == pytest.approx(shared / (sum(areas) - shared), rel=1e-12, abs=1e-12)
    assert (ours > 0).any()
    assert (ours == 0).any()


def torches():
    return torch.from_numpy(said), torch.from_numpy(true)


@pytest.mark.equation("eq-pixel-accuracy", no_function="torchmetrics.classification.MulticlassAccuracy")
def test_pixel_accuracy():
    assert (MulticlassConfusionMatrix(K)(*torches()).numpy() == CONFUSION).all()
    literal = sum(CONFUSION[k, k] for k in range(K)) / CONFUSION.sum()
    assert MulticlassAccuracy(K, average="micro")(*torches()).item() == pytest.approx(literal, rel=1e-6)


@pytest.mark.equation("eq-mean-iou", no_function="torchmetrics.classification.MulticlassJaccardIndex")
def test_mean_iou():
    literal = np.mean(
        [CONFUSION[k, k] / (CONFUSION[k].sum() + CONFUSION[:, k].sum() - CONFUSION[k, k]) for k in range(K)]
    )
    assert MulticlassJaccardIndex(K)(*torches()).item() == pytest.approx(literal, rel=1e-6)


@pytest.mark.equation("eq-dice", no_function="torchmetrics.functional.segmentation.dice_score")
def test_dice():
    a, b = said[:1] == 1, true[:1] == 1
    literal = 2 * (a & b).sum() / (a.sum() + b.sum())
    ours = dice_score(torch.from_numpy(a)[:, None].long(), torch.from_numpy(b)[:, None].long(), num_classes=1)
    assert ours.item() == pytest.approx(literal, rel=1e-6)
    iou = (a & b).sum() / (a | b).sum()
    assert literal == pytest.approx(2 * iou / (1 + iou), rel=1e-12)


@pytest.mark.equation("eq-multitask", no_function="one sum, written where it is used")
def test_a_unit_decides_which_task_is_learned():
    # One weight serves two tasks, w for the first and 1 - w for the second; the unit of the second is scaled.
    w = np.linspace(0, 1, 10_001)
    minima = [w[np.argmin((w - 1) ** 2 + weight * w**2)] for weight in (0.01, 1, 100)]
    np.testing.assert_allclose(minima, [1 / 1.01, 1 / 2, 1 / 101], atol=1e-4)


@pytest.mark.equation("eq-uncertainty-weights")
def test_uncertainty_weights():
    each, v = generator.uniform(0.1, 5, size=3), generator.normal(size=3)
    literal = sum(np.exp(-v[i]) * each[i] + v[i] / 2 for i in range(3))
    found = torch.from_numpy(v).requires_grad_()
    ours = losses.uncertainty_weighted(torch.from_numpy(each), found)
    assert ours.item() == pytest.approx(literal, rel=1e-12)
    best = torch.from_numpy(np.log(2 * each)).requires_grad_()  # where a weight is 1 / (2 L)
    losses.uncertainty_weighted(torch.from_numpy(each), best).backward()
    np.testing.assert_allclose(best.grad, 0, atol=1e-12)
