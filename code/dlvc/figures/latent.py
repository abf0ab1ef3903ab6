"""Latent spaces: where pictures lie in the plane of their codes, and what a code costs against what it saves."""

from collections.abc import Mapping, Sequence

from jaxtyping import Float, Int
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle
from torch import Tensor

from dlvc.figures.theme import LINES, QUIET, WIDTH, style

# Mid tones, for any background; each class is told by its number too.
CLASS_COLOURS = (
    *("#4a8fd0", "#d0722b", "#2f9a5f", "#a568cf", "#d3535f"),
    *("#9a8420", "#7a7f87", "#1f9aa0", "#c2569a", "#6f7fd6"),
)

RADII = (1, 2, 3)  # of the circles; nearly all of the prior is within the last
ROOM = 1.08  # so that the numbers at the border aren't cut off


def code_plane(
    planes: Mapping[str, Float[Tensor, "count 2"]], labels: Int[Tensor, "count"], names: Sequence[str]
) -> Figure:
    """Draw codes of two numbers, each as the number of its class in the class's colour, one square a model.

    The circles hold about 39, 86 and 99 of a hundred draws from a standard normal distribution.

    Args:
        planes: title of a model to the codes of the same pictures.
        labels: the pictures' classes.
        names: the classes' names.
    """
    with style():
        figure = Figure(figsize=(WIDTH, WIDTH / len(planes) + 0.7), layout="constrained")
        panels = figure.subplots(1, len(planes), squeeze=False)[0]
        for axes, (title, codes) in zip(panels, planes.items(), strict=True):
            draw_codes(axes, codes, labels)
            axes.set_title(title)
        for axes in panels[1:]:
            axes.set_ylabel("")
        colours = zip(CLASS_COLOURS, names, strict=False)
        handles = [
            panels[0].plot([], [], linestyle="", marker=f"${k}$", color=colour, label=name)[0]
            for k, (colour, name) in enumerate(colours)
        ]
        figure.legend(handles=handles, loc="outside lower center", ncols=5, fontsize=9, handletextpad=0.1)
    return figure


def extent_of(codes: Float[Tensor, "count 2"]) -> float:
    """Return half the side of a square around the origin that holds all codes and the prior, with room around."""
    return ROOM * max(RADII[-1], codes.abs().max().item())


def draw_codes(axes: Axes, codes: Float[Tensor, "count 2"], labels: Int[Tensor, "count"]) -> None:
    """Draw codes as the numbers of their classes, over circles of radius 1, 2 and 3, in a square that holds all."""
    for radius in RADII:
        axes.add_patch(Circle((0, 0), radius, fill=False, edgecolor=QUIET, linestyle="--", linewidth=0.8))
    for k in range(int(labels.max()) + 1):
        x, y = codes[labels == k].T.tolist()
        axes.plot(
            x, y, linestyle="", marker=f"${k}$", markersize=5, color=CLASS_COLOURS[k], markeredgewidth=0.2, alpha=0.8
        )
    least, most = codes.amin(0).clamp(max=-RADII[-1]), codes.amax(0).clamp(min=RADII[-1])
    middle, half = (least + most) / 2, ROOM * (most - least).max() / 2
    (left, bottom), (right, top) = (middle - half).tolist(), (middle + half).tolist()
    axes.set(xlim=(left, right), ylim=(bottom, top), xlabel="$z_1$", ylabel="$z_2$", aspect="equal")
    axes.grid(visible=False)


def trade_off(
    points: Mapping[str, Sequence[tuple[float, float]]], *, names: Sequence[str], xlabel: str, ylabel: str
) -> Figure:
    """Draw two falling paths through points, each point with its name: below the first path and above the second.

    Args:
        points: name of a path to its points, one for each of ``names``.
        names: what stands beside the points.
        xlabel: what the horizontal axis measures, with its unit.
        ylabel: what the vertical axis measures, with its unit.
    """
    with style():
        figure = Figure(figsize=(WIDTH, 3.4))
        axes = figure.subplots()
        sides = ((-4, "right", "top"), (4, "left", "bottom"))
        for (title, path), (colour, dash), (away, ha, va) in zip(points.items(), LINES, sides, strict=False):
            axes.plot(*zip(*path, strict=True), color=colour, linestyle=dash, marker="o", markersize=4, label=title)
            for place, name in zip(path, names, strict=True):
                axes.annotate(
                    name, place, (away, away), textcoords="offset points", color=colour, fontsize=9.5, ha=ha, va=va
                )
        axes.set(xlabel=xlabel, ylabel=ylabel)
        axes.margins(x=0.08)
        axes.tick_params(length=3, color=QUIET)
        axes.legend()
    return figure
