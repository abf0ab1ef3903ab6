"""Exercises of the chapter on fastai: how alike two boxes are, and two masks."""

import torch
from torch import Tensor

from dlvc.practice.checker import Checker, Mistake, Trial, normal


def _boxes(count: int, seed: int = 0, dtype: torch.dtype = torch.float32) -> Tensor:
    """Return boxes that overlap a little, as left, top, right and bottom edge."""
    corners = 20 + 5 * normal(count, 2, seed=seed, dtype=dtype)
    return torch.cat([corners, corners + 4 + normal(count, 2, seed=seed + 1, dtype=dtype).abs() * 6], 1)


def _reference(boxes: Tensor, others: Tensor) -> Tensor:
    from torchvision.ops import box_iou  # here, because `import dlvc` brings no torchvision

    overlaps: Tensor = box_iou(boxes, others)
    return overlaps


def _areas(boxes: Tensor) -> Tensor:
    return (boxes[:, 2:] - boxes[:, :2]).prod(1)


def _intersections(boxes: Tensor, others: Tensor, *, clamped: bool = True, extra: float = 0.0) -> Tensor:
    sides = torch.minimum(boxes[:, None, 2:], others[:, 2:]) - torch.maximum(boxes[:, None, :2], others[:, :2]) + extra
    return (sides.clamp(min=0) if clamped else sides).prod(2)


def _iou(boxes: Tensor, others: Tensor, *, clamped: bool = True) -> Tensor:
    shared = _intersections(boxes, others, clamped=clamped)
    return shared / (_areas(boxes)[:, None] + _areas(others) - shared)


def _corners(boxes: Tensor) -> Tensor:
    """Take width and height for what are the right and the bottom edge."""
    return torch.cat([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]], 1)


def _with_pixels(boxes: Tensor, others: Tensor) -> Tensor:
    shared = _intersections(boxes, others, extra=1.0)
    first, second = ((each[:, 2:] - each[:, :2] + 1).prod(1) for each in (boxes, others))
    return shared / (first[:, None] + second - shared)


_APART = torch.tensor([[0.0, 0.0, 4.0, 6.0], [20.0, 30.0, 28.0, 35.0]])

BOX_IOU = Checker(
    name="box_iou",
    parameters=("boxes", "others"),
    returns="tensor",
    summary="intersection over union of each of the boxes (N, 4) with each of the others (M, 4), as a tensor (N, M). A "
    "box is its left, top, right and bottom edge.",
    reference=_reference,
    cases=(
        Trial(lambda: (_boxes(3), _boxes(4, 5))),
        Trial(lambda: (_boxes(3), _boxes(3, 5)), "There are as many boxes as others: compare each with each."),
        Trial(lambda: (_APART[:1].clone(), _APART[1:].clone()), "The boxes lie apart in both directions."),
        Trial(lambda: (_boxes(2), _boxes(2)), "A box with itself has intersection over union 1."),
        Trial(lambda: (_boxes(3, dtype=torch.float64), _boxes(2, 5, torch.float64))),
    ),
    mistakes=(
        Mistake(
            "multiplies two negative sides where boxes lie apart in both directions, which looks like an overlap: "
            "clamp the sides of the intersection at 0 before you multiply them.",
            (lambda boxes, others: _iou(boxes, others, clamped=False),),
        ),
        Mistake(
            "divides by the sum of both areas, in which the intersection is counted twice: subtract it once.",
            (lambda boxes, others: _intersections(boxes, others) / (_areas(boxes)[:, None] + _areas(others)),),
        ),
        Mistake(
            "doubles the intersection and divides by the sum of the areas: that is Dice's coefficient.",
            (lambda boxes, others: 2 * _intersections(boxes, others) / (_areas(boxes)[:, None] + _areas(others)),),
        ),
        Mistake(
            "divides by the area of one box alone: divide by the area of the union.",
            (
                lambda boxes, others: _intersections(boxes, others) / _areas(boxes)[:, None],
                lambda boxes, others: _intersections(boxes, others) / _areas(others),
            ),
        ),
        Mistake(
            "takes the last two numbers for width and height: they are the right and the bottom edge.",
            (lambda boxes, others: _iou(_corners(boxes), _corners(others)),),
        ),
        Mistake(
            "adds 1 to widths and heights: these edges lie between pixels, so that right minus left is the width.",
            (_with_pixels,),
        ),
    ),
    # At the places where two edges coincide, as in a box with itself, the slope is a matter of convention.
    differentiable=False,
)


def _mean_iou(confusion: Tensor) -> Tensor:
    shared = confusion.diag()
    union = confusion.sum(0) + confusion.sum(1) - shared
    return (shared[union > 0] / union[union > 0]).mean()


_PLAIN = torch.tensor([[900, 20, 5], [30, 60, 2], [10, 4, 8]])
_ABSENT = torch.tensor([[900, 20, 0, 5], [30, 60, 0, 2], [0, 0, 0, 0], [10, 4, 0, 8]])

MEAN_IOU = Checker(
    name="mean_iou",
    parameters=("confusion",),
    returns="scalar tensor",
    summary="mean over the classes of intersection over union, from a matrix (K, K) of counts with the true class by "
    "row and the answered one by column. A class that neither occurs nor is answered is left out.",
    reference=_mean_iou,
    cases=(
        Trial(lambda: (_PLAIN.clone(),)),
        Trial(lambda: (torch.tensor([[70, 0], [30, 0]]),), "A class is never answered: its value is 0, and it counts."),
        Trial(lambda: (_ABSENT.clone(),), "A class neither occurs nor is answered: its 0 / 0 must not count."),
    ),
    mistakes=(
        Mistake(
            "gives the share of all samples that are right: that is the (pixel) accuracy, which the largest class "
            "dominates.",
            (lambda confusion: confusion.diag().sum() / confusion.sum(),),
        ),
        Mistake(
            "divides by the true samples alone, which is the mean recall: what was wrongly answered belongs to the "
            "union too.",
            (lambda confusion: (confusion.diag() / confusion.sum(1).clamp(min=1)).mean(),),
        ),
        Mistake(
            "divides by the answered samples alone, which is the mean precision: what was missed belongs to the union "
            "too.",
            (lambda confusion: (confusion.diag() / confusion.sum(0).clamp(min=1)).mean(),),
        ),
        Mistake(
            "counts the intersection twice: subtract it once from the sum of row and column.",
            (lambda confusion: (confusion.diag() / (confusion.sum(0) + confusion.sum(1)).clamp(min=1)).mean(),),
        ),
        Mistake(
            "gives the mean of Dice's coefficients: intersection over union has the intersection once above and the "
            "union below.",
            (lambda confusion: (2 * confusion.diag() / (confusion.sum(0) + confusion.sum(1)).clamp(min=1)).mean(),),
        ),
        Mistake(
            "divides the sum of the intersections by the sum of the unions: take each class's quotient, then the mean.",
            (
                lambda confusion: (
                    confusion.diag().sum() / (confusion.sum(0) + confusion.sum(1) - confusion.diag()).sum()
                ),
            ),
        ),
        Mistake(
            "counts a class that neither occurs nor is answered as 0: leave it out of the mean.",
            (
                lambda confusion: (
                    confusion.diag() / (confusion.sum(0) + confusion.sum(1) - confusion.diag()).clamp(min=1)
                ).mean(),
            ),
        ),
        Mistake(
            "returns NaN where a class neither occurs nor is answered: 0 / 0 must be left out of the mean.",
            (lambda confusion: (confusion.diag() / (confusion.sum(0) + confusion.sum(1) - confusion.diag())).mean(),),
        ),
    ),
)

CHECKERS = (BOX_IOU, MEAN_IOU)
