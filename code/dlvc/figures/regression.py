"""What a regression looks like: points with the curves that were fitted to them, and losses seen from above."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import torch
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from dlvc.figures.theme import BLUE, GRID, INK, LINES, MIDDLE_BLUE, ORANGE, QUIET, style

Numbers = Float[Tensor, " n"]


def fits(
    points: tuple[Numbers, Numbers],
    fitted: Mapping[str, tuple[Numbers, Numbers]],
    *,
    xlabel: str,
    ylabel: str,
    ylim: tuple[float, float] | None = None,
    seen: tuple[float, float] | None = None,
) -> Figure:
    """Draw points, and curves over them.

    Args:
        points: where they lie across and up.
        fitted: name of a curve to its points, from left to right.
        xlabel: what is given, with its unit.
        ylabel: what is to be predicted, with its unit.
        ylim: lower and upper end of the vertical axis; by default everything is in.
        seen: from where to where the model has seen data, shaded.
    """
    with style():
        figure = Figure(figsize=(6.4, 3.4))
        axes = figure.subplots()
        if seen is not None:
            axes.axvspan(*seen, color=GRID, alpha=0.4, linewidth=0)
        axes.plot(*(part.numpy() for part in points), ".", color=MIDDLE_BLUE, alpha=0.8, markersize=5, linestyle="")
        for (name, curve), (colour, dash) in zip(fitted.items(), LINES, strict=False):
            axes.plot(*(part.detach().numpy() for part in curve), color=colour, linestyle=dash, label=name)
        axes.set(xlabel=xlabel, ylabel=ylabel, ylim=ylim)
        if len(fitted) > 1:
            axes.legend()
    return figure


def starts_and_ends(
    function: Callable[[Numbers], Numbers],
    walks: Float[Tensor, "steps walks"],
    *,
    span: float,
    xlabel: str,
    magnified: tuple[float, float] | None = None,
) -> Figure:
    """Draw a function of one number, and where walks on it began and ended.

    Args:
        function: maps numbers to as many heights.
        walks: the place after each step, one walk a column.
        span: the axis goes from ``-span`` to ``span``; an end beyond is drawn as an arrow.
        xlabel: name of the number.
        magnified: from where to where the function is drawn again, larger, at the lower right.
    """
    x = torch.linspace(-span, span, 401, dtype=walks.dtype)
    stays = walks[-1].abs() <= span
    with style():
        figure = Figure(figsize=(6.4, 3.4))
        axes = figure.subplots()
        axes.plot(x.numpy(), function(x).numpy(), color=QUIET, linewidth=1.2, linestyle="-")
        closer = [] if magnified is None else [_magnifier(axes, function, torch.linspace(*magnified, 101).to(walks))]
        for chosen, (colour, _), marker, label in (
            (stays, LINES[0], "o", "start of a walk that stays"),
            (~stays, LINES[1], "s", "start of a walk that leaves"),
        ):
            begins = walks[0, chosen]
            for each in (axes, *closer):
                each.plot(begins.numpy(), function(begins).numpy(), marker, color=colour, markersize=7, label=label)
        ends = walks[-1, stays]
        axes.plot(ends.numpy(), function(ends).numpy(), "X", color=INK, markersize=9, label="end")
        edge = torch.tensor([-span, span], dtype=walks.dtype)
        for place, level, arrow in zip(edge.tolist(), function(edge).tolist(), "<>", strict=True):
            if (walks[-1] / place > 1).any():
                axes.plot(place, level, arrow, color=LINES[1][0], markersize=9, clip_on=False)
        axes.set(xlabel=xlabel, ylabel="loss", xlim=(-span, span), ylim=(-0.05, None))
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=3)
    return figure


def _magnifier(axes: Axes, function: Callable[[Numbers], Numbers], x: Numbers) -> Axes:
    """Draw a part of a function again, larger, with a frame around the part."""
    heights = function(x)
    margin = (heights.max() - heights.min()).item()
    closer = axes.inset_axes((0.7, 0.14, 0.28, 0.28))
    closer.plot(x.numpy(), heights.numpy(), color=QUIET, linewidth=1.2, linestyle="-")
    closer.set(
        xlim=(x[0].item(), x[-1].item()),
        ylim=(heights.min().item() - margin, heights.max().item() + margin),
        xticks=[x[0].item(), x[-1].item()],
        yticks=[],
    )
    closer.spines[:].set_visible(True)
    closer.tick_params(length=0, labelsize=9)
    axes.indicate_inset_zoom(closer, edgecolor=QUIET)
    return closer


def decomposition(
    degrees: Sequence[int],
    parts: Mapping[str, Sequence[float]],
    measured: Mapping[str, Sequence[float]],
    *,
    xlabel: str,
    ylabel: str,
    top: float,
) -> Figure:
    """Draw for each degree a bar that is a sum of parts, and over the bars what was measured.

    Args:
        degrees: what the bars belong to.
        parts: name to one height a degree, the lowest first.
        measured: name to one number a degree, drawn as a line.
        xlabel: what the degrees are of.
        ylabel: what the heights measure, with its unit.
        top: upper end of the vertical axis; what is higher leaves the picture.
    """
    with style():
        figure = Figure(figsize=(6.4, 3.8))
        axes = figure.subplots()
        base = np.zeros(len(degrees))
        fills = zip(parts.items(), (GRID, BLUE, ORANGE), ("", "///", "..."), strict=False)
        for (name, heights), colour, hatch in fills:
            axes.bar(degrees, heights, 0.8, base, color=colour, hatch=hatch, edgecolor="white", linewidth=0, label=name)
            base += np.asarray(heights)
        for (name, values), marker, dash in zip(measured.items(), "os", ("-", "--"), strict=False):
            axes.plot(degrees, values, color=INK, linestyle=dash, marker=marker, markersize=5, label=name)
        axes.set(xlabel=xlabel, ylabel=ylabel, ylim=(0, top), xticks=list(degrees))
        axes.grid(visible=False, axis="x")
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=3)
    return figure


def against(across: tuple[str, Numbers], up: tuple[str, Numbers], *, unit: str) -> Figure:
    """Draw two measurements of the same things against each other, with the line on which they are equal.

    Args:
        across: name and values of the one.
        up: name and values of the other, in the same order.
        unit: of both.
    """
    with style():
        figure = Figure(figsize=(4.4, 4.4))
        axes = figure.subplots()
        both = torch.cat([across[1], up[1]])
        ends = (both.min().item(), both.max().item())
        axes.plot(ends, ends, color=QUIET, linestyle="--", linewidth=1.2, label="equal")
        axes.plot(across[1].numpy(), up[1].numpy(), "o", color=BLUE, alpha=0.75, markersize=5, linestyle="")
        axes.set(xlabel=f"{across[0]} ({unit})", ylabel=f"{up[0]} ({unit})", aspect="equal")
        axes.legend()
    return figure


def from_above(
    panels: Mapping[str, tuple[Callable[[Tensor], Tensor], Float[Tensor, "points 2"]]],
    frames: Sequence[tuple[tuple[float, float], tuple[float, float]]],
    *,
    labels: Sequence[tuple[str, str]],
) -> Figure:
    """Draw losses of two weights by contour lines, side by side, each with a walk on it.

    Args:
        panels: title to a loss, a function of pairs ``(..., 2)``, and the places of a walk.
        frames: for each panel the range of the first weight and of the second.
        labels: for each panel the names of the two weights.
    """
    with style():
        figure = Figure(figsize=(5.4, 2.9), layout="constrained")
        all_axes = figure.subplots(1, len(panels), squeeze=False)[0]
        for axes, (title, (loss, walk)), frame, names in zip(all_axes, panels.items(), frames, labels, strict=True):
            across, up = (torch.linspace(*ends, 121, dtype=walk.dtype) for ends in frame)
            grid = torch.stack(torch.meshgrid(across, up, indexing="xy"), -1)
            heights = loss(grid).numpy()
            low, high = heights.min(), heights.max()
            levels = low + (high - low) * (np.arange(1, 13) / 13) ** 2.5
            # Solid: Matplotlib would dash the lines of negative values, as if they meant something else.
            axes.contour(
                across.numpy(), up.numpy(), heights, levels=levels, colors=QUIET, linewidths=0.7, linestyles="solid"
            )
            axes.plot(*walk.T.numpy(), color=LINES[0][0], linestyle="-", marker=".", markersize=4, linewidth=1)
            axes.plot(*walk[0].numpy(), "o", color=INK, fillstyle="none", markersize=9)
            axes.set(title=title, xlabel=names[0], ylabel=names[1], xlim=frame[0], ylim=frame[1])
            axes.set_box_aspect(1)
            axes.grid(visible=False)
    return figure
