"""Curves, bars and points: one function a kind of plot, each returning a Matplotlib figure."""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from dlvc.figures.theme import INK, LINES, MIDDLE_BLUE, ORANGE, QUIET, WIDTH, style

_WIDE = 7.8  # inches, for a row of squares


def curves(
    series: Mapping[str, Sequence[float] | Sequence[Sequence[float]]],
    *,
    x: Sequence[float] | None = None,
    xlabel: str,
    ylabel: str,
    log_x: bool = False,
    log_y: bool = False,
    legend_above: bool = False,
) -> Figure:
    """Draw named curves over a common axis, each labelled by colour and dash.

    Args:
        series: name to values, one a step; or to several such lists, one a seed, drawn as mean and range.
        x: position of each step; 1, 2, 3 … if left out.
        xlabel: what the horizontal axis counts, with its unit.
        ylabel: what the vertical axis measures, with its unit.
        log_x: draw the horizontal axis logarithmically.
        log_y: draw the vertical axis logarithmically.
        legend_above: put the names above the plot, where the curves leave no place for them.

    Raises:
        ValueError: if there are more series than lines to tell them apart by.
    """
    if len(series) > len(LINES):
        raise ValueError(
            f"series has {len(series)} curves; wanted at most {len(LINES)}: draw the others in a second figure"
        )
    with style():
        figure = Figure(figsize=(WIDTH, 3.4))
        axes = figure.subplots()
        _lines(axes, series, x)
        _finish(axes, xlabel, ylabel)
        if log_x:
            axes.set_xscale("log")
        if log_y:
            axes.set_yscale("log")
        if len(series) > 1:
            axes.legend(**({"loc": "lower center", "bbox_to_anchor": (0.5, 1), "ncols": 2} if legend_above else {}))
    return figure


def curves_in_panels(
    panels: Sequence[Mapping[str, Sequence[Sequence[float]]]], *, x: Sequence[float], xlabel: str, ylabel: str
) -> Figure:
    """Draw named curves in panels side by side, each with a logarithmic axis of its own range.

    Args:
        panels: as `curves` takes them, one mapping a panel.
        x: position of each step.
        xlabel: what the horizontal axes count, with its unit.
        ylabel: what the vertical axes measure, with its unit.
    """
    with style():
        figure = Figure(figsize=(WIDTH, 3.4), layout="constrained")
        for axes, series in zip(figure.subplots(1, len(panels), squeeze=False)[0], panels, strict=True):
            _lines(axes, series, x)
            _finish(axes, xlabel, ylabel if series is panels[0] else "")
            axes.set_yscale("log")
            axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1))
    return figure


def strips(groups: Mapping[str, Sequence[float]], *, xlabel: str, truth: Sequence[float] | None = None) -> Figure:
    """Draw one row of points a group, with the group's mean, to compare whole distributions.

    Args:
        groups: name to values.
        xlabel: what is measured, with its unit.
        truth: the value that each group should have, drawn as a cross.
    """
    with style():
        figure = Figure(figsize=(WIDTH, 0.34 * len(groups) + 0.8))
        axes = figure.subplots()
        jitter = np.random.Generator(np.random.PCG64(0))
        for row, values in enumerate(groups.values()):
            points = np.asarray(values, dtype=float)
            height = row + jitter.uniform(-0.28, 0.28, len(points))
            size, alpha = (3, 0.5) if len(points) > 20 else (9, 0.9)  # few points, such as seeds, are each to be seen
            axes.plot(
                points, height, ".", color=MIDDLE_BLUE, alpha=alpha, markersize=size, linestyle="", rasterized=True
            )
            axes.plot(points.mean(), row, "|", color=INK, markersize=14, markeredgewidth=2)
            if truth is not None:
                axes.plot(truth[row], row, "x", color=ORANGE, markersize=8, markeredgewidth=2)
        axes.set_yticks(range(len(groups)), list(groups))
        axes.invert_yaxis()
        _finish(axes, xlabel, "")
    return figure


def clouds(rows: Mapping[str, Mapping[str, Float[Tensor, "points 2"]]], *, reach: float) -> Figure:
    """Draw points in the plane, one square a cloud: rows to compare, columns as time passes.

    Args:
        rows: name of a row to the titles and points of its squares; all rows have the same titles.
        reach: half the side of the squares, around 0.
    """
    columns = list(next(iter(rows.values())))
    side = _WIDE / len(columns)
    with style():
        figure = Figure(figsize=(_WIDE, len(rows) * side + 0.3), layout="constrained")
        grid = figure.subplots(len(rows), len(columns), squeeze=False)
        for panels, (name, clouds_of_row) in zip(grid, rows.items(), strict=True):
            panels[0].set_ylabel(name)
            for axes, points in zip(panels, clouds_of_row.values(), strict=True):
                axes.plot(*points.T.tolist(), ".", color=MIDDLE_BLUE, markersize=3, alpha=0.6, rasterized=True)
                axes.set(xlim=(-reach, reach), ylim=(-reach, reach), xticks=[], yticks=[], aspect="equal")
        for axes, title in zip(grid[0], columns, strict=True):
            axes.set_title(title)
    return figure


def bars(values: Mapping[str, Sequence[float]], *, names: Sequence[str], ylabel: str, xlabel: str = "") -> Figure:
    """Draw one group of bars a name, side by side for each entry of ``values``.

    Args:
        values: label of a series to one height a name.
        names: what stands under each group of bars.
        ylabel: what the heights measure, with its unit.
        xlabel: what the names are values of, if they are.

    Raises:
        ValueError: if there are more series than hatches to tell them apart by.
    """
    hatches = ("", "//", "..", "xx")
    if len(values) > len(hatches):
        raise ValueError(f"values has {len(values)} series; bars of at most {len(hatches)} can be told apart")
    with style():
        figure = Figure(figsize=(WIDTH, 2.9))
        axes = figure.subplots()
        width = 0.8 / len(values)
        for i, ((label, heights), (colour, _), hatch) in enumerate(zip(values.items(), LINES, hatches, strict=False)):
            position = np.arange(len(names)) + (i - (len(values) - 1) / 2) * width
            axes.bar(
                position,
                heights,
                width * 0.92,
                color=colour,
                hatch=hatch,
                edgecolor="white",
                linewidth=0,
                label=label,
            )
        axes.set_xticks(
            range(len(names)),
            list(names),
            rotation=30 if len(names) > 6 else 0,
            ha="right" if len(names) > 6 else "center",
        )
        axes.grid(visible=False, axis="x")
        _finish(axes, xlabel, ylabel)
        if len(values) > 1:
            axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=len(values))
    return figure


def _lines(
    axes: Axes, series: Mapping[str, Sequence[float] | Sequence[Sequence[float]]], x: Sequence[float] | None
) -> None:
    for (name, values), (colour, dash) in zip(series.items(), LINES, strict=False):
        table = np.atleast_2d(np.asarray(values, dtype=float))  # (seeds, steps)
        steps = np.arange(1, table.shape[1] + 1) if x is None else np.asarray(x)
        axes.plot(steps, table.mean(0), color=colour, linestyle=dash, label=name)
        if len(table) > 1:
            axes.fill_between(steps, table.min(0), table.max(0), color=colour, alpha=0.18, linewidth=0)


def _finish(axes: Axes, xlabel: str, ylabel: str) -> None:
    axes.set_xlabel(xlabel)
    axes.set_ylabel(ylabel)
    axes.tick_params(length=3, color=QUIET)
