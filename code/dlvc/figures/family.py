"""The family tree of adversarial networks."""

from matplotlib.figure import Figure

from dlvc.figures.theme import BLUE, GREEN, INK, ORANGE, PURPLE, QUIET, WIDTH, style

# What a member changes, by column.
COLUMNS = (("what both\nare told", ORANGE), ("the judge", BLUE), ("the\ngenerator", GREEN), ("the task", PURPLE))

# Name: column, row, and what it builds on. A row has no unit; the years lie beside the rows.
MEMBERS: dict[str, tuple[int, float, tuple[str, ...]]] = {
    "GAN": (1, 0.0, ()),
    "conditional\nGAN": (0, 1.0, ("GAN",)),
    "DCGAN": (2, 2.0, ("GAN",)),
    "WGAN": (1, 3.1, ("GAN",)),
    "WGAN-GP": (1, 4.0, ("WGAN",)),
    "hinge": (1, 4.9, ()),
    "CycleGAN": (3, 3.1, ("GAN",)),
    "AdaIN": (3, 4.9, ()),
    "progressive\ngrowing": (2, 4.9, ("DCGAN", "WGAN-GP")),
    "spectral\nnorm": (1, 6.0, ("hinge",)),
    "BigGAN": (0, 6.9, ("conditional\nGAN", "spectral\nnorm")),
    "StyleGAN": (2, 6.9, ("progressive\ngrowing", "AdaIN")),
}
YEARS = {"2014": (-0.4, 1.4), "2015": (1.6, 2.4), "2017": (2.7, 5.4), "2018": (5.6, 7.4)}


def family_tree() -> Figure:
    """Draw members of the family by year and by what they change, each with arrows from what it builds on."""
    with style():
        figure = Figure(figsize=(WIDTH, 5.4))
        axes = figure.subplots()
        for year, (first, last) in YEARS.items():
            axes.plot([-0.62, -0.62], [first, last], color=QUIET, linestyle="-", linewidth=1.2)
            axes.text(-0.7, (first + last) / 2, year, ha="right", va="center", color=QUIET, rotation=90)
        for column, (title, colour) in enumerate(COLUMNS):
            axes.text(column, 8.0, title, ha="center", va="center", fontsize=9.5, color=colour)
        boxes = {}
        for name, (x, y, _) in MEMBERS.items():
            colour = INK if name == "GAN" else COLUMNS[x][1]
            frame = {"boxstyle": "round,pad=0.3", "facecolor": "none", "edgecolor": colour, "linewidth": 1.4}
            text = axes.text(x, y, name, ha="center", va="center", fontsize=10, linespacing=1.05, bbox=frame)
            boxes[name] = text.get_bbox_patch()
        figure.canvas.draw()  # boxes get their sizes, at which the arrows end
        for name, (x, y, parents) in MEMBERS.items():
            for parent in parents:
                ends = {"patchA": boxes[parent], "patchB": boxes[name], "shrinkA": 2, "shrinkB": 2}
                arrow = {"arrowstyle": "-|>", "color": QUIET, "linewidth": 1.1, **ends}
                if (parent, name) == ("GAN", "CycleGAN"):  # around DCGAN, which lies between
                    arrow["connectionstyle"] = "arc3,rad=-0.25"
                axes.annotate("", (x, y), MEMBERS[parent][:2], arrowprops=arrow)
        axes.set(xlim=(-0.9, 3.5), ylim=(8.3, -0.5))
        axes.set_axis_off()
    return figure
