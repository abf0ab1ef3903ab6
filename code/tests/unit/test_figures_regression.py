"""Figures of regression: what is drawn where."""

import numpy as np
import pytest
import torch

from dlvc import figures, surfaces


def lines(figure, axes=0):
    return {line.get_label(): line for line in figure.axes[axes].lines}


def test_fits_draws_points_curves_and_what_was_seen():
    x = torch.tensor([0.0, 1.0, 2.0])
    figure = figures.fits((x, x), {"a": (x, 2 * x), "b": (x, x**2)}, xlabel="x", ylabel="y", seen=(0.0, 1.0))
    assert lines(figure)["b"].get_ydata().tolist() == [0, 1, 4]
    assert figure.axes[0].get_legend() is not None
    assert len(figure.axes[0].patches) == 1
    assert figures.fits((x, x), {"a": (x, x)}, xlabel="x", ylabel="y").axes[0].get_legend() is None


def test_walks_that_leave_are_told_from_those_that_stay():
    walks = torch.tensor([[0.5, -2.0, 3.0], [0.0, -9.0, 9.0]])
    figure = figures.starts_and_ends(surfaces.arctan_ratio, walks, span=4.0, xlabel="w")
    drawn = lines(figure)
    assert drawn["start of a walk that stays"].get_xdata().tolist() == [0.5]
    assert drawn["start of a walk that leaves"].get_xdata().tolist() == [-2, 3]
    assert drawn["end"].get_xdata().tolist() == [0]
    assert [line.get_marker() for line in figure.axes[0].lines][-2:] == ["<", ">"]
    figure = figures.starts_and_ends(surfaces.arctan_ratio, walks[:, 1:2], span=4.0, xlabel="w")
    assert [line.get_marker() for line in figure.axes[0].lines][-2:] == ["X", "<"]


def test_losses_from_above_have_their_walk_and_frame():
    walk = torch.tensor([[1.0, 1.0], [0.5, 0.9]])

    def bowl(w):
        return surfaces.quadratic(w, 5.0)

    figure = figures.from_above({"bowl": (bowl, walk)}, [((-1.0, 2.0), (-3.0, 3.0))], labels=[("a", "b")])
    (axes,) = figure.axes
    assert axes.get_xlim() == (-1, 2)
    assert axes.get_ylabel() == "b"
    assert axes.lines[0].get_ydata().tolist() == walk[:, 1].tolist()
    levels = axes.collections[0].levels
    assert len(levels) == 12
    assert (levels > 0).all()


def test_lines_of_negative_values_from_above_are_solid():
    def hollow(w):
        return surfaces.quadratic(w, 5.0) - 9

    frame = ((-1.0, 2.0), (-3.0, 3.0))
    figure = figures.from_above({"hollow": (hollow, torch.zeros(2, 2))}, [frame], labels=[("a", "b")])
    lines = figure.axes[0].collections[0]
    assert lines.levels.min() < 0
    assert all(dashes is None for _, dashes in lines.get_linestyle())


def test_a_magnified_part_shows_starts_that_lie_close_together():
    walks = torch.tensor([[1.29, 1.31], [0.0, 9.0]])
    figure = figures.starts_and_ends(surfaces.arctan_ratio, walks, span=4.0, xlabel="w", magnified=(1.26, 1.34))
    (closer,) = figure.axes[0].child_axes
    assert closer.get_xlim() == (walks.new_tensor(1.26).item(), walks.new_tensor(1.34).item())
    low, high = closer.get_ylim()
    starts = {line.get_label(): line for line in closer.lines[1:]}
    for begin, label in zip(walks[0].tolist(), ("stays", "leaves"), strict=True):
        (x,), (y,) = starts[f"start of a walk that {label}"].get_data()
        assert x == begin
        assert low < y < high


def test_bars_are_stacked_and_measurements_lie_over_them():
    parts = {"noise": [1.0, 1.0], "bias²": [5.0, 0.5], "variance": [0.1, 2.0]}
    figure = figures.decomposition(
        [0, 1], parts, {"error": [6.0, 3.4]}, xlabel="degree", ylabel="mean squared error", top=4.0
    )
    (axes,) = figure.axes
    places = [(bar.get_y(), bar.get_height()) for bar in axes.patches]
    assert places == [pytest.approx(each) for each in [(0, 1), (0, 1), (1, 5), (1, 0.5), (6, 0.1), (1.5, 2)]]
    assert lines(figure)["error"].get_ydata().tolist() == [6.0, 3.4]
    assert axes.get_ylim() == (0, 4)
    assert len({bar.get_hatch() for bar in axes.patches}) == 3


def test_two_measurements_are_drawn_against_each_other():
    across, up = torch.tensor([-1.0, 2.0]), torch.tensor([0.5, 3.0])
    (axes,) = figures.against(("one", across), ("other", up), unit="m").axes
    equal, points = axes.lines
    assert [part.tolist() for part in map(np.asarray, equal.get_data())] == [[-1, 3], [-1, 3]]
    assert points.get_xdata().tolist() == [-1, 2]
    assert points.get_ydata().tolist() == [0.5, 3]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("one (m)", "other (m)")
