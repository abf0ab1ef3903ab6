"""What is inside a network, and how a loss is put together: boxes and arrows.

A box has weights; what is round acts number by number, and has none. Ways that cross
without a dot don't meet.
"""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Ellipse, FancyBboxPatch, Polygon

from dlvc.figures.theme import BLUE, GREEN, INK, ORANGE, PURPLE, QUIET, RED, WIDTH, style

Tenths = int | float  # of an inch
Place = tuple[Tenths, Tenths]

# Points. On a phone, words are 9 pixels high.
SYMBOLS, WORDS = 13.0, 10.5
THIN, THICK = 1.3, 4.0
RADIUS = 1.7  # of what is round


def gru_cell() -> Figure:
    """Draw a GRU's cell in PyTorch's convention, the reset gate after the matrix, the state's direct way thick."""
    with style():
        figure, axes = _sheet(-6.2, 38)
        state, middle, gates = 33.0, 25.5, 16.5
        z, r, inner, n = 14.0, 23.5, 32.5, 41.0
        _frame(axes, (5.3, 0.5), (46.3, 37))
        _lines(axes, (8, state), h=(z - 1, r - 1, inner), x=(z + 1, r + 1, n), ends=gates - 2, last=9.2)
        _dot(axes, (8, state))
        _box(axes, (z, gates), r"$\sigma$", BLUE)
        _box(axes, (r, gates), r"$\sigma$", BLUE)
        _box(axes, (inner, 11), r"$W_{hn}$", PURPLE, width=5.6, height=3.6)
        _box(axes, (n, gates), r"$\tanh$", PURPLE, width=6.4)
        _round(axes, (inner, gates), r"$\odot$")
        _round(axes, (27, middle), r"$1-\boldsymbol{z}_t$", width=7.6)
        _round(axes, (z, state), r"$\odot$")
        _round(axes, (n, state), "$+$")
        _round(axes, (n, middle), r"$\odot$")

        _arrow(axes, (r + 2.5, gates), (inner - RADIUS, gates))
        _label(axes, (28.3, gates + 1.9), r"$\boldsymbol{r}_t$")
        _arrow(axes, (inner, 12.8), (inner, gates - RADIUS))
        _arrow(axes, (inner + RADIUS, gates), (n - 3.2, gates))
        _arrow(axes, (n, gates + 2), (n, middle - RADIUS))
        _label(axes, (n + 1.9, 21), r"$\boldsymbol{n}_t$")
        _arrow(axes, (n, middle + RADIUS), (n, state - RADIUS))
        _arrow(axes, (z, gates + 2), (z, state - RADIUS))
        _label(axes, (z + 1.7, 21), r"$\boldsymbol{z}_t$")
        _dot(axes, (z, middle))
        _arrow(axes, (z, middle), (23.2, middle))
        _arrow(axes, (30.8, middle), (n - RADIUS, middle))

        _direct(axes, state, (z, n), "h")
    return figure


def lstm_cell() -> Figure:
    """Draw an LSTM's cell, the direct way of the cell state thick."""
    with style():
        figure, axes = _sheet(-6.2, 38)
        state, middle, gates = 33.0, 25.5, 15.0
        f, i, g, o, shown = 12.5, 19.8, 28.0, 36.0, 42.3
        _frame(axes, (5.3, 0.5), (46.3, 37))
        feet = (f, i, g, o)
        _lines(axes, (4.8, 7), h=[foot - 1 for foot in feet], x=[foot + 1 for foot in feet], ends=gates - 2)
        _label(axes, (2.5, 7), r"$\boldsymbol{h}_{t-1}$")
        for place, name, colour in (
            (f, r"\sigma", BLUE),
            (i, r"\sigma", BLUE),
            (g, r"\tanh", PURPLE),
            (o, r"\sigma", BLUE),
        ):
            _box(axes, (place, gates), f"${name}$", colour, width=6.4 if place == g else 5)
        _round(axes, (f, state), r"$\odot$")
        _round(axes, (g, state), "$+$")
        _round(axes, (g, middle), r"$\odot$")
        _round(axes, (shown, 26.5), r"$\tanh$", width=5.6)
        _round(axes, (shown, 20), r"$\odot$")

        _arrow(axes, (f, gates + 2), (f, state - RADIUS))
        _arrow(axes, (i, gates + 2), (i, middle), (g - RADIUS, middle))
        _arrow(axes, (g, gates + 2), (g, middle - RADIUS))
        _arrow(axes, (g, middle + RADIUS), (g, state - RADIUS))
        _arrow(axes, (o, gates + 2), (o, 20), (shown - RADIUS, 20))
        for place, name in ((f, "f"), (i, "i"), (g, "g")):
            _label(axes, (place + 1.7, 20), rf"$\boldsymbol{{{name}}}_t$")
        _label(axes, (o + 1.7, 21.9), r"$\boldsymbol{o}_t$")
        _dot(axes, (shown, state))
        _arrow(axes, (shown, state), (shown, 26.5 + RADIUS))
        _arrow(axes, (shown, 26.5 - RADIUS), (shown, 20 + RADIUS))
        _arrow(axes, (shown, 20 - RADIUS), (shown, 7), (48.4, 7))
        _label(axes, (50.2, 7), r"$\boldsymbol{h}_t$")

        _direct(axes, state, (f, g), "c")
    return figure


def variational_autoencoder() -> Figure:
    """Draw a variational autoencoder and the gradient's way back, which a draw ends and noise from outside doesn't."""
    with style():
        figure, axes = _sheet(-12, 31)
        _around_a_code(axes, "A draw on the way", 15)
        above, below, at = 25.0, 17.0, 26.0
        _capsule(axes, (at, 21), "draw", width=6.4, height=12.6)
        _arrow(axes, (13.4, above), (at - 3.2, above))
        _arrow(axes, (13.4, below), (at - 3.2, below))
        _label(axes, (17.8, below + 1.9), r"$\log\,\boldsymbol{\sigma}^2$")
        _arrow(axes, (at + 3.2, above), (36.8, above))
        _back(axes, (36.8, above - 1.6), (at + 5.4, above - 1.6))
        for sign in (1, -1):
            crossed = [above - 1.6 - sign, above - 1.6 + sign]
            axes.plot([at + 3.7, at + 5.7], crossed, color=RED, linestyle="-", linewidth=2.2)

        _around_a_code(axes, "Noise from outside", -5.5)
        above, below, at, bend = 4.5, -3.5, 28.0, 20.6
        _round(axes, (at, above), "$+$")
        _round(axes, (at, below), r"$\odot$")
        _round(axes, (bend, below), r"$e^{\,\cdot/2}$", width=4.6)
        _label(axes, (17.4, below - 3.2), r"$\log\,\boldsymbol{\sigma}^2$")
        _label(axes, (24.6, below - 2), r"$\boldsymbol{\sigma}$")
        _label(axes, (at, -10.4), r"$\boldsymbol{\epsilon}$")
        _arrow(axes, (13.4, above), (at - RADIUS, above))
        _arrow(axes, (13.4, below), (bend - 2.3, below))
        _arrow(axes, (bend + 2.3, below), (at - RADIUS, below))
        _arrow(axes, (at, -9.2), (at, below - RADIUS))
        _arrow(axes, (at, below + RADIUS), (at, above - RADIUS))
        _arrow(axes, (at + RADIUS, above), (36.8, above))
        _back(axes, (36.8, above - 1.4), (at + 1.2, above - 1.4))
        _back(axes, (at - 1.2, above - 1.4), (13.4, above - 1.4))
        _back(axes, (at + 1.2, above - 1.4), (at + 1.2, below + 1.4))
        _back(axes, (at - 1.2, below + 1.4), (bend + 1.4, below + 1.4))
        _back(axes, (bend - 1.4, below + 1.4), (13.4, below + 1.4))
    return figure


def adversarial_game() -> Figure:
    """Draw both steps of the game: what is computed, which loss gives whom its gradient, and where that is cut."""
    with style():
        figure, axes = _sheet(-16, 22)
        _label(axes, (0.4, 20.8), "The judge's step", size=WORDS, align="left")
        real, fake, middle = 15.5, 6.5, 11.0
        _box(axes, (35, middle), "$D$", BLUE, width=6, height=14, thick=True)
        _generate(axes, fake)
        axes.plot([26, 26], [fake - 1.6, fake + 1.6], color=RED, linestyle="-", linewidth=3)
        _label(axes, (26, fake - 3.3), "detach", size=WORDS, colour=RED)
        _label(axes, (20, real), r"$\boldsymbol{x}$")
        _arrow(axes, (21.5, real), (32, real))
        _arrow(axes, (38, real), (48, real), (48, middle + 1.9))
        _arrow(axes, (38, fake), (48, fake), (48, middle - 1.9))
        _label(axes, (42.8, real + 2), r"$a^\mathrm{real}$")
        _label(axes, (42.8, fake - 1.8), r"$a^\mathrm{fake}$")
        _label(axes, (48, middle), "$L_D$")
        _back(axes, (45.8, middle), (38, middle))

        _label(axes, (0.4, -2), "The forger's step", size=WORDS, align="left")
        fake, middle = -7.5, -9.5
        _box(axes, (35, middle), "", BLUE, width=6, height=10)
        _label(axes, (35, fake), "$D$")
        _generate(axes, fake, thick=True)
        _arrow(axes, (38, fake), (48, fake), (48, middle - 2.1))
        _label(axes, (42.8, fake + 2), r"$a^\mathrm{fake}$")
        _label(axes, (48, middle - 4), "$L_G$")
        _back(axes, (45.8, middle - 4), (8, middle - 4), (8, fake - 2.6))
    return figure


def cycle() -> Figure:
    """Draw two domains, the translators between them and a judge for each, and the way home."""
    with style():
        figure, axes = _sheet(-2, 38)
        for domain, at, judge in (("A", 15.0, 3.2), ("B", 37.0, 48.8)):
            _frame(axes, (at - 6.6, -1), (at + 6.6, 34.5))
            _label(axes, (at, 36.4), f"domain ${domain}$", size=WORDS)
            _box(axes, (judge, 21.5), f"$D_{domain}$", BLUE)
        _there_and_back(axes, "A", 31, ("G", "F"))
        _there_and_back(axes, "B", 12, ("F", "G"))
    return figure


def _there_and_back(axes: Axes, domain: str, height: Tenths, translators: tuple[str, str]) -> None:
    """Draw the way of a domain's picture into the other one and home, which judges see it, and the cycle loss.

    Args:
        axes: with the domains and their judges.
        domain: A or B.
        height: of the way there; the way back is below.
        translators: there and back.
    """
    sign = 1 if domain == "A" else -1  # to the right for pictures of A
    here, there, middle, home = 26 - 11 * sign, 26 + 11 * sign, 26, height - 10
    first, second = translators
    picture = rf"\boldsymbol{{x}}_{domain}"
    _label(axes, (here, height), f"${picture}$")
    _label(axes, (there, height), f"${first}({picture})$")
    _label(axes, (here, home), f"${second}({first}({picture}))$")
    for name, at in ((first, height), (second, home)):
        _box(axes, (middle, at), f"${name}$", GREEN if name == "G" else PURPLE, width=4.4, height=3.8)
    _arrow(axes, (here + 2.2 * sign, height), (middle - 2.2 * sign, height))
    _arrow(axes, (middle + 2.2 * sign, height), (there - 3.7 * sign, height))
    _arrow(axes, (there, height - 1.8), (there, home), (middle + 2.2 * sign, home), dashed=True)
    _arrow(axes, (middle - 2.2 * sign, home), (here + 5.2 * sign, home), dashed=True)

    for end in (height - 1.9, home + 1.9):
        _arrow(axes, (here, height - 5), (here, end), colour=ORANGE)
    _label(axes, (here + 3.4 * sign, height - 5), "cycle\nloss", size=WORDS, colour=ORANGE)

    edge = 23.5 if domain == "A" else 19.5  # of the judges' boxes
    for name, at, room in (("real", here, 2.2), ("fake", there, 3.7)):
        outwards = 1 if at > middle else -1
        judge = middle + 22.8 * outwards
        _arrow(axes, (at + room * outwards, height), (judge, height), (judge, edge))
        _label(axes, (judge - 2.5 * outwards, height + (1.7 if domain == "A" else -1.7)), name, size=WORDS)


def _around_a_code(axes: Axes, title: str, bottom: Tenths) -> None:
    """Draw encoder and decoder, what goes in and comes out, and how that is judged."""
    above, below = bottom + 10, bottom + 2
    _label(axes, (0.4, bottom + 14.5), title, size=WORDS, align="left")
    _box(axes, (9.2, bottom + 6), "encoder", GREEN, width=8.4, height=12.6)
    _box(axes, (41, bottom + 6), "decoder", PURPLE, width=8.4, height=12.6)
    _label(axes, (1.5, above), r"$\boldsymbol{x}$")
    _arrow(axes, (2.8, above), (5, above))
    _label(axes, (17.8, above + 1.9), r"$\boldsymbol{\mu}$")
    _label(axes, (33, above + 1.7), r"$\boldsymbol{z}$")
    _arrow(axes, (45.2, above), (48.4, above))
    _label(axes, (50, above), r"$\hat{\boldsymbol{x}}$")
    _arrow(axes, (50, above - 1.9), (50, below + 1.3))
    _label(axes, (50, below), "misfit", size=WORDS)
    _back(axes, (47.5, below), (45.2, below))


def _sheet(bottom: Tenths, top: Tenths) -> tuple[Figure, Axes]:
    """Return a figure as wide as all are, and its axes, in tenths of an inch from one height to another."""
    figure = Figure(figsize=(WIDTH, (top - bottom) / 10))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, 10 * WIDTH), ylim=(bottom, top))
    axes.set_axis_off()
    return figure, axes


def _label(
    axes: Axes, place: Place, text: str, *, colour: str = INK, size: float = SYMBOLS, align: str = "center"
) -> None:
    axes.text(*place, text, ha=align, va="center", color=colour, fontsize=size, linespacing=1.1)


def _box(
    axes: Axes, place: Place, text: str, colour: str, *, width: Tenths = 5, height: Tenths = 4, thick: bool = False
) -> None:
    """Draw a part with weights around its middle."""
    _rectangle(axes, (place[0] - width / 2, place[1] - height / 2), width, height, 0.7, colour, THICK if thick else 1.8)
    _label(axes, place, text, size=WORDS if text.isalpha() else SYMBOLS)


def _frame(axes: Axes, lower: Place, upper: Place) -> None:
    """Draw the border of what belongs together."""
    _rectangle(axes, lower, upper[0] - lower[0], upper[1] - lower[1], 1.5, QUIET, 1.0)


def _rectangle(
    axes: Axes, corner: Place, width: Tenths, height: Tenths, bend: Tenths, colour: str, line: float
) -> None:
    look = f"round,pad=0,rounding_size={bend}"
    patch = FancyBboxPatch(corner, width, height, look, facecolor="none", edgecolor=colour, linewidth=line)
    axes.add_patch(patch)


def _capsule(axes: Axes, place: Place, text: str, *, width: Tenths, height: Tenths) -> None:
    """Draw what has no weights and takes more than one line of numbers."""
    _rectangle(axes, (place[0] - width / 2, place[1] - height / 2), width, height, width / 2 - 0.1, INK, THIN)
    _label(axes, place, text, size=WORDS)


def _round(axes: Axes, place: Place, text: str, *, width: Tenths = 2 * RADIUS) -> None:
    """Draw what acts number by number, and has no weights."""
    axes.add_patch(Ellipse(place, width, 2 * RADIUS, facecolor="none", edgecolor=INK, linewidth=THIN))
    _label(axes, place, text)


def _dot(axes: Axes, place: Place) -> None:
    """Mark where a way divides."""
    axes.add_patch(Circle(place, 0.55, color=INK, linewidth=0, zorder=4))


def _arrow(axes: Axes, *places: Place, colour: str = INK, dashed: bool = False, thick: bool = False) -> None:
    """Draw a way through places, in straight pieces, with a head at its end."""
    (x0, y0), (x, y) = places[-2:]
    length = ((x - x0) ** 2 + (y - y0) ** 2) ** 0.5
    across, up = (x - x0) / length, (y - y0) / length
    long, half = (1.9, 0.95) if thick else (1.3, 0.55)
    x1, y1 = x - long * across, y - long * up
    axes.add_patch(
        Polygon(
            [(x, y), (x1 - half * up, y1 + half * across), (x1 + half * up, y1 - half * across)],
            color=colour,
            linewidth=0,
        )
    )
    dash = (0, (3, 1.6)) if dashed else "-"
    axes.plot(
        *zip(*places[:-1], (x1, y1), strict=True),
        color=colour,
        linestyle=dash,
        linewidth=THICK if thick else THIN,
        solid_capstyle="butt",
    )


def _back(axes: Axes, *places: Place) -> None:
    """Draw the way of a gradient."""
    _arrow(axes, *places, colour=RED, dashed=True)


def _generate(axes: Axes, height: Tenths, *, thick: bool = False) -> None:
    """Draw how a latent vector becomes a fake, which is shown to the discriminator."""
    _label(axes, (1.5, height), r"$\boldsymbol{z}$")
    _arrow(axes, (2.8, height), (5, height))
    _box(axes, (8, height), "$G$", GREEN, width=6, height=5.2, thick=thick)
    _arrow(axes, (11, height), (32, height))
    _label(axes, (18.5, height + 2.1), r"$G(\boldsymbol{z})$")


def _lines(
    axes: Axes, start: Place, *, h: Sequence[Tenths], x: Sequence[Tenths], ends: Tenths, last: Tenths | None = None
) -> None:
    """Lead h from a place, and x from below, to the gates of a cell.

    Args:
        axes: of the cell.
        start: where h comes from.
        h: how far right h is taken to a gate.
        x: how far right x is.
        ends: lower edge of the gates.
        last: how high the last arrow of h ends, if not there.
    """
    for begin, height, feet in ((start, 7.0, h), ((8.0, -3.2), 3.5, x)):
        for foot in feet[:-1]:
            _dot(axes, (foot, height))
            _arrow(axes, (foot, height), (foot, ends))
        end = last if last and feet is h else ends
        _arrow(axes, begin, (begin[0], height), (feet[-1], height), (feet[-1], end))
    _label(axes, (8, -4.8), r"$\boldsymbol{x}_t$")


def _direct(axes: Axes, height: Tenths, stops: Place, name: str) -> None:
    """Draw the direct way of a state through a cell, and what stands on it."""
    first, second = stops
    for start, end in ((4.8, first - RADIUS), (first + RADIUS, second - RADIUS), (second + RADIUS, 48.4)):
        _arrow(axes, (start, height), (end, height), colour=ORANGE, thick=True)
    _label(axes, (2.5, height), rf"$\boldsymbol{{{name}}}_{{t-1}}$")
    _label(axes, (50.2, height), rf"$\boldsymbol{{{name}}}_t$")
