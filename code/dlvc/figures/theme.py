"""The look of every figure: one palette with a light and a dark half, and SVG that follows the page.

A figure is drawn once, in the light colours. `to_svg` replaces each of them by a CSS variable that has another
value where the reader prefers dark; a browser applies that to an ``<img>`` by the ``color-scheme`` of its element.
"""

import base64
import io
import re
from contextlib import AbstractContextManager
from typing import Any

import matplotlib as mpl
from cycler import cycler
from matplotlib.figure import Figure
from PIL import Image

# name: (light, dark). Contrast with white and with the dark page is at least 4.5 for INK and QUIET, 3 for the rest.
PALETTE = {
    "ink": ("#1b1d21", "#e7e9ec"),
    "quiet": ("#62676e", "#a3a9b1"),
    "grid": ("#d4d7db", "#3b4048"),
    "blue": ("#0b5cad", "#6cb2f2"),
    "orange": ("#b3480c", "#f0985b"),
    "green": ("#17723f", "#5cc48a"),
    "purple": ("#8237a8", "#c993e6"),
    "red": ("#b3202e", "#f0818b"),
    "brown": ("#6b5415", "#cbb268"),
}
INK, QUIET, GRID, BLUE, ORANGE, GREEN, PURPLE, RED, BROWN = (light for light, _ in PALETTE.values())

# For what is drawn as pixels, which cannot follow the page: legible on both grounds.
MIDDLE_BLUE = "#4a8fd0"

# A line is told from its neighbours by colour and by dash, so that it can be told without colour.
LINES = tuple(
    zip(
        (BLUE, ORANGE, GREEN, PURPLE, RED, BROWN),
        ("-", "--", "-.", ":", (0, (5, 1)), (0, (1, 1))),
        strict=True,
    )
)

# Inches. Narrow, so that the lettering can still be read where a phone shows the figure at two thirds of its size.
WIDTH = 5.2

_STYLE: dict[Any, Any] = {
    "axes.axisbelow": True,
    "axes.edgecolor": QUIET,
    "axes.facecolor": "none",
    "axes.grid": True,
    "axes.labelcolor": INK,
    "axes.prop_cycle": cycler(color=[c for c, _ in LINES], linestyle=[d for _, d in LINES]),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlecolor": INK,
    "axes.titlesize": 11.5,
    "figure.dpi": 100,
    "figure.facecolor": "none",
    "font.size": 11.5,
    "grid.color": GRID,
    "grid.linewidth": 0.6,
    "image.cmap": "gray",
    "legend.frameon": False,
    "legend.labelcolor": INK,
    "lines.linewidth": 1.8,
    "savefig.facecolor": "none",
    "svg.fonttype": "none",
    # Element ids are hashes: the same figure gives the same bytes.
    "svg.hashsalt": "dlvc",
    "text.color": INK,
    "xtick.color": QUIET,
    "xtick.labelcolor": INK,
    "ytick.color": QUIET,
    "ytick.labelcolor": INK,
}


_PICTURE = re.compile(r"(?<=data:image/png;base64,)[^\"]+")


def style() -> AbstractContextManager[None]:
    """Return the context in which a figure of the book is made."""
    return mpl.rc_context(_STYLE)


def percent(share: float) -> str:
    """Write a share as the book does, 0.4994 as 49.9 %, with a narrow space that doesn't break."""
    return f"{100 * share:.1f}\u202f%"


def to_svg(figure: Figure) -> str:
    """Draw a figure as SVG that is legible on a light and on a dark page.

    Args:
        figure: made within `style`, with colours from `PALETTE` where they should follow the page.

    Returns:
        The SVG's text; the same figure gives the same text.
    """
    buffer = io.StringIO()
    with style():
        figure.savefig(buffer, format="svg", bbox_inches="tight", pad_inches=0.05, metadata={"Date": None})
    svg = _PICTURE.sub(_lean, buffer.getvalue())
    for name, (light, _) in PALETTE.items():
        svg = svg.replace(light, f"var(--{name})")
    light, dark = (";".join(f"--{name}:{colours[half]}" for name, colours in PALETTE.items()) for half in (0, 1))
    css = f"<style>:root{{{light}}}@media (prefers-color-scheme:dark){{:root{{{dark}}}}}</style>"
    start = svg.index(">", svg.index("<svg ")) + 1
    return svg[:start] + css + svg[start:]


def _lean(picture: re.Match[str]) -> str:
    """Write a picture anew without the channels that it has no use for; Matplotlib always writes four."""
    image: Image.Image = Image.open(io.BytesIO(base64.b64decode(picture[0])))
    if image.getextrema()[-1] == (255, 255):
        grey = image.convert("LA").convert("RGBA")
        image = image.convert("L" if grey.tobytes() == image.tobytes() else "RGB")
    buffer = io.BytesIO()
    image.save(buffer, "PNG", optimize=True)
    return base64.b64encode(buffer.getvalue()).decode()


def register(shell: Any) -> None:
    """Make an IPython shell show every Matplotlib figure by `to_svg`, and by nothing else."""
    formatters = shell.display_formatter.formatters
    formatters["image/svg+xml"].for_type(Figure, to_svg)
    for other in ("image/png", "image/jpeg", "application/pdf"):
        formatters[other].pop(Figure, None)
