"""Exercises of the chapter on fastai: right answers pass, each planted wrong one gets its message."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torchvision.ops import box_iou

from dlvc.practice import check, scenes
from dlvc.practice.checker import Checker

Function = Callable[..., Tensor]


def box_iou_by_loops(boxes: Tensor, others: Tensor) -> Tensor:
    rows = []
    for left, top, right, bottom in boxes:
        row = []
        for a, b, c, d in others:
            width = (min(right, c) - max(left, a)).clamp(min=0)
            height = (min(bottom, d) - max(top, b)).clamp(min=0)
            shared = width * height
            row.append(shared / ((right - left) * (bottom - top) + (c - a) * (d - b) - shared))
        rows.append(torch.stack(row))
    return torch.stack(rows)


def mean_iou_by_loops(confusion: Tensor) -> Tensor:
    values = []
    for k in range(len(confusion)):
        union = confusion[k].sum() + confusion[:, k].sum() - confusion[k, k]
        if union:
            values.append(confusion[k, k] / union)
    return torch.stack(values).mean()


def mean_iou_by_nan(confusion: Tensor) -> Tensor:
    shared = confusion.diag().float()
    return (shared / (confusion.sum(0) + confusion.sum(1) - confusion.diag())).nanmean()


RIGHT = [
    ("box_iou", box_iou_by_loops),
    ("box_iou", box_iou),
    ("mean_iou", mean_iou_by_loops),
    ("mean_iou", mean_iou_by_nan),
]


@pytest.mark.usefixtures("untyped")
@pytest.mark.parametrize(("name", "fn"), RIGHT)
def test_right_answers_pass(name: str, fn: Function) -> None:
    report = check(name, fn)
    assert report.passed, str(report)


def sides(a: Tensor, b: Tensor) -> Tensor:
    return torch.minimum(a[:, None, 2:], b[None, :, 2:]) - torch.maximum(a[:, None, :2], b[None, :, :2])


def area(a: Tensor) -> Tensor:
    return (a[:, 2] - a[:, 0]) * (a[:, 3] - a[:, 1])


def unclamped(a: Tensor, b: Tensor) -> Tensor:
    shared = sides(a, b).prod(-1)
    return shared / (area(a)[:, None] + area(b)[None] - shared)


def twice(a: Tensor, b: Tensor) -> Tensor:
    return sides(a, b).clamp(min=0).prod(-1) / (area(a)[:, None] + area(b)[None])


def of_the_first(a: Tensor, b: Tensor) -> Tensor:
    return sides(a, b).clamp(min=0).prod(-1) / area(a)[:, None]


def pair_by_pair(a: Tensor, b: Tensor) -> Tensor:
    return box_iou(a, b).diag()


def width_and_height(a: Tensor, b: Tensor) -> Tensor:
    return box_iou(*(torch.cat([each[:, :2], each[:, :2] + each[:, 2:]], 1) for each in (a, b)))


def unions(confusion: Tensor) -> Tensor:
    return confusion.sum(0) + confusion.sum(1) - confusion.diag()


WRONG = [
    ("box_iou", unclamped, "box_iou multiplies two negative sides"),
    ("box_iou", twice, "box_iou divides by the sum of both areas"),
    ("box_iou", lambda a, b: 2 * twice(a, b), "that is Dice's coefficient"),
    ("box_iou", of_the_first, "box_iou divides by the area of one box alone"),
    ("box_iou", width_and_height, "box_iou takes the last two numbers for width and height"),
    ("box_iou", pair_by_pair, "box_iou"),
    ("box_iou", lambda a, b: box_iou(b, a), "box_iou"),
    ("mean_iou", lambda c: c.diag().sum() / c.sum(), "mean_iou gives the share of all samples that are right"),
    ("mean_iou", lambda c: (c.diag() / c.sum(1).clamp(min=1)).mean(), "which is the mean recall"),
    ("mean_iou", lambda c: (c.diag() / c.sum(0).clamp(min=1)).mean(), "which is the mean precision"),
    ("mean_iou", lambda c: c.diag().sum() / unions(c).sum(), "mean_iou divides the sum of the intersections"),
    ("mean_iou", lambda c: (c.diag() / unions(c).clamp(min=1)).mean(), "counts a class that neither occurs"),
    ("mean_iou", lambda c: (c.diag() / unions(c)).mean(), "mean_iou returns NaN"),
    ("mean_iou", lambda c: c.diag() / unions(c).clamp(min=1), "mean_iou"),
]


@pytest.mark.parametrize(("name", "fn", "message"), WRONG)
def test_wrong_answers_get_their_message(name: str, fn: Function, message: str) -> None:
    report = check(name, fn)
    assert not report.passed
    assert message in report.messages[0], report.messages


@pytest.mark.parametrize("checker", scenes.CHECKERS, ids=lambda checker: checker.name)
def test_a_checker_accepts_its_reference_and_recognises_its_mistakes(checker: Checker) -> None:
    assert check(checker.name, checker.reference).passed
    for mistake in checker.mistakes:
        for function in mistake.functions:
            assert mistake.message in check(checker.name, function).messages[0]
